//! How long a Job waits after failures: 10 s, twice as long after each further one, at most 10 minutes.

use super::pod::JobPod;
use crate::api::Timestamp;
use crate::kernel::SimDuration;

const FIRST_NS: u64 = 10_000_000_000;
const LONGEST_NS: u64 = 600_000_000_000;

/// The failures since the last success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// How many.
    pub failures: i32,
    /// When the last of them ended. It is the last of those that came in last, not of all.
    pub last_failure: Option<Timestamp>,
}

impl Record {
    /// With pods that ended since.
    #[must_use]
    pub fn with<'a>(
        self,
        succeeded: impl Iterator<Item = &'a JobPod<'a>>,
        failed: impl Iterator<Item = &'a JobPod<'a>>,
    ) -> Self {
        let last_success = succeeded.map(JobPod::finished).max();
        let mut ends: Vec<Timestamp> = failed.map(JobPod::finished).collect();
        ends.sort_unstable();
        match last_success {
            None if ends.is_empty() => self,
            None => Self { failures: self.failures + ends.len() as i32, last_failure: ends.last().copied() },
            Some(success) => {
                let later = ends.iter().filter(|end| **end > success).count();
                Self { failures: later as i32, last_failure: ends.last().copied().filter(|_| later > 0) }
            }
        }
    }

    /// What is left of the wait.
    pub fn remaining(&self, now: Timestamp) -> SimDuration {
        remaining(self.failures, self.last_failure, now)
    }
}

/// What is left of the wait of an index whose last pod has failed.
pub fn remaining_of_index(last_failed: &JobPod<'_>, now: Timestamp) -> SimDuration {
    remaining(last_failed.absolute_failures().saturating_add(1), Some(last_failed.finished()), now)
}

fn remaining(failures: i32, last_failure: Option<Timestamp>, now: Timestamp) -> SimDuration {
    let Some(last_failure) = last_failure.filter(|_| failures > 0) else { return SimDuration(0) };
    let doublings = (failures - 1).unsigned_abs().min(u64::BITS / 2);
    let wait = FIRST_NS.saturating_mul(1 << doublings).min(LONGEST_NS);
    SimDuration((wait as i64).saturating_sub(now.nanos_since(last_failure)).max(0).unsigned_abs())
}
