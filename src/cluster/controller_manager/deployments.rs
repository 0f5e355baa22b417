//! Syncs of the Deployment controller, and the writes that they lead to.

use std::sync::Arc;

use kubecast_manifest::canonical_json;

use super::ControllerManager;
use crate::api::compile::{self, workload::POD_TEMPLATE_HASH};
use crate::api::{
    Deployment, DeploymentCondition, DeploymentId, DeploymentStatus, ReplicaSet, ReplicaSetId,
    ReplicaSetStatus, Requirement, naming,
};
use crate::cluster::api_server::{ApiServer, random_uid};
use crate::cluster::draw_uses;
use crate::cluster::event::Event;
use crate::controllers::deployment::{
    self, DeploymentView, DeploymentWrite, NewReplicaSet, Recheck, SyncError, TakenName,
};
use crate::kernel::{EventQueue, Identity, stable_hash};

/// How often in a row a failed sync is tried again, until the next event (`maxRetries`).
const MAX_RETRIES: u32 = 15;

impl ControllerManager {
    /// One sync of a Deployment.
    pub fn sync_deployment(
        &mut self,
        id: DeploymentId,
        api: &mut ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        self.controlled[id.index()].key.waits = false;
        let Some(deployment) = self.deployments.get(id.index()).cloned() else { return };
        let actions = {
            let replica_sets = self.replica_sets_of(id);
            let hash = template_hash(&deployment, api);
            deployment::sync(
                &DeploymentView {
                    deployment: &deployment,
                    replica_sets: &replica_sets,
                    template_hash: &hash,
                    taken: &|name| self.taken(name, &deployment, api),
                    refuses: &|write| self.refusal(write, &deployment, api),
                    has_unfinished_pods: &|owner| self.has_unfinished_pods(owner),
                },
                api.clock(),
                api.setup.behaviour.controllers,
            )
        };
        let wrote_nothing = actions.is_empty();
        for write in actions.writes {
            carry_out(write, &deployment, api);
        }
        let key = &mut self.controlled[id.index()].key;
        let delay = if actions.error.is_some() {
            if key.failures() < MAX_RETRIES {
                Some(key.fail())
            } else {
                key.forget();
                None
            }
        } else {
            let delay = actions.recheck.map(|recheck| match recheck {
                Recheck::RateLimited => key.fail(),
                Recheck::After(delay) => delay,
            });
            key.forget();
            if delay.is_none() && wrote_nothing {
                // The rollout is over, one way or the other: a look would find nothing to do.
                key.drop_later(queue);
            }
            delay
        };
        if let Some(delay) = delay {
            key.add_at(api.now.plus(delay), Event::RecheckDeployment(id), queue);
        }
    }

    /// A Deployment's time to be looked at again has come.
    pub fn recheck_deployment(&mut self, id: DeploymentId) {
        self.controlled[id.index()].key.later_came();
        if self.deployments.get(id.index()).is_some() {
            self.enqueue_deployment(id);
        }
    }

    fn replica_sets_of(&self, id: DeploymentId) -> Vec<Arc<ReplicaSet>> {
        let controlled = &self.controlled[id.index()].replica_sets;
        controlled.iter().filter_map(|id| self.replica_sets.get(id.index()).cloned()).collect()
    }

    /// Whether the API server has a ReplicaSet of that name. Whose it is, the controller looks up in its
    /// cache.
    fn taken(&self, name: &str, deployment: &Deployment, api: &ApiServer<'_>) -> Option<TakenName> {
        let there = api.store().replica_set_named(deployment.namespace, name)?;
        let Some(seen) = self.replica_sets.get(there.id.index()) else { return Some(TakenName::NotYetSeen) };
        let ours = seen.deployment == Some(deployment.id) && seen.template.equals(&deployment.template);
        Some(if ours { TakenName::NotYetSeen } else { TakenName::Foreign })
    }

    /// Why the API server refuses a write. An object that is in the cache as it is in the API has the
    /// same resource version, and is the same snapshot.
    fn refusal(
        &self,
        write: &DeploymentWrite,
        deployment: &Arc<Deployment>,
        api: &ApiServer<'_>,
    ) -> Option<SyncError> {
        let (replicas, is_current) = match write {
            DeploymentWrite::CreateReplicaSet(new) => (new.replicas, true),
            DeploymentWrite::UpdateReplicaSet(update) => {
                let seen = self.replica_sets.get(update.id.index());
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

    fn has_unfinished_pods(&self, owner: ReplicaSetId) -> bool {
        self.pods_of(owner).any(|pod| !pod.is_finished())
    }
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
