//! What a sync of a StatefulSet sees, and the writes that it can make.

use std::sync::Arc;

use super::ordinals::ordinal_of;
use crate::api::{
    ControllersBehaviour, Pod, PodId, PodPhase, StatefulSet, StatefulSetStrategy, Symbol, Timestamp,
};
use crate::controllers::replica_set::availability::is_available;

/// What a sync sees.
#[derive(Clone, Copy)]
pub struct StatefulSetView<'a> {
    /// The StatefulSet, status included.
    pub set: &'a StatefulSet,
    /// The pods that it controls.
    pub pods: &'a [Arc<Pod>],
    /// The name of the current revision: the one that the status names, if that is there, else the one that is wanted.
    pub current: Symbol,
    /// The name of the revision that is wanted ([`super::history::wanted`]).
    pub update: Symbol,
    /// The revision of a pod (its label `controller-revision-hash`).
    pub revision_of: &'a dyn Fn(&Pod) -> Option<Symbol>,
    /// The time.
    pub now: Timestamp,
    /// The release's switches.
    pub behaviour: ControllersBehaviour,
}

/// A write of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// A pod is made.
    Create {
        /// Its ordinal.
        ordinal: i32,
        /// Its revision.
        revision: Symbol,
    },
    /// A pod is deleted.
    Delete(Doomed),
}

/// A pod that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doomed {
    /// One that was seen.
    Seen(PodId),
    /// One that this sync has made.
    New {
        /// Its ordinal.
        ordinal: i32,
    },
}

/// A pod that the StatefulSet should have.
#[derive(Clone, Copy)]
pub(super) enum Replica<'a> {
    /// It is there.
    Seen(&'a Pod),
    /// It is not, and would be this one.
    New { ordinal: i32, revision: Symbol },
}

/// Whether a pod runs and is ready.
pub(super) fn is_running_and_ready(pod: &Pod) -> bool {
    pod.phase == PodPhase::Running && pod.is_ready()
}

impl StatefulSetView<'_> {
    pub(super) fn is_available(&self, pod: &Pod) -> bool {
        is_available(pod, self.set.min_ready_seconds, self.now, self.behaviour)
    }

    /// Whether a pod counts for nothing yet or any more: an update waits for it (`isUnavailable`; `!isHealthy` before 1.34).
    pub(super) fn is_unhealthy(&self, replica: Replica<'_>) -> bool {
        let Replica::Seen(pod) = replica else { return true };
        let available = !self.behaviour.stateful_set_waits_for_availability || self.is_available(pod);
        !is_running_and_ready(pod) || pod.deleted.is_some() || !available
    }

    pub(super) fn revision(&self, replica: Replica<'_>) -> Option<Symbol> {
        match replica {
            Replica::Seen(pod) => (self.revision_of)(pod),
            Replica::New { revision, .. } => Some(revision),
        }
    }

    /// The revision of a pod that is made (`newVersionedStatefulSetPod`).
    fn revision_for(&self, ordinal: i32) -> Symbol {
        let current_below = match self.set.strategy {
            StatefulSetStrategy::OnDelete => return self.update,
            StatefulSetStrategy::RollingUpdate(None) => self.set.status.current_replicas,
            StatefulSetStrategy::RollingUpdate(Some(rolling)) => rolling.partition,
        };
        let keeps = i64::from(ordinal) < i64::from(self.set.start_ordinal) + i64::from(current_below);
        if keeps { self.current } else { self.update }
    }

    /// The pods that there should be, by ordinal, and those that there should not be, the highest ordinal first. Pods with
    /// names that the StatefulSet does not give belong to neither.
    pub(super) fn sorted(&self) -> (Vec<Replica<'_>>, Vec<&Pod>) {
        let start = self.set.start_ordinal;
        let slots = (start..).take(usize::try_from(self.set.replicas).unwrap_or(0));
        let mut replicas: Vec<Replica<'_>> =
            slots.map(|ordinal| Replica::New { ordinal, revision: self.revision_for(ordinal) }).collect();
        let mut condemned = Vec::new();
        for pod in self.pods {
            let Some(ordinal) = ordinal_of(&self.set.name, &pod.name) else { continue };
            let place = usize::try_from(i64::from(ordinal) - i64::from(start)).ok();
            match place.and_then(|place| replicas.get_mut(place)) {
                Some(slot) => *slot = Replica::Seen(pod),
                None => condemned.push((ordinal, &**pod)),
            }
        }
        condemned.sort_by_key(|(ordinal, _)| std::cmp::Reverse(*ordinal));
        (replicas, condemned.into_iter().map(|(_, pod)| pod).collect())
    }

    /// The first pod, from the lowest ordinal that should be there up, then of the others, that is not healthy.
    pub(super) fn first_unhealthy(&self, replicas: &[Replica<'_>], condemned: &[&Pod]) -> Option<PodId> {
        let others = condemned.iter().rev().map(|pod| Replica::Seen(pod));
        let first = replicas.iter().copied().chain(others).find(|replica| self.is_unhealthy(*replica))?;
        if let Replica::Seen(pod) = first { Some(pod.id) } else { None }
    }
}
