//! What a ReplicaSet's controller still waits to see (`UIDTrackingControllerExpectations`).
//!
//! A sync that creates or deletes pods writes down how many. Until its cache has shown them all, the
//! next syncs do not create or delete: the cache is known to be stale. After five minutes the
//! controller stops waiting.

use std::collections::BTreeSet;

use crate::api::{PodId, Timestamp};
use crate::kernel::SimDuration;

/// How long expectations are waited for (`ExpectationsTimeout`).
pub const EXPECTATIONS_TIMEOUT: SimDuration = SimDuration::from_secs(300);

/// The expectations of one ReplicaSet. Without any set, they are satisfied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    set_at: Option<Timestamp>,
    creations: i64,
    deletions: BTreeSet<PodId>,
}

impl Expectations {
    /// Waits for so many creations, and for nothing else.
    pub fn expect_creations(&mut self, count: usize, now: Timestamp) {
        *self = Self { set_at: Some(now), creations: count as i64, deletions: BTreeSet::new() };
    }

    /// Waits for these pods to be seen terminating or gone, and for nothing else.
    pub fn expect_deletions(&mut self, pods: &[PodId], now: Timestamp) {
        *self = Self { set_at: Some(now), creations: 0, deletions: pods.iter().copied().collect() };
    }

    /// A pod of the ReplicaSet has appeared in the cache, or its creation failed.
    pub fn creation_observed(&mut self) {
        self.creations -= 1;
    }

    /// A pod of the ReplicaSet was seen terminating or gone. Pods that nobody waits for and repeated
    /// calls change nothing.
    pub fn deletion_observed(&mut self, pod: PodId) {
        self.deletions.remove(&pod);
    }

    /// Whether nothing is awaited any more, or for too long already.
    pub fn satisfied(&self, now: Timestamp) -> bool {
        let fulfilled = self.creations <= 0 && self.deletions.is_empty();
        fulfilled
            || self.set_at.is_none_or(|since| now.nanos_since(since) > EXPECTATIONS_TIMEOUT.0.cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(0);

    #[test]
    fn creations_are_counted_down() {
        let mut expectations = Expectations::default();
        assert!(expectations.satisfied(START), "nothing expected yet");
        expectations.expect_creations(2, START);
        expectations.creation_observed();
        assert!(!expectations.satisfied(START));
        expectations.creation_observed();
        assert!(expectations.satisfied(START));
        expectations.creation_observed();
        assert!(expectations.satisfied(START), "one creation too many does no harm");
    }

    #[test]
    fn each_deletion_counts_once() {
        let mut expectations = Expectations::default();
        expectations.expect_deletions(&[PodId(4), PodId(7)], START);
        for pod in [PodId(4), PodId(4), PodId(9)] {
            expectations.deletion_observed(pod);
        }
        assert!(!expectations.satisfied(START), "pod 7 is still awaited");
        expectations.deletion_observed(PodId(7));
        assert!(expectations.satisfied(START));
    }

    #[test]
    fn waiting_ends_after_five_minutes() {
        let mut expectations = Expectations::default();
        expectations.expect_creations(1, START);
        assert!(!expectations.satisfied(Timestamp::from_unix_seconds(300)));
        assert!(expectations.satisfied(Timestamp(300 * Timestamp::NANOS + 1)));
    }
}
