//! kube-controller-manager: the caches that its controllers share, their work queues, and the
//! garbage collector.
//!
//! What a sync sees is the state at this reader's cursors on the watch log, which may trail the store.

mod deployments;
mod replica_sets;
mod work_queue;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::api_server::ApiServer;
use super::draw_uses;
use super::event::Event;
use super::store::kinds::unseen;
use super::store::{Change, Table};
use crate::api::{Deployment, DeploymentId, NodeId, Pod, PodId, ReplicaSet, ReplicaSetId, Strategy};
use crate::controllers::controller_utils::Expectations;
use crate::controllers::replica_set::availability::recheck_after_ready;
use crate::kernel::{EventClass, EventQueue, Identity, LookupMap, SimTime};
use work_queue::Key;

/// What the ReplicaSet controller keeps of one ReplicaSet.
#[derive(Default)]
struct Owned {
    pods: BTreeSet<PodId>,
    expectations: Expectations,
    /// Lists drawn so far.
    lists: u64,
    created: u32,
    key: Key,
}

/// What the Deployment controller keeps of one Deployment.
#[derive(Default)]
struct Controlled {
    replica_sets: BTreeSet<ReplicaSetId>,
    /// ReplicaSets made so far: the revision ordinal of the next.
    made: u32,
    key: Key,
}

/// Caches, indexes and work queues.
#[derive(Default)]
pub struct ControllerManager {
    deployments: Table<Deployment>,
    replica_sets: Table<ReplicaSet>,
    pods: Table<Pod>,
    controlled: Vec<Controlled>,
    owned: Vec<Owned>,
    /// The revision ordinal of each ReplicaSet, for the identity of its pods.
    ordinals: LookupMap<ReplicaSetId, u32>,
    /// Active pods of all of a Deployment's ReplicaSets on a node, by which a ReplicaSet picks pods to
    /// delete.
    active_on_node: LookupMap<(DeploymentId, NodeId), u32>,
    deployment_keys: BTreeSet<DeploymentId>,
    replica_set_keys: BTreeSet<(Option<DeploymentId>, ReplicaSetId)>,
    /// Delayed syncs so far of each Deployment (0) and ReplicaSet (1).
    syncs: LookupMap<(u32, u32), u64>,
    /// Pods and ReplicaSets whose owner may be gone.
    orphan_pods: Vec<PodId>,
    orphan_replica_sets: Vec<ReplicaSetId>,
}

fn grow<T: Default>(list: &mut Vec<T>, index: usize) -> &mut T {
    if list.len() <= index {
        list.resize_with(index + 1, T::default);
    }
    &mut list[index]
}

impl ControllerManager {
    /// Takes note of a change.
    pub fn observe(&mut self, change: &Change, api: &ApiServer<'_>, queue: &mut EventQueue<Event>) {
        match change {
            Change::Deployment { old, new } => self.observe_deployment(old.as_deref(), new.as_ref()),
            Change::ReplicaSet { old, new } => {
                let appears = self.observe_replica_set(old.as_deref(), new.as_ref());
                if let Some(new) = new.as_ref().filter(|_| appears) {
                    self.await_availability_of_adopted(new, api, queue);
                }
            }
            Change::Pod { old, new } => {
                self.observe_pod(old.as_ref(), new.as_ref());
                if let (Some(old), Some(new)) = (old, new) {
                    self.await_availability(old, new, api, queue);
                }
            }
            Change::Namespace { .. } | Change::Node { .. } => {
                unseen("the Deployment and ReplicaSet controllers watch neither");
            }
            Change::SelectorOwner { .. } => unseen("their controllers are not simulated"),
        }
    }

    /// Deployments whose key waits in the work queue, by number; none waits afterwards.
    pub fn take_deployment_keys(&mut self) -> BTreeSet<DeploymentId> {
        std::mem::take(&mut self.deployment_keys)
    }

    /// ReplicaSets whose key waits in the work queue, Deployment by Deployment, each in order of
    /// creation; none waits afterwards.
    pub fn take_replica_set_keys(&mut self) -> BTreeSet<(Option<DeploymentId>, ReplicaSetId)> {
        std::mem::take(&mut self.replica_set_keys)
    }

    /// Makes events of the keys, if syncs take a while; whether they do. A key whose sync is under way
    /// already is in the queue, and is not put in again.
    pub fn delay_syncs(&mut self, api: &ApiServer<'_>, queue: &mut EventQueue<Event>) -> bool {
        let hop = &api.setup.timing.controller_sync;
        if hop.is_constant_zero() {
            return false;
        }
        let deployments = self.take_deployment_keys().into_iter().map(Event::SyncDeployment);
        let replica_sets = self.take_replica_set_keys().into_iter().map(|key| Event::SyncReplicaSet(key.1));
        for event in deployments.chain(replica_sets).collect::<Vec<_>>() {
            let (lane, number, key) = match event {
                Event::SyncReplicaSet(id) => (1, id.0, &mut self.owned[id.index()].key),
                Event::SyncDeployment(id) => (0, id.0, &mut self.controlled[id.index()].key),
                _ => unreachable!("the keys are of these two kinds"),
            };
            if std::mem::replace(&mut key.waits, true) {
                continue;
            }
            let occurrence = self.syncs.get_or_insert_with((lane, number), || 0);
            let who = Identity { owner: 0, revision: lane, ordinal: number };
            let delay = hop.sample(&mut api.draws.keyed(draw_uses::CONTROLLER_SYNC, who, *occurrence));
            *occurrence += 1;
            queue.push(api.now.plus(delay), EventClass::Essential, event);
        }
        true
    }

    /// Puts a Deployment's key into the work queue.
    pub fn enqueue_deployment(&mut self, id: DeploymentId) {
        self.deployment_keys.insert(id);
    }

    /// Puts a ReplicaSet's key into the work queue.
    pub fn enqueue_replica_set(&mut self, id: ReplicaSetId) {
        let deployment = self.replica_sets.get(id.index()).and_then(|replica_set| replica_set.deployment);
        self.replica_set_keys.insert((deployment, id));
    }

    /// The garbage collector: deletes what has no owner in the API any more; whether there was anything.
    pub fn collect_garbage(&mut self, api: &mut ApiServer<'_>) -> bool {
        let mut replica_sets = std::mem::take(&mut self.orphan_replica_sets);
        replica_sets.retain(|id| {
            let owner = api.store().replica_set(*id).and_then(|replica_set| replica_set.deployment);
            owner.is_some_and(|owner| api.store().deployment(owner).is_none())
        });
        let mut pods = std::mem::take(&mut self.orphan_pods);
        pods.retain(|id| {
            let owner = api.store().pod(*id).and_then(|pod| pod.replica_set());
            owner.is_some_and(|owner| api.store().replica_set(owner).is_none())
        });
        for id in &replica_sets {
            api.remove::<ReplicaSet>(*id);
        }
        for id in &pods {
            api.delete_pod(*id);
        }
        !replica_sets.is_empty() || !pods.is_empty()
    }

    fn observe_deployment(&mut self, old: Option<&Deployment>, new: Option<&Arc<Deployment>>) {
        let Some(id) = new.map(|new| new.id).or(old.map(|old| old.id)) else { return };
        self.deployments.replace(id.index(), new.cloned());
        let controlled = grow(&mut self.controlled, id.index());
        if new.is_some() {
            self.deployment_keys.insert(id);
        } else {
            self.deployment_keys.remove(&id);
            self.orphan_replica_sets.extend(controlled.replica_sets.iter().copied());
        }
    }

    /// Takes note of a ReplicaSet; whether it was not known before.
    fn observe_replica_set(&mut self, old: Option<&ReplicaSet>, new: Option<&Arc<ReplicaSet>>) -> bool {
        let Some(some) = new.map(AsRef::as_ref).or(old) else { return false };
        let id = some.id;
        let was_known = self.replica_sets.replace(id.index(), new.cloned()).is_some();
        grow(&mut self.owned, id.index());
        if was_known != new.is_some() {
            // Pods count from the moment that their ReplicaSet is known, which may be after them.
            let pods: Vec<Arc<Pod>> = self.pods_of(id).cloned().collect();
            for pod in &pods {
                self.count_active(some.deployment, Some(pod), if was_known { -1 } else { 1 });
            }
        }
        if let Some(deployment) = some.deployment {
            let controlled = grow(&mut self.controlled, deployment.index());
            if new.is_none() {
                controlled.replica_sets.remove(&id);
            } else if controlled.replica_sets.insert(id) && self.ordinals.get(&id).is_none() {
                self.ordinals.insert(id, controlled.made);
                controlled.made += 1;
            }
            if self.deployments.get(deployment.index()).is_some() {
                self.deployment_keys.insert(deployment);
            } else if new.is_some() {
                // Unless the Deployment is about to be seen, it went before its ReplicaSet was made.
                self.orphan_replica_sets.push(id);
            }
        }
        if new.is_some() {
            self.replica_set_keys.insert((some.deployment, id));
        } else {
            self.replica_set_keys.remove(&(some.deployment, id));
            self.orphan_pods.extend(&self.owned[id.index()].pods);
        }
        !was_known
    }

    fn observe_pod(&mut self, old: Option<&Arc<Pod>>, new: Option<&Arc<Pod>>) {
        let Some(pod) = new.or(old) else { return };
        self.pods.replace(pod.id.index(), new.cloned());
        let Some(owner) = pod.replica_set() else { return };
        let owned = grow(&mut self.owned, owner.index());
        match new {
            Some(new) => {
                if owned.pods.insert(new.id) {
                    owned.expectations.creation_observed();
                }
                if new.deleted.is_some() {
                    owned.expectations.deletion_observed(new.id);
                }
            }
            None => {
                owned.pods.remove(&pod.id);
                owned.expectations.deletion_observed(pod.id);
            }
        }
        let Some(replica_set) = self.replica_sets.get(owner.index()) else {
            // Unless the ReplicaSet is about to be seen, it went before its pod was made.
            self.orphan_pods.extend(new.map(|new| new.id));
            return;
        };
        let deployment = replica_set.deployment;
        self.count_active(deployment, old, -1);
        self.count_active(deployment, new, 1);
        self.replica_set_keys.insert((deployment, owner));
        if let Some(deployment) = deployment.filter(|id| new.is_none() && self.recreates_without_pods(*id)) {
            self.deployment_keys.insert(deployment);
        }
    }

    /// Of pods, the Deployment controller looks at the removal of the last one, and only for the strategy
    /// Recreate. A pod that failed is a pod: while it is there, nothing wakes the controller.
    fn recreates_without_pods(&self, id: DeploymentId) -> bool {
        let deployment = self.deployments.get(id.index());
        deployment.is_some_and(|deployment| deployment.strategy == Strategy::Recreate)
            && self.controlled[id.index()]
                .replica_sets
                .iter()
                .all(|id| self.owned[id.index()].pods.is_empty())
    }

    /// Before v1.34, a look at the ReplicaSet is asked for when a pod is seen to turn ready.
    fn await_availability(
        &mut self,
        old: &Pod,
        new: &Pod,
        api: &ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        if old.is_ready() || !new.is_ready() || new.deleted.is_some() {
            return;
        }
        let Some(owner) = new.replica_set() else { return };
        let Some(replica_set) = self.replica_sets.get(owner.index()) else { return };
        let behaviour = api.setup.behaviour.controllers;
        let Some(delay) = recheck_after_ready(replica_set.min_ready_seconds, behaviour) else { return };
        self.owned[owner.index()].key.add_at(api.now.plus(delay), Event::RecheckReplicaSet(owner), queue);
    }

    /// The looks that the controller asked for before time 0, as far as they are still to come.
    fn await_availability_of_adopted(
        &mut self,
        replica_set: &ReplicaSet,
        api: &ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        let behaviour = api.setup.behaviour.controllers;
        let Some(delay) = recheck_after_ready(replica_set.min_ready_seconds, behaviour) else { return };
        let pods = self.pods_of(replica_set.id).filter(|pod| pod.is_active() && pod.is_ready());
        let looks = pods.filter_map(|pod| pod.ready?.since).map(|since| since.plus(delay));
        let first = looks.filter_map(|look| u64::try_from(look.nanos_since(api.clock())).ok()).min();
        if let Some(left) = first {
            let key = &mut self.owned[replica_set.id.index()].key;
            key.add_at(SimTime(api.now.0 + left), Event::RecheckReplicaSet(replica_set.id), queue);
        }
    }

    /// Active pods of a Deployment's ReplicaSets are counted by node. `times`: 1 to add, -1 to take away.
    fn count_active(&mut self, deployment: Option<DeploymentId>, pod: Option<&Arc<Pod>>, times: i32) {
        let Some(deployment) = deployment else { return };
        let Some(node) = pod.filter(|pod| pod.is_active()).and_then(|pod| pod.node) else { return };
        let count = self.active_on_node.get_or_insert_with((deployment, node), || 0);
        *count = count.checked_add_signed(times).expect("pods are counted as they come and go");
    }

    /// The pods of a ReplicaSet that are in the cache, by number.
    fn pods_of(&self, owner: ReplicaSetId) -> impl Iterator<Item = &Arc<Pod>> {
        let owned = self.owned.get(owner.index());
        owned.into_iter().flat_map(|owned| &owned.pods).filter_map(|id| self.pods.get(id.index()))
    }
}
