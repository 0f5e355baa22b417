//! How long a kubelet waits before it starts a container again that has ended: CrashLoopBackOff.
//!
//! Follows kubelet v1.34 (`pkg/kubelet/kuberuntime`, `doBackOff`, with client-go's `flowcontrol.Backoff`): at
//! once the first time, then 10 s, twice as long each time, at most 300 s. The wait counts from the end of the
//! container. One that ends more than 600 s after it was started begins anew.

use crate::kernel::{SimDuration, SimTime};

const SECOND: u64 = 1_000_000_000;
const FIRST: SimDuration = SimDuration(10 * SECOND);
const LONGEST: SimDuration = SimDuration(300 * SECOND);
const FORGOTTEN_AFTER: SimDuration = SimDuration(600 * SECOND);

/// The back-off of one container.
#[derive(Clone, Copy, Debug, Default)]
pub struct CrashBackOff {
    /// The next wait, and when the container was started last; none before the first restart.
    entry: Option<(SimDuration, SimTime)>,
}

impl CrashBackOff {
    /// How long the kubelet waits after a container that ended now. It is started again right after that.
    pub fn ended(&mut self, now: SimTime) -> SimDuration {
        let kept = self.entry.filter(|(_, started)| now.since(*started) <= FORGOTTEN_AFTER);
        let wait = kept.map_or(SimDuration::ZERO, |(wait, _)| wait);
        let next = kept.map_or(FIRST, |(wait, _)| SimDuration(wait.0 * 2).min(LONGEST));
        self.entry = Some((next, now.plus(wait)));
        wait
    }

    /// Whether the waits grow no more.
    pub fn is_at_its_longest(&self) -> bool {
        self.entry.is_some_and(|(wait, _)| wait == LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits of a container that runs for so many milliseconds each time.
    fn waits(runs_ms: &[u64]) -> Vec<u64> {
        let (mut back_off, mut now) = (CrashBackOff::default(), SimTime(0));
        let one = |run: &u64| {
            now = now.plus(SimDuration(run * 1_000_000));
            let wait = back_off.ended(now);
            now = now.plus(wait);
            wait.0 / SECOND
        };
        runs_ms.iter().map(one).collect()
    }

    /// Recorded of client-go's Backoff v1.36.2, which the kubelet uses as v1.34 does.
    #[test]
    fn waits_are_those_of_client_go() {
        assert_eq!(waits(&[1000; 9]), [0, 10, 20, 40, 80, 160, 300, 300, 300]);
        // A run that is longer than the wait does not remove it.
        assert_eq!(waits(&[1000, 1000, 100_000, 1000]), [0, 10, 20, 40]);
        // Exactly 600 s after the last start it stays, after that it begins anew.
        let runs = [1000, 1000, 1000, 600_000, 1000, 1000, 600_001, 1000, 1000];
        assert_eq!(waits(&runs), [0, 10, 20, 40, 80, 160, 0, 10, 20]);
    }
}
