//! How failed attempts lengthen the back-off (`calculateBackoffDuration` of kube-scheduler v1.34).
//!
//! Attempts that ended because no node fits and attempts that ended in an error are counted apart, and
//! the errors only as long as they come one after another: a pod that has waited long for room does not
//! wait long after a passing error, and the other way round.

use super::config::QueueConfig;
use crate::kernel::SimDuration;

/// A pod's failed attempts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Failures {
    /// Attempts that no node fitted (`UnschedulableCount`).
    unschedulable: u32,
    /// Errors since the last of those (`ConsecutiveErrorsCount`).
    consecutive_errors: u32,
}

impl Failures {
    /// No node fitted.
    pub(super) fn note_unschedulable(&mut self) {
        self.unschedulable += 1;
        self.consecutive_errors = 0;
    }

    /// The attempt ended in an error.
    pub(super) fn note_error(&mut self) {
        self.consecutive_errors += 1;
    }

    /// How long the pod has to wait after its last failed attempt; `None` if it need not wait at all.
    pub(super) fn backoff(self, config: &QueueConfig) -> Option<SimDuration> {
        let count = if self.consecutive_errors > 0 { self.consecutive_errors } else { self.unschedulable };
        if count == 0 || config.pod_max_backoff == SimDuration::ZERO {
            return None;
        }
        let doublings = count - 1;
        let (initial, longest) = (config.pod_initial_backoff.0, config.pod_max_backoff.0);
        // The longest back-off is halved instead of the first one doubled, which cannot overflow.
        let halved = longest.checked_shr(doublings).unwrap_or(0);
        Some(SimDuration(if initial > halved {
            longest
        } else {
            // Not above `longest`, unless it is 0, which stays 0 however often it is doubled.
            initial.checked_shl(doublings).unwrap_or(0)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::queue::tests::config as default_config;

    type Note = fn(&mut Failures);

    fn config(initial: u64, longest: u64) -> QueueConfig {
        QueueConfig {
            pod_initial_backoff: SimDuration::from_secs(initial),
            pod_max_backoff: SimDuration::from_secs(longest),
            ..default_config()
        }
    }

    /// The back-off in seconds after each of `count` failures of one kind.
    fn seconds(config: &QueueConfig, count: usize, note: Note) -> Vec<Option<u64>> {
        let mut failures = Failures::default();
        (0..count)
            .map(|_| {
                note(&mut failures);
                failures.backoff(config).map(|backoff| backoff.0 / 1_000_000_000)
            })
            .collect()
    }

    #[test]
    fn the_backoff_doubles_up_to_the_longest() {
        let some = |list: &[u64]| list.iter().copied().map(Some).collect::<Vec<_>>();
        let note = Failures::note_error;
        assert_eq!(seconds(&config(1, 10), 6, Failures::note_unschedulable), some(&[1, 2, 4, 8, 10, 10]));
        assert_eq!(seconds(&config(1, 10), 6, note), some(&[1, 2, 4, 8, 10, 10]));
        assert_eq!(seconds(&config(3, 12), 4, note), some(&[3, 6, 12, 12]));
        assert_eq!(seconds(&config(3, 13), 4, note), some(&[3, 6, 12, 13]));
        assert_eq!(seconds(&config(5, 5), 3, note), some(&[5, 5, 5]));
        assert_eq!(seconds(&config(0, 10), 3, note), some(&[0, 0, 0]));
        assert_eq!(seconds(&config(1, 0), 3, note), [None, None, None]);
        // Far beyond the width of the number: 2^199 s would overflow, 0 s stays 0 s.
        assert_eq!(seconds(&config(1, 10), 200, note).last(), Some(&Some(10)));
        assert_eq!(seconds(&config(0, 10), 200, note).last(), Some(&Some(0)));
    }

    #[test]
    fn errors_count_apart_and_only_in_a_row() {
        let config = config(1, 10);
        let mut failures = Failures::default();
        assert_eq!(failures.backoff(&config), None);
        let steps: [(Note, u64); 7] = [
            (Failures::note_unschedulable, 1),
            (Failures::note_unschedulable, 2),
            (Failures::note_unschedulable, 4),
            (Failures::note_error, 1),
            (Failures::note_error, 2),
            // The fourth time that no node fits: 8 s, and the errors are forgotten.
            (Failures::note_unschedulable, 8),
            (Failures::note_error, 1),
        ];
        for (note, expected) in steps {
            note(&mut failures);
            assert_eq!(failures.backoff(&config), Some(SimDuration::from_secs(expected)));
        }
    }
}
