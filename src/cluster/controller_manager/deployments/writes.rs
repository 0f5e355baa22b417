//! What a Deployment's sync writes to the API server.

use std::sync::Arc;

use crate::api::{
    Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet, ReplicaSetId, ReplicaSetStatus,
    Requirement, Uid,
};
use crate::api_machinery::compile::{self, workload::POD_TEMPLATE_HASH};
use crate::cluster::api_server::{ApiServer, random_uid};
use crate::cluster::control_plane::Chance;
use crate::cluster::draw_uses;
use crate::controllers::deployment::{DeploymentUpdate, DeploymentWrite, NewReplicaSet};
use crate::kernel::{Identity, stable_hash};

/// Carries a write out that nothing stands against.
pub(super) fn carry_out(write: DeploymentWrite, deployment: &Deployment, api: &mut ApiServer<'_>) {
    match write {
        DeploymentWrite::CreateReplicaSet(new) => {
            create(&new, deployment, api);
        }
        DeploymentWrite::UpdateReplicaSet(update) => {
            api.update(update.id, |replica_set: &mut ReplicaSet| update.apply(replica_set));
        }
        DeploymentWrite::DeleteReplicaSet(id) => api.remove::<ReplicaSet>(id),
        DeploymentWrite::UpdateDeployment(update) => {
            let update = as_stored(update, api);
            api.update(deployment.id, |deployment: &mut Deployment| update.apply(deployment));
        }
    }
}

/// Revision and status as the API keeps them.
pub(super) fn as_stored(mut update: DeploymentUpdate, api: &ApiServer<'_>) -> DeploymentUpdate {
    if api.setup.timing.whole_second_timestamps {
        cut_times(&mut update.status);
    }
    update
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

/// Creates a ReplicaSet of a Deployment.
pub(super) fn create(new: &NewReplicaSet, deployment: &Deployment, api: &mut ApiServer<'_>) -> ReplicaSetId {
    let id = api.store().next_id::<ReplicaSet>();
    let name = format!("replicaset/{}/{}", api.names.resolve(deployment.namespace), new.name);
    let who = Identity { owner: stable_hash(name.as_bytes()), revision: 0, ordinal: 0 };
    let mut draw = api.draws.keyed(draw_uses::REPLICA_SET_UID, who, u64::from(id.0));
    let uid = if api.setup.control_plane.is_some_and(|plane| plane.chance == Chance::ByCreation) {
        Uid(u128::from(id.0))
    } else {
        random_uid(draw.u64(), draw.u64())
    };
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
    id
}
