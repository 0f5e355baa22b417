//! The Deployment controller: what wakes it, its syncs, and the writes that they lead to.

use std::sync::Arc;

use kubecast_manifest::canonical_json;

use super::cache::Caches;
use super::controller::{Context, Controller};
use super::key::Key;
use crate::api::compile::{self, workload::POD_TEMPLATE_HASH};
use crate::api::{
    Deployment, DeploymentCondition, DeploymentId, DeploymentStatus, OwnerId, ReplicaSet, ReplicaSetId,
    ReplicaSetStatus, Requirement, Strategy, naming,
};
use crate::cluster::api_server::{ApiServer, random_uid};
use crate::cluster::draw_uses;
use crate::cluster::store::Change;
use crate::cluster::store::kinds::unseen;
use crate::controllers::deployment::{
    self, DeploymentView, DeploymentWrite, NewReplicaSet, Recheck, SyncError, TakenName,
};
use crate::kernel::{Identity, stable_hash};

/// How often in a row a failed sync is tried again, until the next event (`maxRetries`).
const MAX_RETRIES: u32 = 15;

/// The Deployment controller; all that it keeps in mind stands in its queue.
pub(super) struct DeploymentController;

impl Controller for DeploymentController {
    fn name(&self) -> &'static str {
        "deployment-controller"
    }

    fn observe(&mut self, change: &Change, context: &mut Context<'_, '_>) {
        let caches = context.caches;
        match change {
            Change::Deployment { new: Some(new), .. } => context.queue.add(0, Key(new.id.0)),
            Change::Deployment { old, new: None } => {
                if let Some(old) = old {
                    context.queue.drop_key(0, Key(old.id.0));
                }
            }
            Change::ReplicaSet { old, new } => {
                let owner = new.as_ref().or(old.as_ref()).and_then(|set| set.deployment);
                if let Some(owner) = owner.filter(|owner| caches.deployment(*owner).is_some()) {
                    context.queue.add(0, Key(owner.0));
                }
            }
            Change::Pod { old: Some(old), new: None } => {
                let set = old.replica_set().and_then(|set| caches.replica_set(set));
                let owner = set.and_then(|set| set.deployment);
                if let Some(owner) = owner.filter(|owner| recreates_without_pods(*owner, caches)) {
                    context.queue.add(0, Key(owner.0));
                }
            }
            Change::Pod { .. } => {}
            Change::Namespace { .. } | Change::Node { .. } | Change::SelectorOwner { .. } => {
                unseen("a rollout depends on neither");
            }
        }
    }

    fn sync(&mut self, key: Key, context: &mut Context<'_, '_>) {
        let id = DeploymentId(key.0);
        let (caches, api) = (context.caches, &mut *context.api);
        let Some(deployment) = caches.deployment(id).cloned() else { return };
        let replica_sets: Vec<Arc<ReplicaSet>> =
            caches.replica_sets_of(id).filter_map(|id| caches.replica_set(id).cloned()).collect();
        let hash = template_hash(&deployment, api);
        let actions = deployment::sync(
            &DeploymentView {
                deployment: &deployment,
                replica_sets: &replica_sets,
                template_hash: &hash,
                taken: &|name| taken(name, &deployment, caches, api),
                refuses: &|write| refusal(write, &deployment, caches, api),
                has_unfinished_pods: &|owner| has_unfinished_pods(owner, caches),
            },
            api.clock(),
            api.setup.behaviour.controllers,
        );
        let wrote_nothing = actions.writes.is_empty();
        for write in actions.writes {
            carry_out(write, &deployment, api);
        }
        let queue = &mut *context.queue;
        let delay = if actions.error.is_some() {
            if queue.failures(key) < MAX_RETRIES {
                Some(queue.fail(key))
            } else {
                queue.forget(key);
                None
            }
        } else {
            let delay = actions.recheck.map(|recheck| match recheck {
                Recheck::RateLimited => queue.fail(key),
                Recheck::After(delay) => delay,
            });
            queue.forget(key);
            if delay.is_none() && wrote_nothing {
                // The rollout is over, one way or the other: a look would find nothing to do.
                queue.drop_later(key, context.events);
            }
            delay
        };
        if let Some(delay) = delay {
            queue.add_at(key, context.api.now.plus(delay), context.events);
        }
    }

    fn recheck(&mut self, key: Key, context: &mut Context<'_, '_>) {
        if context.caches.deployment(DeploymentId(key.0)).is_some() {
            context.queue.add(0, key);
        }
    }

    fn draw_lane(&self) -> u32 {
        0
    }
}

/// Of pods, the Deployment controller looks at the removal of the last one, and only for the strategy
/// Recreate. A pod that failed is a pod: while it is there, nothing wakes the controller.
fn recreates_without_pods(id: DeploymentId, caches: &Caches) -> bool {
    let recreates = |deployment: &Arc<Deployment>| deployment.strategy == Strategy::Recreate;
    caches.deployment(id).is_some_and(recreates)
        && caches.replica_sets_of(id).all(|set| caches.pods_of(OwnerId::ReplicaSet(set)).is_empty())
}

/// Whether the API server has a ReplicaSet of that name. Whose it is, the controller looks up in its cache.
fn taken(name: &str, deployment: &Deployment, caches: &Caches, api: &ApiServer<'_>) -> Option<TakenName> {
    let there = api.store().replica_set_named(deployment.namespace, name)?;
    let Some(seen) = caches.replica_set(there.id) else { return Some(TakenName::NotYetSeen) };
    let ours = seen.deployment == Some(deployment.id) && seen.template.equals(&deployment.template);
    Some(if ours { TakenName::NotYetSeen } else { TakenName::Foreign })
}

/// Why the API server refuses a write. An object that is in the cache as it is in the API has the same
/// resource version, and is the same snapshot.
fn refusal(
    write: &DeploymentWrite,
    deployment: &Arc<Deployment>,
    caches: &Caches,
    api: &ApiServer<'_>,
) -> Option<SyncError> {
    let (replicas, is_current) = match write {
        DeploymentWrite::CreateReplicaSet(new) => (new.replicas, true),
        DeploymentWrite::UpdateReplicaSet(update) => {
            let seen = caches.replica_set(update.id);
            (update.replicas, is_same(seen, api.store().replica_set(update.id)))
        }
        DeploymentWrite::UpdateDeployment(_) => {
            (0, is_same(Some(deployment), api.store().deployment(deployment.id)))
        }
        DeploymentWrite::DeleteReplicaSet(_) => (0, true),
    };
    if replicas < 0 {
        return Some(SyncError::Invalid);
    }
    (!is_current).then_some(SyncError::Conflict)
}

fn has_unfinished_pods(owner: ReplicaSetId, caches: &Caches) -> bool {
    caches.pods_of(OwnerId::ReplicaSet(owner)).iter().any(|pod| !pod.is_finished())
}

fn is_same<T>(seen: Option<&Arc<T>>, stored: Option<&Arc<T>>) -> bool {
    seen.zip(stored).is_some_and(|(seen, stored)| Arc::ptr_eq(seen, stored))
}

/// The hash of the template under the present collision count.
fn template_hash(deployment: &Deployment, api: &ApiServer<'_>) -> String {
    let collisions = deployment.status.collision_count;
    if collisions == 0 {
        return api.names.resolve(deployment.template.hash).to_owned();
    }
    naming::template_hash(&canonical_json(&deployment.template.source), collisions)
}

fn carry_out(write: DeploymentWrite, deployment: &Deployment, api: &mut ApiServer<'_>) {
    match write {
        DeploymentWrite::CreateReplicaSet(new) => create(&new, deployment, api),
        DeploymentWrite::UpdateReplicaSet(update) => {
            api.update(update.id, |replica_set: &mut ReplicaSet| update.apply(replica_set));
        }
        DeploymentWrite::DeleteReplicaSet(id) => api.remove::<ReplicaSet>(id),
        DeploymentWrite::UpdateDeployment(mut update) => {
            if api.setup.timing.whole_second_timestamps {
                cut_times(&mut update.status);
            }
            api.update(deployment.id, |deployment: &mut Deployment| update.apply(deployment));
        }
    }
}

/// Conditions carry whole seconds, as everything in the API.
fn cut_times(status: &mut DeploymentStatus) {
    let cut = |condition: &mut Option<DeploymentCondition>| {
        if let Some(condition) = condition {
            condition.last_update = condition.last_update.whole_seconds();
            condition.last_transition = condition.last_transition.whole_seconds();
        }
    };
    cut(&mut status.available);
    cut(&mut status.progressing);
    cut(&mut status.replica_failure);
}

fn create(new: &NewReplicaSet, deployment: &Deployment, api: &mut ApiServer<'_>) {
    let id = api.store().next_id::<ReplicaSet>();
    let name = format!("replicaset/{}/{}", api.names.resolve(deployment.namespace), new.name);
    let who = Identity { owner: stable_hash(name.as_bytes()), revision: 0, ordinal: 0 };
    let mut draw = api.draws.keyed(draw_uses::REPLICA_SET_UID, who, u64::from(id.0));
    let uid = random_uid(draw.u64(), draw.u64());
    let (key, hash) = (api.names.intern(POD_TEMPLATE_HASH), api.names.intern(&new.hash));
    let mut labels = deployment.template.pod.labels.clone();
    labels.set(key, hash);
    let mut selector = deployment.selector.clone();
    selector.requirements.push(Requirement::equals(key, hash));
    let pod = compile::pod_of_replica_set(&deployment.template, Some(hash), &mut api.names);
    api.put(ReplicaSet {
        id,
        namespace: deployment.namespace,
        name: Arc::clone(&new.name),
        uid,
        created: api.api_time(),
        generation: 1,
        deployment: Some(deployment.id),
        revision: Some(Arc::clone(&new.revision)),
        desired_replicas: Some(Arc::clone(&new.desired_replicas)),
        max_replicas: Some(Arc::clone(&new.max_replicas)),
        labels,
        replicas: new.replicas,
        min_ready_seconds: new.min_ready_seconds,
        selector,
        pod,
        template: deployment.template.clone(),
        deleted: false,
        status: ReplicaSetStatus::default(),
    });
}
