//! Bounds the bytes of files that are in memory at once, however many stages hold them.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::control::Control;

/// A budget of bytes. A request larger than the whole waits until it is alone, and is then granted.
pub(crate) struct Budget {
    limit: u64,
    used: Mutex<u64>,
    freed: Condvar,
}

/// Bytes taken from the budget; given back when dropped.
pub(crate) struct Share {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(limit: u64) -> Arc<Self> {
        Arc::new(Self { limit, used: Mutex::new(0), freed: Condvar::new() })
    }

    /// Waits until `bytes` fit; none when the run is cancelled meanwhile.
    pub(crate) fn take(self: &Arc<Self>, bytes: u64, control: &Control) -> Option<Share> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while *used > 0 && *used + bytes > self.limit {
            if control.is_cancelled() {
                return None;
            }
            used = self.freed.wait_timeout(used, Duration::from_millis(200)).unwrap_or_else(PoisonError::into_inner).0;
        }
        *used += bytes;
        Some(Share { budget: Arc::clone(self), bytes })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        *self.budget.used.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.budget.freed.notify_all();
    }
}
