//! A token bucket (client-go's `flowcontrol`, golang.org/x/time/rate): tokens are reserved in the order of asking,
//! also those that are still to come.

use crate::cluster::control_plane::ClientLimits;
use crate::kernel::SimTime;

/// A bucket, full at first.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    /// Nanoseconds until the next token.
    interval: u64,
    /// What a full bucket is worth, in nanoseconds.
    burst: u64,
    /// When it is full again if nobody takes a token.
    full_at: u64,
}

impl TokenBucket {
    /// A full bucket.
    ///
    /// # Panics
    ///
    /// If a limit is not above 0.
    pub fn new(limits: ClientLimits) -> Self {
        assert!(limits.qps > 0.0 && limits.burst > 0, "a bucket gives tokens: {limits:?}");
        let interval = libm::round(1e9 / limits.qps) as u64;
        Self { interval, burst: interval.saturating_mul(u64::from(limits.burst)), full_at: 0 }
    }

    /// Takes the next token: when it is there.
    pub fn reserve(&mut self, now: SimTime) -> SimTime {
        self.full_at = self.full_at.max(now.0).saturating_add(self.interval);
        SimTime(now.0.max(self.full_at.saturating_sub(self.burst)))
    }

    /// Takes a token if one is there now.
    pub fn try_take(&mut self, now: SimTime) -> bool {
        let full_at = self.full_at.max(now.0).saturating_add(self.interval);
        let there = full_at.saturating_sub(self.burst) <= now.0;
        if there {
            self.full_at = full_at;
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn bucket() -> TokenBucket {
        TokenBucket::new(ClientLimits { qps: 20.0, burst: 3 })
    }

    #[test]
    fn the_burst_is_free_and_then_one_comes_each_fiftieth_millisecond() {
        let mut bucket = bucket();
        let at: Vec<u64> = (0..6).map(|_| bucket.reserve(SimTime(10 * MS)).0 / MS).collect();
        assert_eq!(at, [10, 10, 10, 60, 110, 160]);
        // Three tokens are promised up to 160 ms. At 300 ms, (300 - 160) / 50 = 2.8 have come since.
        let at: Vec<u64> = (0..4).map(|_| bucket.reserve(SimTime(300 * MS)).0 / MS).collect();
        assert_eq!(at, [300, 300, 310, 360]);
    }

    #[test]
    fn it_never_holds_more_than_the_burst() {
        let mut bucket = bucket();
        let late = SimTime(3_600_000 * MS);
        assert_eq!((0..5).filter(|_| bucket.try_take(late)).count(), 3);
        assert!(bucket.try_take(SimTime(late.0 + 50 * MS)), "a token has come");
        assert!(!bucket.try_take(SimTime(late.0 + 99 * MS)), "and not yet another");
    }
}
