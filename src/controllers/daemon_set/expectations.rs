//! What a DaemonSet's controller still waits to see (`ControllerExpectations`): so many creations and so many deletions,
//! whichever they are.

use crate::api::Timestamp;
use crate::controllers::controller_utils::expectations::EXPECTATIONS_TIMEOUT;

/// The expectations of one DaemonSet. Without any set, they are satisfied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    set_at: Option<Timestamp>,
    creations: i64,
    deletions: i64,
}

impl Expectations {
    /// Waits for so many creations and deletions, and for nothing else.
    pub fn set(&mut self, creations: usize, deletions: usize, now: Timestamp) {
        *self = Self { set_at: Some(now), creations: creations as i64, deletions: deletions as i64 };
    }

    /// A pod has appeared in the cache.
    pub fn creation_observed(&mut self) {
        self.creations -= 1;
    }

    /// A terminating pod has changed, one has gone, or one that was to be deleted was not there.
    pub fn deletion_observed(&mut self) {
        self.deletions -= 1;
    }

    /// Whether nothing is awaited any more, or for too long already.
    pub fn satisfied(&self, now: Timestamp) -> bool {
        let waited = |since| now.nanos_since(since) > EXPECTATIONS_TIMEOUT.0.cast_signed();
        (self.creations <= 0 && self.deletions <= 0) || self.set_at.is_none_or(waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_counted_down_and_five_minutes_end_it() {
        let mut expectations = Expectations::default();
        assert!(expectations.satisfied(Timestamp(0)));
        expectations.set(1, 2, Timestamp(0));
        expectations.deletion_observed();
        expectations.deletion_observed();
        assert!(!expectations.satisfied(Timestamp(0)), "the creation is still awaited");
        assert!(expectations.satisfied(Timestamp(301 * Timestamp::NANOS)));
        expectations.creation_observed();
        assert!(expectations.satisfied(Timestamp(0)));
    }
}
