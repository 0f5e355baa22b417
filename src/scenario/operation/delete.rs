//! `delete`: `kubectl delete` of a Deployment, DaemonSet, pod, node or Service. What a workload owns, the garbage collector
//! deletes. A Service with finalizers stays until these are gone (`removeFinalizers`).

use super::{Made, Stage, named};
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::cluster::service_registry::ServiceOperation;
use crate::cluster::store::ObjectId;
use crate::scenario::directory::Entry;
use crate::scenario::reference::Reference;

pub(super) fn compile(reference: &Reference, stage: &mut Stage<'_>) -> Result<Made, String> {
    let builder = &mut *stage.builder;
    if let (Some(_), Some((id, _))) = (stage.services, builder.services.get(reference)) {
        return Ok(Some(named(Operation::Service(ServiceOperation::Delete(id)), "delete", reference)));
    }
    let target = match builder.directory.find(reference)? {
        Entry::Object(
            id @ (ObjectId::Node(_) | ObjectId::Pod(_) | ObjectId::Deployment(_) | ObjectId::DaemonSet(_)),
        ) => id,
        Entry::Object(id @ ObjectId::SelectorOwner(_)) if reference.kind == "service" => id,
        Entry::Object(ObjectId::Namespace(_) | ObjectId::ReplicaSet(_) | ObjectId::SelectorOwner(_))
        | Entry::Passive => {
            return Err(format!(
                "{reference} cannot be deleted; Deployments, DaemonSets, pods, nodes and Services can"
            ));
        }
    };
    if reference.kind == "service" && builder.services.is_held(reference) {
        return Ok(Some(named(Operation::Mark, "delete", reference)));
    }
    builder.directory.remove(reference);
    Ok(Some(named(Operation::Object(target), "delete", reference)))
}

#[derive(Debug)]
enum Operation {
    /// An object in the store.
    Object(ObjectId),
    /// A Service gets a deletion timestamp, which changes nothing for those who go by its selector.
    Mark,
    /// A Service in the registries.
    Service(ServiceOperation),
}

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        match self {
            Self::Object(ObjectId::Pod(id)) => api.delete_pod(*id),
            Self::Object(id) => api.remove_object(*id),
            Self::Mark => {}
            Self::Service(operation) => api.service_registries(operation)?,
        }
        Ok(())
    }
}
