//! The pods of one workload that have no node, and how long those of the present rollout waited.
//!
//! A wait begins with the pod's creation (time 0 for pods of the input) and ends with its binding, its
//! deletion, or the end of the rollout. It belongs to the rollout in which the pod was created.

use std::collections::BTreeMap;

use super::workload::RevisionKey;
use crate::api::{Pod, PodId};
use crate::kernel::SimTime;

/// For how long the pods of a rollout had no node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PendingTime {
    /// The longest wait of a pod, in nanoseconds.
    pub longest_ns: u64,
    /// All waits together.
    pub total_ns: u64,
}

impl PendingTime {
    fn add(&mut self, wait_ns: u64) {
        self.longest_ns = self.longest_ns.max(wait_ns);
        self.total_ns += wait_ns;
    }
}

#[derive(Clone, Copy, Debug)]
struct Wait {
    revision: RevisionKey,
    /// `None` for a pod of an earlier rollout, whose wait was counted there.
    since: Option<SimTime>,
}

/// Pods without a node, and the waits that are over.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    pods: BTreeMap<PodId, Wait>,
    over: PendingTime,
}

fn waits(pod: Option<&Pod>) -> Option<&Pod> {
    pod.filter(|pod| pod.is_active() && pod.node.is_none())
}

impl Waiting {
    /// Takes note of a change of a pod of one of the workload's revisions.
    pub(super) fn observe(
        &mut self,
        revision: RevisionKey,
        old: Option<&Pod>,
        new: Option<&Pod>,
        now: SimTime,
    ) {
        if let Some(pod) = waits(new) {
            self.pods.entry(pod.id).or_insert(Wait { revision, since: Some(now) });
        } else if let Some(pod) = waits(old)
            && let Some(Wait { since: Some(since), .. }) = self.pods.remove(&pod.id)
        {
            self.over.add(now.0 - since.0);
        }
    }

    /// Another rollout begins.
    pub(super) fn begin_rollout(&mut self) {
        self.over = PendingTime::default();
        for wait in self.pods.values_mut() {
            wait.since = None;
        }
    }

    /// The waits of the present rollout's pods, those that still go on up to now.
    pub(super) fn times(&self, now: SimTime) -> PendingTime {
        let mut times = self.over;
        for since in self.pods.values().filter_map(|wait| wait.since) {
            times.add(now.0 - since.0);
        }
        times
    }

    /// The pods of a revision that have no node, in order of creation.
    pub(super) fn of(&self, revision: RevisionKey) -> impl Iterator<Item = PodId> {
        self.pods.iter().filter(move |(_, wait)| wait.revision == revision).map(|(pod, _)| *pod)
    }
}
