//! How long to wait before the next try.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const MOST: Duration = Duration::from_secs(300);

/// Exponential back-off with jitter: each wait is drawn from the upper half of a range that doubles, so that computers
/// which lost the same server do not all come back in the same moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// As after so many failures in a row.
    pub(crate) fn after(failures: u32) -> Self {
        Self { failures }
    }

    /// Notes a failure and says how long to wait.
    pub(crate) fn fail(&mut self) -> Duration {
        let range = FIRST.saturating_mul(1 << self.failures.min(20)).min(MOST);
        self.failures = self.failures.saturating_add(1);
        range.mul_f64(0.5 + 0.5 * fastrand::f64())
    }

    /// Notes a success.
    pub(crate) fn succeed(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_differ() {
        let mut backoff = Backoff::default();
        let waits: Vec<Duration> = (0..30).map(|_| backoff.fail()).collect();
        for (at, wait) in waits.iter().enumerate() {
            let range = FIRST.saturating_mul(1 << at.min(20)).min(MOST);
            assert!(*wait >= range / 2 && *wait <= range, "wait {at} lies in the upper half of {range:?}: {wait:?}");
        }
        assert!(waits[20..].windows(2).any(|pair| pair[0] != pair[1]), "they are drawn, not fixed");
        backoff.succeed();
        assert!(backoff.fail() <= FIRST, "a success begins anew");
        assert!(Backoff::after(4).fail() >= FIRST * 8, "failures of earlier days count");
    }
}
