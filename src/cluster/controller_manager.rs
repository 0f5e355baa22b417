//! kube-controller-manager: the caches that its controllers share, their work queues, and the
//! garbage collector.
//!
//! What a sync sees is the state at this reader's cursors on the watch log, which may trail the store.

mod deployments;
mod replica_sets;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::api_server::ApiServer;
use super::draw_uses;
use super::event::Event;
use super::store::{Change, Table};
use crate::api::{Deployment, DeploymentId, NodeId, Pod, PodId, ReplicaSet, ReplicaSetId};
use crate::controllers::replica_set::Expectations;
use crate::kernel::{EventClass, EventId, EventQueue, Identity, LookupMap};

/// Whose pods count together when a ReplicaSet picks pods to delete: all of one Deployment's, or those
/// of a ReplicaSet that nobody controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Family {
    Deployment(DeploymentId),
    ReplicaSet(ReplicaSetId),
}

/// What the ReplicaSet controller keeps of one ReplicaSet.
#[derive(Default)]
struct Owned {
    pods: BTreeSet<PodId>,
    expectations: Expectations,
    /// Lists drawn so far.
    lists: u64,
    created: u32,
    recheck: Option<EventId>,
}

/// What the Deployment controller keeps of one Deployment.
#[derive(Default)]
struct Controlled {
    replica_sets: BTreeSet<ReplicaSetId>,
    /// ReplicaSets made so far: the revision ordinal of the next.
    made: u32,
    recheck: Option<EventId>,
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
    active_on_node: LookupMap<(Family, NodeId), u32>,
    deployment_keys: BTreeSet<DeploymentId>,
    replica_set_keys: BTreeSet<(Option<DeploymentId>, ReplicaSetId)>,
    /// Delayed syncs so far of each Deployment (0) and ReplicaSet (1).
    syncs: LookupMap<(u32, u32), u64>,
    /// Pods and ReplicaSets whose owner is gone.
    orphans: BTreeMap<ReplicaSetId, Vec<PodId>>,
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
    pub fn observe(&mut self, change: &Change) {
        match change {
            Change::Deployment { old, new } => self.observe_deployment(old.as_deref(), new.as_ref()),
            Change::ReplicaSet { old, new } => self.observe_replica_set(old.as_deref(), new.as_ref()),
            Change::Pod { old, new } => self.observe_pod(old.as_ref(), new.as_ref()),
            Change::Node { .. } | Change::SelectorOwner(_) => {}
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

    /// Makes events of the waiting keys, if syncs take a while; whether they do.
    pub fn delay_syncs(&mut self, api: &ApiServer<'_>, queue: &mut EventQueue<Event>) -> bool {
        let hop = &api.setup.timing.controller_sync;
        if hop.is_constant_zero() {
            return false;
        }
        let deployments = self.take_deployment_keys().into_iter().map(Event::SyncDeployment);
        let replica_sets = self.take_replica_set_keys().into_iter().map(|key| Event::SyncReplicaSet(key.1));
        for event in deployments.chain(replica_sets).collect::<Vec<_>>() {
            let (lane, number) = match event {
                Event::SyncReplicaSet(id) => (1, id.0),
                Event::SyncDeployment(id) => (0, id.0),
                _ => unreachable!("the keys are of these two kinds"),
            };
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

    /// The garbage collector: deletes what lost its owner; whether there was anything.
    pub fn collect_garbage(&mut self, api: &mut ApiServer<'_>) -> bool {
        let replica_sets = std::mem::take(&mut self.orphan_replica_sets);
        let pods = std::mem::take(&mut self.orphans);
        let any = !replica_sets.is_empty() || !pods.is_empty();
        for id in replica_sets {
            api.remove_replica_set(id);
        }
        for id in pods.into_values().flatten() {
            api.delete_pod(id);
        }
        any
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

    fn observe_replica_set(&mut self, old: Option<&ReplicaSet>, new: Option<&Arc<ReplicaSet>>) {
        let Some(some) = new.map(AsRef::as_ref).or(old) else { return };
        let id = some.id;
        self.replica_sets.replace(id.index(), new.cloned());
        grow(&mut self.owned, id.index());
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
            }
        }
        if new.is_some() {
            self.replica_set_keys.insert((some.deployment, id));
        } else {
            self.replica_set_keys.remove(&(some.deployment, id));
            let pods: Vec<PodId> = self.owned[id.index()].pods.iter().copied().collect();
            if !pods.is_empty() {
                self.orphans.insert(id, pods);
            }
        }
    }

    fn observe_pod(&mut self, old: Option<&Arc<Pod>>, new: Option<&Arc<Pod>>) {
        let Some(pod) = new.or(old) else { return };
        self.pods.replace(pod.id.index(), new.cloned());
        let Some(owner) = pod.controller.and_then(|owner| owner.replica_set) else { return };
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
        let Some(replica_set) = self.replica_sets.get(owner.index()) else { return };
        let deployment = replica_set.deployment;
        let family = deployment.map_or(Family::ReplicaSet(owner), Family::Deployment);
        self.count_active(family, old, -1);
        self.count_active(family, new, 1);
        self.replica_set_keys.insert((deployment, owner));
        // The Deployment controller looks at pods for the strategy Recreate only, and at their end.
        let ended = new.is_none_or(|new| new.is_finished());
        if let Some(deployment) = deployment.filter(|_| ended) {
            self.deployment_keys.insert(deployment);
        }
    }

    fn count_active(&mut self, family: Family, pod: Option<&Arc<Pod>>, times: i32) {
        let Some(node) = pod.filter(|pod| pod.is_active()).and_then(|pod| pod.node) else { return };
        let count = self.active_on_node.get_or_insert_with((family, node), || 0);
        *count = count.checked_add_signed(times).expect("pods are counted as they come and go");
    }
}
