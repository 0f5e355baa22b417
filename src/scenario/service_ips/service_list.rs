//! The Services of a scenario, with their numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1 as core;

use super::compile::compile;
use crate::cluster::service_registry::ServiceId;
use crate::cluster::service_registry::setup::NamedService;
use crate::scenario::error::Place;
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;
use crate::service_ip::Service;

/// The Services of a scenario by number, as they are found.
#[derive(Debug, Default)]
pub(in super::super) struct ServiceList {
    pub(super) ids: BTreeMap<Reference, ServiceId>,
    pub(super) named: Vec<NamedService>,
    /// The newest state that was written of each.
    wanted: BTreeMap<ServiceId, Arc<Service>>,
    pub(super) places: BTreeMap<ServiceId, Option<Place>>,
    pub(super) adopted: Vec<ServiceId>,
    pub(super) first: Vec<ServiceId>,
    /// Those that a client has deleted and whose finalizers hold them, as the timeline goes on without registries.
    terminating: BTreeSet<ServiceId>,
}

impl ServiceList {
    pub(super) fn add(&mut self, reference: Reference, wanted: Service) -> ServiceId {
        let id = ServiceId(self.named.len() as u32);
        self.named.push(NamedService { label: reference.to_string().into(), wanted });
        self.ids.insert(reference, id);
        id
    }

    /// Takes note of a Service of a manifest, or of its next state.
    pub(in super::super) fn note(&mut self, source: &ObjectSource, service: &core::Service) {
        let mut wanted = compile(service);
        let known = self.ids.get(&source.reference).copied();
        wanted.deleted &= known.is_none();
        wanted.deleted |= known.is_some_and(|id| self.terminating.contains(&id));
        let id = known.unwrap_or_else(|| self.add(source.reference.clone(), wanted.clone()));
        self.wanted.insert(id, Arc::new(wanted));
        self.places.entry(id).or_insert_with(|| source.place_at("/spec"));
    }

    /// A Service of the beginning: it is there if it comes from a cluster, else it is created.
    pub(in super::super) fn begin(&mut self, source: &ObjectSource) {
        let Some(id) = self.ids.get(&source.reference).copied() else { return };
        if !source.is_dumped() {
            // The API server gives no new object a deletion timestamp.
            self.named[id.index()].wanted.deleted = false;
            self.first.push(id);
            return;
        }
        self.adopted.push(id);
        if self.named[id.index()].wanted.deleted {
            self.terminating.insert(id);
        }
    }

    /// A client deletes a Service; says whether its finalizers hold it.
    pub(in super::super) fn is_held(&mut self, reference: &Reference) -> bool {
        let Some((id, newest)) = self.get(reference) else { return false };
        if newest.finalizers.is_empty() {
            return false;
        }
        self.terminating.insert(id);
        self.wanted.insert(id, Arc::new(Service { deleted: true, ..newest.as_ref().clone() }));
        true
    }

    /// A Service loses all its finalizers; says whether it goes, because it was deleted.
    pub(in super::super) fn release(&mut self, reference: &Reference) -> bool {
        let Some((id, newest)) = self.get(reference) else { return false };
        self.wanted.insert(
            id,
            Arc::new(Service { finalizers: Vec::new(), deleted: false, ..newest.as_ref().clone() }),
        );
        self.terminating.remove(&id)
    }

    /// A Service was applied; says whether it goes, because it was deleted and has no finalizer any more.
    pub(in super::super) fn is_over(&mut self, reference: &Reference) -> bool {
        self.get(reference).is_some_and(|(_, newest)| newest.finalizers.is_empty()) && self.release(reference)
    }

    /// All Services, by number.
    pub(in super::super) fn all(&self) -> &[NamedService] {
        &self.named
    }

    /// A Service's number and the newest state that was written of it.
    pub(in super::super) fn get(&self, reference: &Reference) -> Option<(ServiceId, Arc<Service>)> {
        let id = self.ids.get(reference).copied()?;
        let wanted = self.wanted.get(&id).cloned();
        Some((id, wanted.unwrap_or_else(|| Arc::new(self.named[id.index()].wanted.clone()))))
    }
}
