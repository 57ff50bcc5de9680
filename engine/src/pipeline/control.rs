//! The user's hand on a run (pause, resume, cancel) and the counters from which progress is sampled.
//! Knows nothing of what is being counted.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::wire::{Progress, Stage};

/// Pause, resume and cancel. Shared by all stages.
#[derive(Default)]
pub(crate) struct Control {
    paused: Mutex<bool>,
    changed: Condvar,
    cancelled: AtomicBool,
}

impl Control {
    pub(crate) fn pause(&self) {
        *self.paused.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }

    pub(crate) fn resume(&self) {
        *self.paused.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.changed.notify_all();
    }

    pub(crate) fn is_paused(&self) -> bool {
        *self.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.changed.notify_all();
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Forgets an earlier cancellation, so that a new run can start.
    pub(crate) fn rearm(&self) {
        self.cancelled.store(false, Ordering::Release);
    }

    /// Waits while paused. False: cancelled, stop working.
    pub(crate) fn proceed(&self) -> bool {
        let mut paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        while *paused && !self.is_cancelled() {
            // The timeout covers a cancellation that falls between the check and the wait.
            paused = self.changed.wait_timeout(paused, Duration::from_millis(200)).unwrap_or_else(PoisonError::into_inner).0;
        }
        !self.is_cancelled()
    }
}

/// What has been done so far in a run.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) scanning: AtomicBool,
    pub(crate) scanned: AtomicU64,
    pub(crate) unchanged: AtomicU64,
    pub(crate) total: AtomicU64,
    pub(crate) done: AtomicU64,
    pub(crate) skipped: AtomicU64,
    pub(crate) embedded: AtomicU64,
    pub(crate) recognised: AtomicU64,
    pub(crate) removed: AtomicU64,
}

/// Adds to a counter. Counters are only ever read to be shown, so no ordering is needed.
pub(crate) fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

pub(crate) fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// Turns counters into samples with a rate over the last seconds.
pub(crate) struct Sampler {
    window: Vec<(Instant, u64)>,
}

impl Sampler {
    /// Long enough for a steady figure, short enough to follow a change.
    const WINDOW: Duration = Duration::from_secs(10);

    pub(crate) fn new() -> Self {
        Self { window: Vec::new() }
    }

    pub(crate) fn sample(&mut self, counters: &Counters, paused: bool) -> Progress {
        let now = Instant::now();
        let done = get(&counters.done);
        self.window.retain(|(at, _)| now.duration_since(*at) <= Self::WINDOW);
        self.window.push((now, done));
        let (since, before) = self.window[0];
        let seconds = now.duration_since(since).as_secs_f64();
        let rate = if seconds > 0.0 { (done - before) as f64 / seconds } else { 0.0 };
        let scanning = counters.scanning.load(Ordering::Relaxed);
        let total = get(&counters.total);
        let left = total.saturating_sub(done) as f64;
        let stage = match (paused, total > done) {
            (true, _) => Stage::Paused,
            (false, true) => Stage::Indexing,
            (false, false) => Stage::Scanning,
        };
        let seconds_left = (!scanning && !paused && rate > 0.0).then_some(left / rate);
        Progress { stage, scanned: get(&counters.scanned), total, done, skipped: get(&counters.skipped), rate, seconds_left }
    }
}

/// Progress while nothing is going on.
pub(crate) fn idle(paused: bool) -> Progress {
    let stage = if paused { Stage::Paused } else { Stage::Idle };
    Progress { stage, scanned: 0, total: 0, done: 0, skipped: 0, rate: 0.0, seconds_left: None }
}
