//! `removeFinalizers`: `kubectl patch` of a Service with `{"metadata": {"finalizers": null}}`. If it is being deleted, it goes then, and gives
//! back what it holds. Who would take finalizers away in a cluster (a cloud's controller of load balancers, an operator) does not run here.

use super::{Made, Stage, named};
use crate::api::{SelectorOwner, SelectorOwnerId};
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::cluster::service_registry::ServiceOperation;
use crate::scenario::reference::Reference;

pub(super) fn compile(reference: &Reference, stage: &mut Stage<'_>) -> Result<Made, String> {
    const VERB: &str = "remove finalizers of";
    let builder = &mut *stage.builder;
    if reference.kind != "service" {
        return Err(format!("{reference} has no finalizers here; Services have"));
    }
    if let (Some(_), Some((id, _))) = (stage.services, builder.services.get(reference)) {
        return Ok(Some(named(Operation::Service(ServiceOperation::RemoveFinalizers(id)), VERB, reference)));
    }
    builder.directory.find(reference)?;
    let id = builder.directory.number::<SelectorOwner>(reference);
    if !builder.services.release(reference) {
        return Ok(Some(named(Operation::Patch, VERB, reference)));
    }
    builder.directory.remove(reference);
    Ok(id.map(|id| named(Operation::Remove(id), VERB, reference)))
}

#[derive(Debug)]
enum Operation {
    /// A Service that is not being deleted.
    Patch,
    /// A Service that goes.
    Remove(SelectorOwnerId),
    /// A Service in the registries.
    Service(ServiceOperation),
}

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        match self {
            Self::Patch => {}
            Self::Remove(id) => api.remove_object((*id).into()),
            Self::Service(operation) => api.service_registries(operation)?,
        }
        Ok(())
    }
}
