//! The garbage collector: deletes what has no owner in the API any more (`pkg/controller/garbagecollector` of
//! kube-controller-manager v1.34, background deletion).

use super::controller::{Context, Controller};
use super::key::Key;
use super::step::Step;
use crate::api::{DaemonSet, OwnerId, PodId, ReplicaSet, ReplicaSetId};
use crate::cluster::store::Change;
use crate::cluster::store::kinds::unseen;
use crate::cluster::timing::Timing;
use crate::kernel::Distribution;

/// All that waits is looked at together.
const EVERYTHING: Key = Key(0);

/// Pods and ReplicaSets whose owner may be gone.
#[derive(Default)]
pub(super) struct GarbageCollector {
    pods: Vec<PodId>,
    replica_sets: Vec<ReplicaSetId>,
}

impl Controller for GarbageCollector {
    fn name(&self) -> &'static str {
        "garbage-collector-controller"
    }

    fn observe(&mut self, change: &Change, context: &mut Context<'_, '_>) {
        let caches = context.caches;
        match change {
            Change::Deployment { old: Some(old), new: None } => {
                self.replica_sets.extend(caches.replica_sets_of(old.id));
            }
            Change::ReplicaSet { old: Some(old), new: None } => {
                self.pods.extend(caches.pods_of(OwnerId::ReplicaSet(old.id)).iter().map(|pod| pod.id));
            }
            Change::DaemonSet { old: Some(old), new: None } => {
                self.pods.extend(caches.pods_of(OwnerId::DaemonSet(old.id)).iter().map(|pod| pod.id));
            }
            // Unless the owner is about to be seen, it went before what it owns was made.
            Change::ReplicaSet { new: Some(new), .. } => {
                let is_orphan = new.deployment.is_some_and(|owner| caches.deployment(owner).is_none());
                self.replica_sets.extend(is_orphan.then_some(new.id));
            }
            Change::Pod { new: Some(new), .. } => {
                let of_set = new.replica_set().is_some_and(|owner| caches.replica_set(owner).is_none());
                let is_orphan =
                    of_set || new.daemon_set().is_some_and(|owner| caches.daemon_set(owner).is_none());
                self.pods.extend(is_orphan.then_some(new.id));
            }
            Change::Deployment { .. }
            | Change::ReplicaSet { .. }
            | Change::DaemonSet { .. }
            | Change::Pod { .. } => {}
            Change::Namespace { .. } | Change::Node { .. } | Change::SelectorOwner { .. } => {
                unseen("nothing that is simulated is owned by them");
            }
        }
        if !(self.pods.is_empty() && self.replica_sets.is_empty()) {
            context.queue.add(0, EVERYTHING);
        }
    }

    fn sync(&mut self, _: Key, context: &mut Context<'_, '_>) -> Step {
        let store = context.api.store();
        let mut replica_sets = std::mem::take(&mut self.replica_sets);
        replica_sets.retain(|id| {
            let owner = store.replica_set(*id).and_then(|replica_set| replica_set.deployment);
            owner.is_some_and(|owner| store.deployment(owner).is_none())
        });
        let mut pods = std::mem::take(&mut self.pods);
        pods.retain(|id| {
            store.pod(*id).and_then(|pod| pod.owner()).is_some_and(|owner| match owner {
                OwnerId::ReplicaSet(owner) => store.replica_set(owner).is_none(),
                OwnerId::DaemonSet(owner) => store.get::<DaemonSet>(owner).is_none(),
                OwnerId::Deployment(_) => false,
            })
        });
        for id in replica_sets {
            context.api.remove::<ReplicaSet>(id);
        }
        for id in pods {
            context.api.delete_pod(id);
        }
        Step::Done
    }

    /// DIFFERENCE: it acts at once; in Kubernetes its graph trails the API and its workers have a queue.
    fn delay<'t>(&self, _: &'t Timing) -> Option<&'t Distribution> {
        None
    }
}
