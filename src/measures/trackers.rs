//! The trackers of all workloads: which one a change is for, and which ones take stock when an instant ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::blocked::Cut;
use super::rollout_row::RolloutRow;
use super::selected::{Selecting, counted_on};
use super::spread::SpreadRow;
use super::surroundings::Surroundings;
use super::tracker::Tracker;
use super::workload::{RevisionKey, Workload, WorkloadKey, adopted};
use crate::api::{Interner, OwnerId, Pod, ReplicaSet};
use crate::cluster::setup::ClusterSetup;
use crate::cluster::store::kinds::Object;
use crate::kernel::{SimDuration, SimTime};

/// The trackers of all workloads.
#[derive(Debug)]
pub(super) struct Trackers {
    /// By kind and number.
    all: [Vec<Option<Tracker>>; WorkloadKey::KINDS.len()],
    /// The workload of each ReplicaSet.
    owner_of: Vec<Option<WorkloadKey>>,
    /// Workloads that have revisions at time 0.
    adopted: BTreeSet<WorkloadKey>,
    selecting: Selecting,
    /// Those that something happened to since the last instant ended.
    touched: Vec<WorkloadKey>,
    /// A rollout that takes longer is blocked.
    blocked_after: Option<SimDuration>,
}

impl Trackers {
    /// None yet.
    pub(super) fn new(setup: &ClusterSetup) -> Self {
        Self {
            all: Default::default(),
            owner_of: Vec::new(),
            adopted: adopted(setup),
            selecting: Selecting::default(),
            touched: Vec::new(),
            blocked_after: setup.limits.blocked_after,
        }
    }

    /// The rollouts as they stand, ended with the run.
    pub(super) fn finish(&self, around: Surroundings<'_>, end: SimTime) -> Vec<RolloutRow> {
        let trackers = self.all.iter().flatten().flatten();
        trackers.map(|tracker| tracker.finish(around, end, Cut::EndOfRun)).collect()
    }

    /// A node came, changed or went.
    pub(super) fn nodes_changed(&mut self, around: Surroundings<'_>) {
        for (of_kind, key_of) in self.all.iter_mut().zip(WorkloadKey::KINDS) {
            for (number, tracker) in (0..).zip(of_kind) {
                if let Some(tracker) = tracker {
                    tracker.watch(around);
                    self.touched.push(key_of(number));
                }
            }
        }
    }

    /// The place of a workload's tracker, if it ever had one.
    fn place(&mut self, key: WorkloadKey) -> Option<&mut Option<Tracker>> {
        let (kind, number) = key.place();
        self.all[kind].get_mut(number)
    }

    fn tracker(&mut self, key: WorkloadKey) -> Option<&mut Tracker> {
        self.place(key)?.as_mut()
    }

    /// The workload that a revision is of.
    fn workload_of(&self, revision: RevisionKey) -> Option<WorkloadKey> {
        match revision.controller {
            OwnerId::ReplicaSet(id) => self.owner_of.get(id.index()).copied().flatten(),
            OwnerId::Deployment(id) => Some(id.into()),
            OwnerId::DaemonSet(id) => Some(id.into()),
        }
    }

    /// A ReplicaSet came, changed or went: a revision of what it belongs to.
    pub(super) fn replica_set_changed(
        &mut self,
        old: Option<&ReplicaSet>,
        new: Option<&ReplicaSet>,
        now: SimTime,
    ) {
        let Some(replica_set) = new.or(old) else { return };
        let place = replica_set.id.index();
        if self.owner_of.len() <= place {
            self.owner_of.resize(place + 1, None);
        }
        let owner = replica_set.deployment.map(WorkloadKey::from);
        self.owner_of[place] = owner;
        let Some(owner) = owner else { return };
        self.touched.push(owner);
        if let Some(tracker) = self.tracker(owner) {
            let revision = RevisionKey::of_replica_set(replica_set);
            tracker.revision_changed(revision, new.map(|replica_set| &replica_set.template));
            if new.is_some_and(|replica_set| replica_set.replicas > 0) {
                tracker.revision_wants_pods(revision, now);
            }
        }
    }

    /// A pod came, changed or went.
    pub(super) fn pod_changed(
        &mut self,
        old: Option<&Arc<Pod>>,
        new: Option<&Arc<Pod>>,
        around: Surroundings<'_>,
        now: SimTime,
    ) {
        let Some(pod) = new.or(old) else { return };
        let revision = RevisionKey::of_pod(pod);
        if let Some(revision) = revision
            && let Some(owner) = self.workload_of(revision)
        {
            self.touched.push(owner);
            if let Some(tracker) = self.tracker(owner) {
                let change = (old.map(AsRef::as_ref), new.map(AsRef::as_ref));
                tracker.pod_changed(revision, change, around, now);
                if old.is_none() && revision.hash.is_some() {
                    tracker.revision_wants_pods(revision, now);
                }
            }
        }
        self.selected_changed(old, new);
    }

    /// Whoever a pod belongs to, the constraints that select it count it.
    fn selected_changed(&mut self, old: Option<&Arc<Pod>>, new: Option<&Arc<Pod>>) {
        let counted =
            |pod: Option<&Arc<Pod>>| pod.and_then(|pod| Some((Arc::as_ptr(&pod.spec), counted_on(pod)?)));
        if counted(old) == counted(new) {
            return;
        }
        for (pod, change) in [(old, -1), (new, 1)] {
            let Some((pod, node)) = pod.and_then(|pod| Some((pod, counted_on(pod)?))) else { continue };
            let revision = RevisionKey::of_pod(pod);
            for &key in self.selecting.of(&pod.spec).iter() {
                let tracker = self.tracker(key);
                if tracker.is_some_and(|tracker| tracker.selected_changed(pod, revision, (node, change))) {
                    self.touched.push(key);
                }
            }
        }
    }

    /// A workload came, changed or went; the rollout that this ends, if it ends one.
    pub(super) fn workload_changed<W: Workload + Object>(
        &mut self,
        old: Option<&Arc<W>>,
        new: Option<&Arc<W>>,
        around: Surroundings<'_>,
        now: SimTime,
    ) -> Option<RolloutRow>
    where
        WorkloadKey: From<W::Id>,
    {
        let key = WorkloadKey::from(new.or(old)?.id());
        let same_template = |old: &Arc<W>| new.is_some_and(|new| new.template().equals(old.template()));
        if !old.is_some_and(same_template) {
            if let Some(old) = old {
                self.selecting.remove(key, &**old);
            }
            if let Some(new) = new {
                self.selecting.put(key, &**new, around.names);
            }
        }
        let Some(new) = new.cloned() else {
            let tracker = self.place(key)?.take()?;
            return Some(tracker.finish(around, now, Cut::Deleted));
        };
        self.touched.push(key);
        if old.is_some() {
            return self.tracker(key)?.workload_changed(new, around, now);
        }
        let adopted = now == SimTime(0) && self.adopted.contains(&key);
        let tracker = Tracker::new(new, around, now, (self.blocked_after, adopted));
        let (kind, number) = key.place();
        let of_kind = &mut self.all[kind];
        if of_kind.len() <= number {
            of_kind.resize(number + 1, None);
        }
        of_kind[number] = Some(tracker);
        None
    }

    /// An instant has ended; rows for constraints whose counts changed go to `rows`.
    pub(super) fn instant_end(
        &mut self,
        now: SimTime,
        names: &Interner,
        mut rows: Option<&mut Vec<SpreadRow>>,
    ) {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        for key in touched.drain(..) {
            if let Some(tracker) = self.tracker(key) {
                tracker.instant_end(now, names, rows.as_deref_mut());
            }
        }
        self.touched = touched;
    }
}
