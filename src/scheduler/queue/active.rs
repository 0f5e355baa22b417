//! activeQ: the pods that are to be tried, in order (`active_queue.go` and the plugin `PrioritySort` of
//! kube-scheduler v1.34).
//!
//! Kubernetes keeps a heap, which leaves open the order of pods that are equal in priority and time;
//! here they leave in the order in which they came.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::api::PodId;
use crate::kernel::SimTime;

/// A pod's place in the order: priority (highest first), time stamp, order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ActiveKey {
    priority: Reverse<i32>,
    timestamp: SimTime,
    arrival: u64,
    pod: PodId,
}

/// The queue.
#[derive(Clone, Debug, Default)]
pub(super) struct ActiveQueue {
    keys: BTreeSet<ActiveKey>,
    arrivals: u64,
}

impl ActiveQueue {
    /// Puts a pod in, behind all that are equal to it.
    pub(super) fn insert(&mut self, pod: PodId, priority: i32, timestamp: SimTime) -> ActiveKey {
        let key = ActiveKey { priority: Reverse(priority), timestamp, arrival: self.arrivals, pod };
        self.arrivals += 1;
        self.keys.insert(key);
        key
    }

    /// Puts a pod in, ordered by its number. Not to be mixed with [`Self::insert`].
    pub(super) fn insert_by_number(&mut self, pod: PodId) -> ActiveKey {
        let key = ActiveKey { priority: Reverse(0), timestamp: SimTime(0), arrival: 0, pod };
        self.keys.insert(key);
        key
    }

    /// Takes a pod out.
    pub(super) fn remove(&mut self, key: &ActiveKey) {
        let found = self.keys.remove(key);
        assert!(found, "a pod in activeQ has its key there");
    }

    /// The pod to be tried next.
    pub(super) fn first(&self) -> Option<PodId> {
        self.keys.first().map(|key| key.pod)
    }

    /// How many pods there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priority_comes_before_time_and_time_before_arrival() {
        let mut queue = ActiveQueue::default();
        // (pod, priority, time): expected order 3 (priority 9), 5 (7), then priority 0 by time: 2 (t 1),
        // and at t 4 by arrival: 4, 1.
        let pods = [(4, 0, 4), (1, 0, 4), (2, 0, 1), (3, 9, 8), (5, 7, 0), (6, -1, 0)];
        let mut keys = Vec::new();
        for (pod, priority, time) in pods {
            keys.push(queue.insert(PodId(pod), priority, SimTime(time)));
        }
        let mut order = Vec::new();
        while let Some(pod) = queue.first() {
            order.push(pod.0);
            let place = pods.iter().position(|entry| entry.0 == pod.0).expect("one of them");
            queue.remove(&keys[place]);
        }
        assert_eq!(order, [3, 5, 2, 4, 1, 6]);
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn by_number_nothing_else_counts() {
        let mut queue = ActiveQueue::default();
        let keys = [7, 3, 5].map(|pod| queue.insert_by_number(PodId(pod)));
        assert_eq!(queue.first(), Some(PodId(3)));
        queue.remove(&keys[1]);
        assert_eq!(queue.first(), Some(PodId(5)));
    }
}
