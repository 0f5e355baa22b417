//! Which pods a ReplicaSet deletes first (`ActivePodsWithRanks`, `getPodsToDelete`).
//!
//! The rules, the first that tells two pods apart deciding; the pod named first is deleted first:
//!
//! 1. not assigned to a node, assigned
//! 2. phase Pending, Unknown, Running
//! 3. not ready, ready
//! 4. lower `controller.kubernetes.io/pod-deletion-cost`
//! 5. more active pods of the same owner on the pod's node
//! 6. both ready, since different times: ready for less long, in powers of two of nanoseconds; in one
//!    power of two the lower UID
//! 7. more restarts, of containers, then of sidecars
//! 8. created at different times: younger, in powers of two; in one power of two the lower UID
//!
//! The relation is not transitive: two pods that became ready in one second and were created in one are
//! level, though by its UID a third, ready in another second, may stand between them. What is deleted
//! then depends on how the list is sorted, and is sorted here as Go sorts it ([`crate::controllers`]).

use std::cmp::{Ordering, Reverse};

use crate::api::{ControllersBehaviour, NodeId, Pod, PodId, PodPhase, Timestamp, Uid};
use crate::component_helpers::go_sort::sort;
use crate::controllers::stable_sort::stable_sort;

/// What the ranking depends on besides the pods.
#[derive(Clone, Copy)]
pub struct Rank<'a> {
    /// Ages count from here.
    pub now: Timestamp,
    /// Which rules hold.
    pub behaviour: ControllersBehaviour,
    /// The number of active pods of the same owner on a node.
    pub related_active_on_node: &'a dyn Fn(NodeId) -> u32,
    /// Level pods keep the order of the list, however many there are.
    pub keeps_order: bool,
}

/// What rules 1 to 5 read of a pod. They alone are an order, and decide first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Coarse {
    assigned: bool,
    phase: u8,
    ready: bool,
    deletion_cost: i32,
    co_located: Reverse<u32>,
}

/// What the rules read of a pod.
#[derive(Clone, Copy, Debug)]
pub struct RankedPod {
    coarse: Coarse,
    ready_since: Age,
    restarts: (i32, i32),
    created: Age,
    uid: Uid,
}

/// A point in time and, where the logarithmic scale is used, its power of two.
#[derive(Clone, Copy, Debug)]
struct Age {
    at: Option<Timestamp>,
    bucket: Option<i64>,
}

impl Age {
    fn new(at: Option<Timestamp>, rank: &Rank<'_>) -> Self {
        let bucket = at.filter(|_| rank.behaviour.logarithmic_scale_down);
        Self { at, bucket: bucket.map(|at| logarithmic_bucket(rank.now.nanos_since(at))) }
    }

    /// Which of two different ages goes first: a missing time, then the shorter age.
    fn order(self, other: Self, uids: Ordering) -> Ordering {
        match (self.bucket, other.bucket) {
            (Some(mine), Some(others)) => mine.cmp(&others).then(uids),
            _ => self.at.is_some().cmp(&other.at.is_some()).then(other.at.cmp(&self.at)),
        }
    }
}

/// The whole part of the logarithm to base 2 of an age in nanoseconds; -1 if it is not above 0.
///
/// Follows Go's `math.Log2`: exact on powers of two, and just below a large one it already gives the
/// power itself.
pub fn logarithmic_bucket(age_nanos: i64) -> i64 {
    if age_nanos <= 0 {
        return -1;
    }
    let (fraction, exponent) = libm::frexp(age_nanos as f64);
    if fraction.to_bits() == 0.5_f64.to_bits() {
        return i64::from(exponent) - 1;
    }
    (libm::log(fraction) * std::f64::consts::LOG2_E + f64::from(exponent)) as i64
}

impl Coarse {
    fn new(pod: &Pod, rank: &Rank<'_>) -> Self {
        Self {
            assigned: pod.node.is_some(),
            phase: match pod.phase {
                PodPhase::Unknown => 1,
                PodPhase::Running => 2,
                PodPhase::Pending | PodPhase::Succeeded | PodPhase::Failed => 0,
            },
            ready: pod.is_ready(),
            deletion_cost: if rank.behaviour.pod_deletion_cost { pod.deletion_cost } else { 0 },
            co_located: Reverse(pod.node.map_or(0, rank.related_active_on_node)),
        }
    }
}

impl RankedPod {
    /// Reads what the rules need.
    pub fn new(pod: &Pod, rank: &Rank<'_>) -> Self {
        let since = pod.ready.filter(|condition| condition.ready).and_then(|condition| condition.since);
        Self {
            coarse: Coarse::new(pod, rank),
            ready_since: Age::new(since, rank),
            restarts: (pod.restarts, pod.sidecar_restarts),
            created: Age::new(pod.created, rank),
            uid: pod.uid,
        }
    }

    /// Whether this pod is deleted before the other.
    pub fn goes_before(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Less
    }

    fn order(&self, other: &Self) -> Ordering {
        if self.coarse != other.coarse {
            return self.coarse.cmp(&other.coarse);
        }
        let uids = self.uid.cmp(&other.uid);
        if self.coarse.ready && self.ready_since.at != other.ready_since.at {
            return self.ready_since.order(other.ready_since, uids);
        }
        let restarts = other.restarts.cmp(&self.restarts);
        if restarts != Ordering::Equal || self.created.at == other.created.at {
            return restarts;
        }
        self.created.order(other.created, uids)
    }
}

/// The pods in order of deletion, as places in the list.
pub fn deletion_order(active: &[&Pod], rank: &Rank<'_>) -> Vec<usize> {
    let ranked: Vec<RankedPod> = active.iter().map(|pod| RankedPod::new(pod, rank)).collect();
    let mut order: Vec<usize> = (0..ranked.len()).collect();
    let goes_before = |a: usize, b: usize| ranked[a].goes_before(&ranked[b]);
    if rank.keeps_order {
        stable_sort(&mut order, &goes_before);
    } else {
        sort(&mut order, &goes_before);
    }
    order
}

/// The `count` pods to delete; if that is all of them, in the order of the list.
pub fn pods_to_delete(active: &[&Pod], count: usize, rank: &Rank<'_>) -> Vec<PodId> {
    if count >= active.len() {
        return active.iter().map(|pod| pod.id).collect();
    }
    deletion_order(active, rank).into_iter().take(count).map(|place| active[place].id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_whole_powers_of_two() {
        // log2(1) = 0, log2(2) = 1, log2(3) = 1.58…, log2(4) = 2; nothing for no age or a future one.
        for (age, bucket) in [(-5, -1), (0, -1), (1, 0), (2, 1), (3, 1), (4, 2), (1 << 40, 40)] {
            assert_eq!(logarithmic_bucket(age), bucket, "age {age}");
        }
        // Doubles from 32 to 64 lie 2^-47 apart. log2(2^40 - 1) = 40 - 1.44·2^-40 is below 40 as a
        // double; log2(2^49 - 1) = 49 - 1.44·2^-49 is nearer to 49 than to 49 - 2^-47.
        assert_eq!(logarithmic_bucket((1 << 40) - 1), 39);
        assert_eq!(logarithmic_bucket((1 << 49) - 1), 49);
    }
}
