//! How long the controller waits before it deletes another failed pod of a node (`failedPodsBackoff`): 1 s after the first,
//! then twice as long each time, at most 15 minutes (client-go's `flowcontrol.Backoff`). Kubelets that refuse a pod would
//! have it busy otherwise.

use crate::api::{Symbol, Timestamp};
use crate::kernel::{LookupMap, SimDuration};

const FIRST: SimDuration = SimDuration::from_secs(1);
const LONGEST: SimDuration = SimDuration::from_secs(15 * 60);

/// The waits of one DaemonSet, by the generation that its status has observed and by node.
#[derive(Clone, Debug, Default)]
pub struct FailedPods {
    entries: LookupMap<(i64, Symbol), Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    wait: SimDuration,
    since: Timestamp,
}

impl Entry {
    /// Whether it is forgotten: no failed pod was deleted for twice the longest wait.
    fn has_expired(self, now: Timestamp) -> bool {
        now.nanos_since(self.since) > (2 * LONGEST.0).cast_signed()
    }
}

impl FailedPods {
    /// A failed pod of a node is found. `None`: it is to be deleted now. Else: how long after which to look again.
    pub fn found(&mut self, generation: i64, node: Symbol, now: Timestamp) -> Option<SimDuration> {
        let kept = self.entries.get(&(generation, node)).copied().filter(|entry| !entry.has_expired(now));
        if let Some(entry) = kept
            && now.nanos_since(entry.since) < entry.wait.0.cast_signed()
        {
            return Some(entry.wait);
        }
        let wait = kept.map_or(FIRST, |entry| SimDuration(2 * entry.wait.0).min(LONGEST));
        self.entries.insert((generation, node), Entry { wait, since: now });
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let (mut failed, node) = (FailedPods::default(), Symbol(7));
        let mut found = |seconds| failed.found(1, node, Timestamp::from_unix_seconds(seconds));
        let wait = |seconds: i64| Some(SimDuration::from_secs(seconds.unsigned_abs()));
        assert_eq!((found(0), found(0)), (None, wait(1)), "another one of the same node, in the same sync");
        assert_eq!((found(1), found(2)), (None, wait(2)), "1 s is over; now 2 s");
        // 2, 4, 8, …, 512, then 900: each begins when the one before is over.
        let mut now = 1;
        for next in [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            assert_eq!(found(now + next - 1), wait(next));
            now += next;
            assert_eq!(found(now), None);
        }
        // 1,800 s after the last deletion it stays; a second later it is forgotten, and the next wait is 1 s.
        assert_eq!((found(now + 1800), found(now + 1801)), (None, wait(900)));
        assert_eq!((found(now + 3601), found(now + 3601)), (None, wait(1)));
    }

    #[test]
    fn nodes_and_generations_wait_for_themselves() {
        let mut failed = FailedPods::default();
        for (generation, node) in [(1, 7), (1, 8), (2, 7)] {
            assert_eq!(failed.found(generation, Symbol(node), Timestamp(0)), None);
        }
    }
}
