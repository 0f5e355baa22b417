//! `apply`: `kubectl apply`, objects in order; and the objects that generators create.

use super::{Made, Stage, made};
use crate::api::{DaemonSet, DaemonSetStatus, Deployment, SelectorOwner};
use crate::cluster::client::Api;
use crate::cluster::operation::{AppliedObject, Request};
use crate::cluster::service_registry::ServiceOperation;
use crate::cluster::store::ObjectId;
use crate::scenario::embedded::Manifests;
use crate::scenario::objects::ObjectSource;

/// What is written was read before: files and objects alike.
#[expect(clippy::unnecessary_wraps, reason = "the verbs are compiled alike")]
pub(super) fn compile(_: &Manifests, stage: &mut Stage<'_>) -> Result<Made, String> {
    let plan = stage.plan;
    let objects: Vec<&ObjectSource> = plan.applied.get(&stage.index).into_iter().flatten().collect();
    Ok(of_objects(&objects, stage))
}

/// Applies these objects.
pub(super) fn of_objects(objects: &[&ObjectSource], stage: &mut Stage<'_>) -> Made {
    let Stage { plan, fleet, services, builder, findings, .. } = stage;
    let mut applied = Vec::with_capacity(objects.len());
    let mut gone = Vec::new();
    for object in objects {
        let service = builder.services.get(&object.reference);
        let compiled = builder.apply(object, findings);
        let Some((id, wanted)) = builder.services.get(&object.reference) else {
            applied.extend(compiled);
            continue;
        };
        if services.is_some() {
            applied.extend(compiled);
            applied.push(AppliedObject::Service(id, wanted));
        } else if let Some(message) = service.and_then(|(_, old)| old.refused_finalizers(&wanted)) {
            findings
                .error(object.place_at("/metadata/finalizers"), format!("{}: {message}", object.reference));
        } else if builder.services.is_over(&object.reference) {
            gone.extend(builder.directory.number::<SelectorOwner>(&object.reference).map(ObjectId::from));
            builder.directory.remove(&object.reference);
        } else {
            applied.extend(compiled);
        }
    }
    for object in &mut applied {
        if let AppliedObject::Node(node) = object {
            fleet.assign(node, plan, builder, findings);
        }
    }
    if applied.is_empty() && gone.is_empty() {
        return None;
    }
    let names: Vec<String> = objects.iter().map(|object| object.reference.to_string()).collect();
    Some(made(Operation { objects: applied, gone }, format!("apply {}", names.join(", "))))
}

#[derive(Debug)]
struct Operation {
    objects: Vec<AppliedObject>,
    /// Services that were deleted, and lose their last finalizer.
    gone: Vec<ObjectId>,
}

impl Request for Operation {
    fn brings(&self) -> &[AppliedObject] {
        &self.objects
    }

    /// The registries take the Services first; what they refuse ends it.
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        for object in &self.objects {
            if let AppliedObject::Service(service, wanted) = object {
                let (service, wanted) = (*service, wanted.clone());
                api.service_registries(&ServiceOperation::Apply { service, wanted })?;
            }
        }
        for object in &self.objects {
            apply_object(object, api);
        }
        for id in &self.gone {
            api.remove_object(*id);
        }
        Ok(())
    }
}

fn apply_object(object: &AppliedObject, api: &mut dyn Api) {
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
        AppliedObject::DaemonSet(set) => apply_daemon_set(set, api),
        AppliedObject::SelectorOwner(owner) => api.put(owner.clone()),
        AppliedObject::Service(..) => {}
    }
}

fn apply_daemon_set(set: &DaemonSet, api: &mut dyn Api) {
    let new = set.clone();
    if api.store().get::<DaemonSet>(new.id).is_some() {
        api.update_daemon_set_spec(new.id, |old| {
            old.strategy = new.strategy;
            old.min_ready_seconds = new.min_ready_seconds;
            old.revision_history_limit = new.revision_history_limit;
            if !old.template.equals(&new.template) {
                old.template = new.template;
            }
        });
    } else {
        let created = api.api_time();
        api.put(DaemonSet { created, generation: 1, status: DaemonSetStatus::default(), ..new });
    }
}

fn apply_deployment(deployment: &Deployment, api: &mut dyn Api) {
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
