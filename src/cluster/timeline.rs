//! Carries out the timeline's operations, as clients of the API server would.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;

use super::api_server::ApiServer;
use super::operation::{AppliedObject, Operation};
use super::record::Record;
use super::store::ObjectId;
use crate::api::compile::{self, CompileContext};
use crate::api::{Deployment, DeploymentId, Namespace, Node, PodTemplate, ReplicaSet, SelectorOwner};
use crate::controllers::deployment::annotations::revision_number;

/// The annotation that `kubectl rollout restart` writes.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// Carries out an entry of the timeline and records it. `so_far`: how its part in the Service registries and
/// with the kubelets went.
pub fn perform(label: &Arc<str>, operation: &Operation, so_far: Result<(), String>, api: &mut ApiServer<'_>) {
    let error = so_far.and_then(|()| apply(operation, api)).err().map(Arc::from);
    api.record(&Record::Operation { label: Arc::clone(label), error });
}

fn apply(operation: &Operation, api: &mut ApiServer<'_>) -> Result<(), String> {
    match operation {
        Operation::Apply(objects) => {
            for object in objects {
                apply_object(object, api);
            }
        }
        Operation::Delete(ObjectId::Namespace(id)) => api.remove::<Namespace>(*id),
        Operation::Delete(ObjectId::Node(id)) => api.remove::<Node>(*id),
        Operation::Delete(ObjectId::Pod(id)) => api.delete_pod(*id),
        Operation::Delete(ObjectId::Deployment(id)) => api.remove::<Deployment>(*id),
        Operation::Delete(ObjectId::ReplicaSet(id)) => api.remove::<ReplicaSet>(*id),
        Operation::Delete(ObjectId::SelectorOwner(id)) => api.remove::<SelectorOwner>(*id),
        Operation::RolloutRestart(ids) => {
            for id in ids {
                restart(&*existing(*id, api)?, api);
            }
        }
        Operation::SetImage { deployment, container, image } => {
            let deployment = existing(*deployment, api)?;
            let mut source = PodTemplateSpec::clone(&deployment.template.source);
            set_image(&mut source, container.as_deref(), image)?;
            set_template(&deployment, source, api);
        }
        Operation::Scale { deployment, replicas } => {
            existing(*deployment, api)?;
            api.update_deployment_spec(*deployment, |deployment| deployment.replicas = *replicas);
        }
        Operation::Pause(id) => pause(*id, true, api)?,
        Operation::Resume(id) => pause(*id, false, api)?,
        Operation::Rollback { deployment, to_revision } => {
            roll_back(&*existing(*deployment, api)?, *to_revision, api)?;
        }
        Operation::Cordon(id) => api.update(*id, |node: &mut Node| node.unschedulable = true),
        Operation::Uncordon(id) => api.update(*id, |node: &mut Node| node.unschedulable = false),
        // The registries and the kubelets do these.
        Operation::ServiceIps(_) | Operation::RestartKubelets { .. } => {}
    }
    Ok(())
}

fn existing(id: DeploymentId, api: &ApiServer<'_>) -> Result<Arc<Deployment>, String> {
    api.store().deployment(id).cloned().ok_or_else(|| "the Deployment is not there".to_owned())
}

fn pause(id: DeploymentId, paused: bool, api: &mut ApiServer<'_>) -> Result<(), String> {
    existing(id, api)?;
    api.update_deployment_spec(id, |deployment| deployment.paused = paused);
    Ok(())
}

fn restart(deployment: &Deployment, api: &mut ApiServer<'_>) {
    let mut source = PodTemplateSpec::clone(&deployment.template.source);
    let annotations = source.metadata.get_or_insert_default().annotations.get_or_insert_default();
    // kubectl writes whole seconds; two restarts within one second are one. The exact time keeps
    // them apart where the scenario keeps exact times.
    annotations.insert(RESTARTED_AT.to_owned(), api.api_time().to_string());
    set_template(deployment, source, api);
}

/// As kubectl does it: it finds the ReplicaSet of the revision and patches the Deployment with its
/// template. All else is the controller's: it finds the ReplicaSet again by its template and gives it the
/// next revision number.
fn roll_back(deployment: &Deployment, to_revision: i64, api: &mut ApiServer<'_>) -> Result<(), String> {
    let replica_set = replica_set_of_revision(deployment, to_revision, api)?;
    if deployment.paused {
        return Err("you cannot rollback a paused deployment; resume it first".to_owned());
    }
    // The present template is not written: kubectl skips the rollback, without an error.
    api.update_deployment_spec(deployment.id, |deployment| {
        deployment.template = replica_set.template.clone();
    });
    Ok(())
}

/// The ReplicaSet of a revision; of revision 0, the one with the second highest number. A revision that
/// is not a number counts for nothing.
fn replica_set_of_revision(
    deployment: &Deployment,
    to_revision: i64,
    api: &ApiServer<'_>,
) -> Result<Arc<ReplicaSet>, String> {
    let sets = api.store().replica_sets().iter().filter(|set| set.deployment == Some(deployment.id));
    let mut sets: Vec<(i64, &Arc<ReplicaSet>)> =
        sets.filter_map(|set| Some((revision_number(set.revision.as_deref())?, set))).collect();
    // The oldest first, the one with the present template last.
    let is_present = |set: &ReplicaSet| set.template.equals(&deployment.template);
    sets.sort_by_key(|(_, set)| (is_present(set), set.created, Arc::clone(&set.name)));
    if to_revision != 0 {
        let found = sets.iter().find(|(revision, _)| *revision == to_revision);
        return found
            .map(|(_, set)| Arc::clone(set))
            .ok_or_else(|| format!("unable to find specified revision {to_revision} in history"));
    }
    let (mut latest, mut previous): (Option<(i64, _)>, Option<(i64, _)>) = (None, None);
    for (revision, set) in sets.into_iter().filter(|(revision, _)| *revision >= 0) {
        if latest.is_none_or(|(newest, _)| newest < revision) {
            previous = latest.replace((revision, set));
        } else if previous.is_none_or(|(second, _)| second < revision) {
            previous = Some((revision, set));
        }
    }
    let none = || format!("no rollout history found for deployment {:?}", deployment.name);
    previous.map(|(_, set)| Arc::clone(set)).ok_or_else(none)
}

fn set_image(source: &mut PodTemplateSpec, container: Option<&str>, image: &str) -> Result<(), String> {
    let spec = source.spec.get_or_insert_default();
    let mut found = false;
    for candidate in &mut spec.containers {
        if container.is_none_or(|name| name == candidate.name) {
            candidate.image = Some(image.to_owned());
            found = true;
        }
    }
    if found { Ok(()) } else { Err(format!("no container named {container:?}")) }
}

fn set_template(deployment: &Deployment, source: PodTemplateSpec, api: &mut ApiServer<'_>) {
    let setup = Arc::clone(&api.setup);
    let context = CompileContext { api_server: &setup.behaviour.api_server, priorities: &setup.priorities };
    let template: PodTemplate =
        compile::compile_pod_template(source, deployment.namespace, &context, &mut api.names);
    api.update_deployment_spec(deployment.id, |deployment| deployment.template = template);
}

fn apply_object(object: &AppliedObject, api: &mut ApiServer<'_>) {
    match object {
        AppliedObject::Node(node) => {
            let mut node = (**node).clone();
            node.created = api.store().node(node.id).map_or(api.api_time(), |old| old.created);
            api.put(node);
        }
        AppliedObject::Pod(pod) => {
            let mut pod = (**pod).clone();
            pod.created = Some(api.api_time());
            api.put(pod);
        }
        AppliedObject::Deployment(deployment) => apply_deployment(deployment, api),
        AppliedObject::SelectorOwner(owner) => api.put(owner.clone()),
        // The registries do that.
        AppliedObject::Service(..) => {}
    }
}

fn apply_deployment(deployment: &Deployment, api: &mut ApiServer<'_>) {
    let new = deployment.clone();
    if api.store().deployment(new.id).is_some() {
        api.update_deployment_spec(new.id, |old| {
            old.replicas = new.replicas;
            old.strategy = new.strategy;
            old.min_ready_seconds = new.min_ready_seconds;
            old.progress_deadline_seconds = new.progress_deadline_seconds;
            old.revision_history_limit = new.revision_history_limit;
            old.paused = new.paused;
            if !old.template.equals(&new.template) {
                old.template = new.template;
            }
        });
    } else {
        let created = api.api_time();
        api.put(Deployment { created, generation: 1, ..new });
    }
}
