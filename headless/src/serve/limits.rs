//! How often someone may ask.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::{Problem, Reply};

/// Requests without a valid token that one address may make, a second and at once.
const STRANGERS: (NonZeroU32, NonZeroU32) = (NonZeroU32::new(20).unwrap(), NonZeroU32::new(200).unwrap());
/// Addresses share so many counters, so that strangers cannot fill the memory.
const COUNTERS: u64 = 4_096;

/// The counters.
pub(crate) struct Rates {
    known: DefaultKeyedRateLimiter<String>,
    strangers: DefaultKeyedRateLimiter<u64>,
    clock: DefaultClock,
}

impl Rates {
    pub(crate) fn new(per_second: u32) -> Self {
        let rate = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        let strangers = Quota::per_second(STRANGERS.0).allow_burst(STRANGERS.1);
        Self {
            known: RateLimiter::keyed(Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::new(2).unwrap_or(NonZeroU32::MIN)))),
            strangers: RateLimiter::keyed(strangers),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of someone who is known by this name.
    pub(crate) fn count(&self, who: &str) -> Reply<()> {
        self.known.check_key(&who.to_owned()).map_err(|wait| Problem::rate_limited(wait.wait_time_from(self.clock.now()).as_secs() + 1))
    }

    /// Counts a request of someone who is not known.
    pub(crate) fn count_stranger(&self, address: IpAddr) -> Reply<()> {
        let mut hasher = DefaultHasher::new();
        address.hash(&mut hasher);
        let counter = hasher.finish() % COUNTERS;
        self.strangers.check_key(&counter).map_err(|wait| Problem::rate_limited(wait.wait_time_from(self.clock.now()).as_secs() + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_measure_of_their_own() {
        let rates = Rates::new(3);
        let passed = (0..20).filter(|_| rates.count("a").is_ok()).count();
        assert!((6..=7).contains(&passed), "twice the rate at once: {passed}");
        assert!(rates.count("b").is_ok(), "another one is not held up");
        assert_eq!(rates.count("a").unwrap_err().retry_after, Some(1));
    }
}
