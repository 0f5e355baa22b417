//! The worst skew of a rollout so far, and for how long it was above what the constraint allows.

use crate::kernel::SimTime;

/// What is kept of a skew as it changes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SkewSoFar {
    largest: u32,
    above_since: Option<SimTime>,
    above_ns: u64,
}

impl SkewSoFar {
    /// Takes note of the skew at a settled instant.
    pub(super) fn note(&mut self, skew: u32, max_skew: i32, now: SimTime) {
        self.largest = self.largest.max(skew);
        let above = i64::from(skew) > i64::from(max_skew);
        if let (false, Some(since)) = (above, self.above_since) {
            self.above_ns += now.0 - since.0;
            self.above_since = None;
        } else if above && self.above_since.is_none() {
            self.above_since = Some(now);
        }
    }

    /// The largest so far; never below the last.
    pub(super) fn largest(&self, last: u32) -> u32 {
        // Cut off before its first settled instant it has not been counted yet.
        self.largest.max(last)
    }

    /// Nanoseconds above what is allowed, until now.
    pub(super) fn above_ns(&self, now: SimTime) -> u64 {
        self.above_ns + self.above_since.map_or(0, |since| now.0 - since.0)
    }
}
