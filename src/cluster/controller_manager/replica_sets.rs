//! The ReplicaSet controller: what wakes it, its syncs, and the writes that they lead to.

mod course;
mod paced;

use std::sync::Arc;

use self::course::Course;
use super::cache::Caches;
use super::controller::{Context, Controller};
use super::key::Key;
use super::step::Step;
use crate::api::{OwnerId, Pod, ReplicaSet, ReplicaSetId};
use crate::cluster::api_server::ApiServer;
use crate::cluster::api_server::requests::Answer;
use crate::cluster::control_plane::{Chance, ControlPlane};
use crate::cluster::draw_uses;
use crate::cluster::store::Change;
use crate::cluster::store::kinds::unseen;
use crate::controllers::controller_utils::Expectations;
use crate::controllers::replica_set::availability::recheck_after_ready;
use crate::controllers::replica_set::{self, ReplicaSetView};
use crate::kernel::{Identity, LookupMap, SimTime, stable_hash};

/// What the controller keeps in mind, by ReplicaSet.
#[derive(Default)]
pub(super) struct ReplicaSetController {
    kept: Vec<Kept>,
    /// Syncs that wait for an answer.
    courses: LookupMap<Key, Course>,
}

/// What the controller keeps of one ReplicaSet.
#[derive(Default)]
struct Kept {
    expectations: Expectations,
    /// Lists drawn so far.
    lists: u64,
    created: u32,
    /// How far the logs were written by the controller's own writes: of pods, and of the status.
    written: OwnWrites,
}

/// Positions in the logs after a controller's last own writes for one object.
#[derive(Clone, Copy, Default)]
struct OwnWrites {
    pods: u64,
    status: u64,
}

/// ReplicaSets come Deployment by Deployment, each in order of creation; those of none first.
fn rank(set: &ReplicaSet) -> u32 {
    set.deployment.map_or(0, |deployment| deployment.0 + 1)
}

impl Controller for ReplicaSetController {
    fn name(&self) -> &'static str {
        "replicaset-controller"
    }

    fn observe(&mut self, change: &Change, context: &mut Context<'_, '_>) {
        match change {
            Change::ReplicaSet { old, new: Some(new) } => {
                context.queue.add(rank(new), Key(new.id.0));
                if old.is_none() {
                    await_availability_of_adopted(new, context);
                }
            }
            Change::ReplicaSet { old, new: None } => {
                if let Some(old) = old {
                    context.queue.drop_key(rank(old), Key(old.id.0));
                }
            }
            Change::Pod { old, new } => self.observe_pod(old.as_deref(), new.as_deref(), context),
            Change::Deployment { .. } => unseen("a ReplicaSet is sized by writes to itself"),
            Change::DaemonSet { .. } => unseen("it has pods of its own"),
            Change::Namespace { .. } | Change::Node { .. } | Change::SelectorOwner { .. } => {
                unseen("pods are made and deleted whatever these are");
            }
        }
    }

    fn sync(&mut self, key: Key, context: &mut Context<'_, '_>) -> Step {
        let id = ReplicaSetId(key.0);
        let (caches, api) = (context.caches, &mut *context.api);
        let Some(replica_set) = caches.replica_set(id).cloned() else { return Step::Done };
        if api.setup.control_plane.is_some() {
            return self.begin(replica_set, context);
        }
        let who = identity(&replica_set, caches, api);
        let kept = self.kept(id);
        let pods = kept.listed(&replica_set, who, caches, api);
        let now = api.clock();
        let actions = replica_set::sync(
            &ReplicaSetView {
                replica_set: &replica_set,
                pods: &pods,
                related_active_on_node: &|node| {
                    replica_set.deployment.map_or(0, |owner| caches.active_on_node(owner, node))
                },
                expectations_satisfied: kept.expectations.satisfied(now),
                creations_accepted: None,
                keeps_order: false,
            },
            now,
            api.setup.behaviour.controllers,
        );
        if actions.create > 0 {
            kept.expectations.expect_creations(actions.create, now);
        } else if !actions.delete.is_empty() {
            kept.expectations.expect_deletions(&actions.delete, now);
        }
        if api.setup.behaviour.controllers.availability_checks_on_time {
            // Every sync finds the next moment anew.
            context.queue.drop_later(key, context.events);
        }
        if let Some(delay) = actions.recheck_after {
            context.queue.add_at(key, api.now.plus(delay), context.events);
        }
        for _ in 0..actions.create {
            let ordinal = kept.created;
            kept.created += 1;
            api.create_pod_of(&replica_set, Identity { ordinal, ..who });
        }
        for pod in actions.delete {
            if api.store().pod(pod).is_none() {
                // Not found: nothing to be seen of this deletion.
                kept.expectations.deletion_observed(pod);
            }
            api.delete_pod(pod);
        }
        if let Some(status) = actions.status {
            api.update(id, |replica_set: &mut ReplicaSet| replica_set.status = status);
        }
        Step::Done
    }

    fn resume(&mut self, key: Key, answers: Vec<Answer>, context: &mut Context<'_, '_>) -> Step {
        self.go_on(key, &answers, context)
    }

    fn recheck(&mut self, key: Key, context: &mut Context<'_, '_>) {
        if let Some(set) = context.caches.replica_set(ReplicaSetId(key.0)) {
            context.queue.add(rank(set), key);
        }
    }

    fn workers(&self, control_plane: &ControlPlane) -> usize {
        control_plane.replica_set_workers
    }

    fn draw_lane(&self) -> u32 {
        1
    }
}

impl ReplicaSetController {
    fn kept(&mut self, id: ReplicaSetId) -> &mut Kept {
        if self.kept.len() <= id.index() {
            self.kept.resize_with(id.index() + 1, Kept::default);
        }
        &mut self.kept[id.index()]
    }

    fn observe_pod(&mut self, old: Option<&Pod>, new: Option<&Pod>, context: &mut Context<'_, '_>) {
        let Some(pod) = new.or(old) else { return };
        let Some(owner) = pod.replica_set() else { return };
        let expectations = &mut self.kept(owner).expectations;
        if old.is_none() {
            expectations.creation_observed();
        }
        if new.is_none_or(|new| new.deleted.is_some()) {
            expectations.deletion_observed(pod.id);
        }
        // One whose ReplicaSet was not seen yet is found when it is.
        let Some(set) = context.caches.replica_set(owner) else { return };
        context.queue.add(rank(set), Key(owner.0));
        if let (Some(old), Some(new)) = (old, new) {
            await_availability(set, (old, new), context);
        }
    }
}

/// Before v1.34, a look at the ReplicaSet is asked for when a pod is seen to turn ready.
fn await_availability(set: &ReplicaSet, (old, new): (&Pod, &Pod), context: &mut Context<'_, '_>) {
    if old.is_ready() || !new.is_ready() || new.deleted.is_some() {
        return;
    }
    let behaviour = context.api.setup.behaviour.controllers;
    let Some(delay) = recheck_after_ready(set.min_ready_seconds, behaviour) else { return };
    context.queue.add_at(Key(set.id.0), context.api.now.plus(delay), context.events);
}

/// The looks that the controller asked for before time 0, as far as they are still to come.
fn await_availability_of_adopted(set: &ReplicaSet, context: &mut Context<'_, '_>) {
    let behaviour = context.api.setup.behaviour.controllers;
    let Some(delay) = recheck_after_ready(set.min_ready_seconds, behaviour) else { return };
    let pods = context.caches.pods_of(OwnerId::ReplicaSet(set.id)).iter();
    let ready = pods.filter(|pod| pod.is_active() && pod.is_ready()).filter_map(|pod| pod.ready?.since);
    let clock = context.api.clock();
    let left = ready.filter_map(|since| u64::try_from(since.plus(delay).nanos_since(clock)).ok()).min();
    if let Some(left) = left {
        let at = SimTime(context.api.now.0 + left);
        context.queue.add_at(Key(set.id.0), at, context.events);
    }
}

/// The owner part of the identity of a ReplicaSet's pods: the Deployment and which of its ReplicaSets
/// this is, or the ReplicaSet itself.
fn identity(set: &ReplicaSet, caches: &Caches, api: &ApiServer<'_>) -> Identity {
    let namespace = api.names.resolve(set.namespace);
    let (owner, revision) = match set.deployment.and_then(|id| caches.deployment(id)) {
        Some(deployment) => (format!("deployment/{namespace}/{}", deployment.name), caches.ordinal(set.id)),
        None => (format!("replicaset/{namespace}/{}", set.name), 0),
    };
    Identity { owner: stable_hash(owner.as_bytes()), revision, ordinal: 0 }
}

impl Kept {
    /// The pods as this sync lists them: in an order of its own, as the iteration over a Go map gives
    /// Kubernetes. Only ties of the deletion ranking depend on it, so the order is drawn only where
    /// something may be deleted.
    fn listed(
        &mut self,
        set: &ReplicaSet,
        who: Identity,
        caches: &Caches,
        api: &ApiServer<'_>,
    ) -> Vec<Arc<Pod>> {
        let mut pods = caches.pods_of(OwnerId::ReplicaSet(set.id)).to_vec();
        let chance = api.setup.control_plane.map(|plane| plane.chance).unwrap_or_default();
        if chance == Chance::Drawn && pods.len() > usize::try_from(set.replicas).unwrap_or(0) {
            let mut draw = api.draws.keyed(draw_uses::REPLICA_SET_LIST, who, self.lists);
            self.lists += 1;
            draw.shuffle(&mut pods);
        }
        pods
    }
}
