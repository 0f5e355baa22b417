//! The repair controller for IPAddress objects (`RepairIPAddress`, v1.34): it looks at every Service and object
//! that its caches hear of, and at all of them once a period.

use std::net::IpAddr;

use super::incident::{ServiceEventKind, ServiceIncident};
use super::setup::ServiceId;
use super::{Context, ServiceEvent, ServiceRegistry};
use crate::kernel::{EventClass, SimDuration};
use crate::service_ip::Family;
use crate::service_ip::repair::{ObjectVerdict, ServiceVerdict, judge_object, judge_service};

/// How often a failed sync is tried again, and the first wait.
const RETRIES: u32 = 15;
const FIRST_WAIT: SimDuration = SimDuration::from_millis(5);

impl ServiceRegistry {
    /// Sees to it that a Service's addresses have their objects (`syncService`).
    pub(super) fn sync_service(
        &mut self,
        server: usize,
        id: ServiceId,
        attempt: u32,
        context: &mut Context<'_, '_>,
    ) {
        if self.setup.repair.period.is_none() {
            return;
        }
        let Some(service) = self.servers[server].services.get(&id).cloned() else { return };
        for address in service.addresses() {
            let seen = &self.servers[server];
            let pool = seen.pool(Family::of(address));
            let parent = seen.objects.get(&address).map(|object| object.parent);
            let parent = parent.map(|parent| (parent, seen.lists(parent, address)));
            match judge_service(id, seen.cidrs[pool].contains(address), parent) {
                ServiceVerdict::Fine | ServiceVerdict::OutOfRange | ServiceVerdict::Duplicate(_) => continue,
                ServiceVerdict::Recreate => self.remove_object(address, context),
                ServiceVerdict::Create => {}
            }
            if self.storage.objects.contains_key(&address) {
                // The cache trails: the creation fails, and is tried again.
                if attempt < RETRIES {
                    let process = self.servers[server].process;
                    let again = ServiceEvent::SyncAgain(server as u32, process, id, attempt + 1);
                    context.push(SimDuration(FIRST_WAIT.0 << attempt), EventClass::Recurring, again);
                }
                return;
            }
            self.create_object(address, id, context);
            context.record(ServiceIncident {
                server: Some(server),
                service: Some(id),
                address: Some(address),
                ..ServiceIncident::new(ServiceEventKind::Repaired)
            });
        }
    }

    /// Sees to it that an object has its Service (`syncIPAddress`).
    pub(super) fn sync_address(&mut self, server: usize, address: IpAddr, context: &mut Context<'_, '_>) {
        if self.setup.repair.period.is_none() {
            return;
        }
        let seen = &self.servers[server];
        let Some(object) = seen.objects.get(&address).copied() else { return };
        let age = SimDuration(context.api.now.0.saturating_sub(object.created.0));
        let verdict = judge_object(age, seen.lists(object.parent, address));
        match verdict {
            ObjectVerdict::Keep => {}
            ObjectVerdict::LookAgain(wait) => {
                let process = seen.process;
                let again = ServiceEvent::LookAgain(server as u32, process, address);
                context.push(wait, EventClass::Recurring, again);
            }
            ObjectVerdict::Leaked | ObjectVerdict::WrongReference => {
                if !self.storage.objects.contains_key(&address) {
                    return;
                }
                self.remove_object(address, context);
                let message = match verdict {
                    ObjectVerdict::Leaked => "IPAddress appears to have leaked: cleaning up",
                    _ => "IPAddress has a wrong reference; cleaning up",
                };
                context.record(ServiceIncident {
                    server: Some(server),
                    service: Some(object.parent),
                    address: Some(address),
                    message: Some(message.into()),
                    ..ServiceIncident::new(ServiceEventKind::LeakReleased)
                });
                self.tell_race(server, address, context);
            }
        }
    }
}
