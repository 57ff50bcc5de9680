//! Numbers for a monitoring system, in OpenMetrics' text.

use std::fmt::Write;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use lookalike_engine::wire::{Stage, Status};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Seconds: bounds of the histogram's buckets.
const BUCKETS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    route: String,
    method: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: String,
}

/// The counters of a running server.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    images: Gauge<u64, AtomicU64>,
    files: Gauge<u64, AtomicU64>,
    skipped: Gauge<u64, AtomicU64>,
    waiting: Gauge<u64, AtomicU64>,
    to_index: Gauge<u64, AtomicU64>,
    indexed: Gauge<u64, AtomicU64>,
    is_indexing: Gauge<u64, AtomicU64>,
    /// Requests that are being worked on.
    pub(crate) under_way: Gauge<u64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("lookalike");
        let requests = Family::default();
        registry.register("http_requests", "Requests by route, method and status", requests.clone());
        let seconds = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        registry.register("http_request_seconds", "Time until the answer began", seconds.clone());
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        Self {
            images: gauge("images", "Distinct pictures that can be found"),
            files: gauge("files", "Picture files known"),
            skipped: gauge("skipped_files", "Files that could not be indexed"),
            waiting: gauge("sync_pending", "Changes that wait for the remote"),
            to_index: gauge("indexing_total", "New or changed files of the current run"),
            indexed: gauge("indexing_done", "Of these, dealt with"),
            is_indexing: gauge("indexing", "Whether a run is going on"),
            under_way: gauge("http_requests_under_way", "Requests that are being worked on"),
            requests,
            seconds,
            registry,
        }
    }
}

impl Metrics {
    /// Notes an answer. Routes, not addresses: there are so many of them and no more.
    pub(crate) fn note(&self, route: &str, method: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&Answered { route: route.into(), method: method.into(), status }).inc();
        self.seconds.get_or_create(&Route { route: route.into() }).observe(took.as_secs_f64());
    }

    /// All of it as text.
    pub(crate) fn text(&self, status: &Status) -> String {
        self.images.set(status.images);
        self.files.set(status.files);
        self.skipped.set(status.skipped);
        self.waiting.set(status.pending_sync);
        self.to_index.set(status.progress.total);
        self.indexed.set(status.progress.done);
        self.is_indexing.set(u64::from(matches!(status.progress.stage, Stage::Scanning | Stage::Indexing)));
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            // Writing to a string does not fail.
            let _ = text.write_str("# EOF\n");
        }
        text
    }

    /// Counts a request as being worked on until the guard goes.
    pub(crate) fn begin(&self) -> UnderWay {
        self.under_way.inc();
        UnderWay(self.under_way.clone())
    }
}

/// A request that is being worked on.
pub(crate) struct UnderWay(Gauge<u64, AtomicU64>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}
