//! Services come, change and go, and those with finalizers stay a while (`registry.Store.Delete` and `Update`, `storage.REST`, v1.34).
//!
//! - A Service with finalizers that is deleted gets a deletion timestamp, and holds its addresses and node ports: allocators and repair
//!   loops see a Service like any other. Deleted again, it stays as it is.
//! - Once a request leaves it no finalizer it goes at once, whatever else the request would have changed, and what it holds goes back
//!   (`ShouldDeleteDuringUpdate`, then `AfterDelete`). So since 1.23 (kk 96684); before that the addresses went back with the first
//!   request already, and the repair loops, which found the Service, took them again (kk 104769).
//! - It may gain no finalizer.
//!
//! DIFFERENCE: what is applied names all finalizers; `kubectl apply` leaves those alone that its last application did not name.
//! Finalizers are taken away by an update of the Service, not of its status, which gave nothing back before 1.29 (kk 120623).

use std::sync::Arc;

use super::request::Verb;
use super::setup::ServiceId;
use super::{Context, ServiceRegistry};
use crate::service_ip::Service;

impl ServiceRegistry {
    /// A Service is created, or updated if it is there; it goes if it is being deleted and the last finalizer is left out.
    pub(super) fn apply(
        &mut self,
        service: ServiceId,
        mut wanted: Service,
        server: Option<usize>,
        context: &mut Context<'_, '_>,
    ) {
        let Some(old) = self.storage.service(service).cloned() else {
            wanted.deleted = false;
            return self.submit(service, Verb::Create, wanted, server, context);
        };
        if let Some(message) = old.refused_finalizers(&wanted) {
            return Self::tell_refused(server, service, message, context);
        }
        wanted.deleted = old.deleted;
        let is_over = wanted.deleted && wanted.finalizers.is_empty();
        self.submit(service, if is_over { Verb::Delete } else { Verb::Update(old) }, wanted, server, context);
    }

    /// A Service is deleted.
    pub(super) fn delete(
        &mut self,
        service: ServiceId,
        server: Option<usize>,
        context: &mut Context<'_, '_>,
    ) {
        let old = self.storage.service(service).cloned();
        let mut wanted = match &old {
            Some(old) => old.as_ref().clone(),
            None => self.setup.services[service.index()].wanted.clone(),
        };
        let is_held = old.is_some_and(|old| !old.finalizers.is_empty());
        if is_held && wanted.deleted {
            return;
        }
        wanted.deleted = true;
        self.submit(service, if is_held { Verb::Terminate } else { Verb::Delete }, wanted, server, context);
    }

    /// All finalizers are taken from a Service, which goes then if it is being deleted.
    pub(super) fn remove_finalizers(&mut self, service: ServiceId, context: &mut Context<'_, '_>) {
        let Some(old) = self.storage.service(service).map(Arc::clone) else {
            let name = &self.setup.services[service.index()].wanted.name;
            return Self::tell_refused(None, service, format!("services {name:?} not found"), context);
        };
        let wanted = Service { finalizers: Vec::new(), ..old.as_ref().clone() };
        self.apply(service, wanted, None, context);
    }
}
