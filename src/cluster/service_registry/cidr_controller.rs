//! ServiceCIDRs on their way in and out (`controller/servicecidrs` of kube-controller-manager, v1.33).
//!
//! One that is deleted gives no address any more at once. It goes 10 s later, unless addresses hang on it that
//! no other ServiceCIDR has; then it waits for them to go.
//!
//! DIFFERENCE: the controller itself sees without lag; its condition `Ready` is not an object of its own.

use std::sync::Arc;

use super::incident::{ServiceEventKind, ServiceIncident};
use super::server::Watched;
use super::storage::CidrObject;
use super::{Context, ServiceEvent, ServiceRegistry};
use crate::kernel::{EventClass, SimDuration};
use crate::service_ip::Cidr;

/// The wait for the allocators to hear of a deletion (`deletionGracePeriod`).
const GRACE: SimDuration = SimDuration::from_secs(10);

impl ServiceRegistry {
    fn serves_cidrs(&self) -> Result<(), String> {
        let any = self.servers.iter().any(|one| one.up && one.behaviour.ip_address_objects);
        any.then_some(()).ok_or_else(|| "the server could not find the requested resource".to_owned())
    }

    fn tell_cidr(name: &str, what: &str, context: &mut Context<'_, '_>) {
        let message = format!("servicecidr/{name}: {what}");
        let told = ServiceIncident::new(ServiceEventKind::ServiceCidr);
        context.record(ServiceIncident { message: Some(message.into()), ..told });
    }

    fn publish_cidrs(&mut self, context: &mut Context<'_, '_>) {
        self.storage.version += 1;
        let all = Arc::new(self.storage.cidrs.clone());
        self.publish(&Watched::Cidrs(all), context);
    }

    /// A ServiceCIDR is created.
    pub(super) fn add_cidr(
        &mut self,
        name: &Arc<str>,
        cidrs: &[Cidr],
        context: &mut Context<'_, '_>,
    ) -> Result<(), String> {
        self.serves_cidrs()?;
        if self.storage.cidrs.iter().any(|object| object.name == *name) {
            return Err(format!("servicecidrs.networking.k8s.io {name:?} already exists"));
        }
        let object = CidrObject { name: Arc::clone(name), cidrs: cidrs.to_vec(), deleted: None };
        self.storage.cidrs.push(object);
        Self::tell_cidr(name, "created", context);
        self.publish_cidrs(context);
        Ok(())
    }

    /// A ServiceCIDR is deleted.
    pub(super) fn remove_cidr(
        &mut self,
        name: &Arc<str>,
        context: &mut Context<'_, '_>,
    ) -> Result<(), String> {
        self.serves_cidrs()?;
        let now = context.api.now;
        let found = self.storage.cidrs.iter_mut().find(|object| object.name == *name);
        let Some(object) = found else {
            return Err(format!("servicecidrs.networking.k8s.io {name:?} not found"));
        };
        object.deleted.get_or_insert(now);
        Self::tell_cidr(name, "deletion began", context);
        self.publish_cidrs(context);
        Ok(())
    }

    /// Looks at the ServiceCIDRs on their way out.
    pub(super) fn sync_cidrs(&mut self, context: &mut Context<'_, '_>) {
        let mut gone = Vec::new();
        for object in self.storage.cidrs.iter().filter(|object| object.deleted.is_some()) {
            if self.is_blocked(object) {
                continue;
            }
            let since = object.deleted.expect("on its way out");
            let due = since.plus(GRACE);
            if context.api.now < due {
                let wait = SimDuration(due.0 - context.api.now.0);
                context.push(wait, EventClass::Essential, ServiceEvent::CidrGrace);
            } else {
                gone.push(Arc::clone(&object.name));
            }
        }
        if gone.is_empty() {
            return;
        }
        self.storage.cidrs.retain(|object| !gone.contains(&object.name));
        for name in &gone {
            Self::tell_cidr(name, "gone", context);
        }
        self.publish_cidrs(context);
    }

    /// Whether addresses hang on a ServiceCIDR (`canDeleteCIDR`).
    fn is_blocked(&self, object: &CidrObject) -> bool {
        let others = || self.storage.cidrs.iter().filter(|other| other.name != object.name);
        let contains = |outer: &Cidr, inner: &Cidr| {
            outer.family() == inner.family() && outer.base() <= inner.base() && inner.top() <= outer.top()
        };
        let has_parent =
            |cidr: &Cidr| others().flat_map(|other| &other.cidrs).any(|outer| contains(outer, cidr));
        if object.cidrs.iter().all(has_parent) {
            return false;
        }
        self.storage.objects.keys().any(|address| {
            let covers = |cidr: &Cidr| cidr.contains(*address);
            object.cidrs.iter().any(covers) && !others().flat_map(|other| &other.cidrs).any(covers)
        })
    }
}
