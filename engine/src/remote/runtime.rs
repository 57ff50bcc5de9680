//! The one place where blocking and asynchronous code meet: the clients' tasks run on threads of their own, and whoever
//! calls waits. Closing it ends every call at once.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime as Tokio};
use tokio::sync::watch;

use super::{Fault, FaultKind};
use crate::words::{Words, sayings};
use crate::{Error, Result};

/// Runs the clients of servers. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<Inner>,
    /// Longest wait for one request, whatever limit the request names.
    most: Duration,
}

struct Inner {
    tokio: Option<Tokio>,
    stopped: watch::Sender<bool>,
}

impl Runtime {
    /// Starts its threads.
    pub fn start() -> Result<Self> {
        let tokio = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("remote")
            .enable_all()
            .build()
            .map_err(|error| Error::internal(format!("no thread could be started: {error}")))?;
        Ok(Self { inner: Arc::new(Inner { tokio: Some(tokio), stopped: watch::Sender::new(false) }), most: Duration::MAX })
    }

    /// The same threads for somebody who will not wait for long: each request is given up after `most`.
    pub(crate) fn within(&self, most: Duration) -> Self {
        Self { inner: Arc::clone(&self.inner), most }
    }

    /// Waits for a request, at most `limit`. `server` names the server in the fault.
    pub(crate) fn wait<T>(
        &self,
        server: &Words,
        limit: Duration,
        request: impl Future<Output = std::result::Result<T, Fault>>,
    ) -> std::result::Result<T, Fault> {
        let limit = limit.min(self.most);
        let Some(tokio) = &self.inner.tokio else { return Err(stopped()) };
        let mut stop = self.inner.stopped.subscribe();
        tokio.block_on(async {
            tokio::select! {
                biased;
                _ = stop.wait_for(|is_stopped| *is_stopped) => Err(stopped()),
                result = tokio::time::timeout(limit, request) => {
                    result.unwrap_or_else(|_| Err(Fault::new(FaultKind::TimedOut, sayings::no_answer_within(server, limit.as_secs()))))
                }
            }
        })
    }

    /// Ends every call that waits, now and later.
    pub(crate) fn stop(&self) {
        self.inner.stopped.send_replace(true);
    }

    /// Whether it was stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        *self.inner.stopped.borrow()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Not waited for: a client's background task may be in the middle of a request that nobody needs any more.
        if let Some(tokio) = self.tokio.take() {
            tokio.shutdown_background();
        }
    }
}

fn stopped() -> Fault {
    Fault::new(FaultKind::Stopped, sayings::given_up())
}
