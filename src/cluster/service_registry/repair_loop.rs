//! The repair loops over bitmaps: read, list, write by compare-and-swap, and again after a while.

use std::net::IpAddr;
use std::sync::Arc;

use super::incident::{ServiceEventKind, ServiceIncident};
use super::server::RepairPass;
use super::setup::ServiceId;
use super::{Context, ServiceEvent, ServiceRegistry};
use crate::cluster::draw_uses;
use crate::kernel::{EventClass, Identity, SimDuration};
use crate::service_ip::repair::Finding;

/// Waits before a pass is tried again whose write failed (`retry.DefaultBackoff`, without its jitter).
const BACKOFF_MS: [u64; 3] = [10, 50, 250];

impl ServiceRegistry {
    /// Sets the first pass of every server.
    pub(super) fn schedule_first_passes(&mut self, context: &mut Context<'_, '_>) {
        if self.setup.repair.period.is_none() {
            return;
        }
        for place in 0..self.servers.len() {
            let who = Identity { owner: place as u64, revision: 0, ordinal: 0 };
            let draw = || context.api.draws.keyed(draw_uses::SERVICE_REPAIR, who, 0);
            let wait = self.setup.repair.first_pass.sample_with(draw);
            self.push_repair(place, wait, context, ServiceEvent::RepairBegin);
        }
    }

    fn push_repair(
        &self,
        server: usize,
        wait: SimDuration,
        context: &mut Context<'_, '_>,
        event: fn(u32, u32) -> ServiceEvent,
    ) {
        let event = event(server as u32, self.servers[server].process);
        let class = match event {
            ServiceEvent::RepairBegin(..) => EventClass::Recurring,
            _ => EventClass::Essential,
        };
        context.push(wait, class, event);
    }

    fn pass_hop(&self, server: usize, context: &Context<'_, '_>) -> SimDuration {
        self.setup.timing.repair_pass.sample_with(|| {
            let who = Identity { owner: server as u64, revision: 1, ordinal: self.servers[server].process };
            context.api.draws.keyed(draw_uses::SERVICE_REPAIR, who, context.api.now.0)
        })
    }

    /// A pass begins: the bitmaps are read.
    pub(super) fn repair_begin(&mut self, server: usize, context: &mut Context<'_, '_>) {
        if self.setup.repair.period.is_none() {
            return;
        }
        let attempt = self.servers[server].pass.take().map_or(0, |pass| pass.attempt);
        if attempt == 0 && self.servers[server].has_caches() {
            self.resync(server);
        }
        let mut bitmaps = Vec::new();
        if !self.servers[server].behaviour.ip_address_objects {
            let stored = self.storage.bitmaps.iter();
            bitmaps.extend(stored.map(|bitmap| (bitmap.places.clone(), bitmap.revision)));
        }
        bitmaps.push((self.storage.ports.places().clone(), self.storage.port_revision));
        self.servers[server].pass = Some(RepairPass { bitmaps, found: Vec::new(), attempt });
        let wait = self.pass_hop(server, context);
        self.push_repair(server, wait, context, ServiceEvent::RepairList);
    }

    /// The Services are listed: the bitmaps are built anew.
    pub(super) fn repair_list(&mut self, server: usize, context: &mut Context<'_, '_>) {
        let Some(mut pass) = self.servers[server].pass.take() else { return };
        let ports = pass.bitmaps.len() - 1;
        for index in 0..pass.bitmaps.len() {
            let mut holders: Vec<(usize, ServiceId)> = Vec::new();
            for (id, service) in self.storage.services() {
                if index == ports {
                    let held = service.held_node_ports().into_iter();
                    holders.extend(held.filter_map(|port| Some((self.storage.ports.place(port)?, id))));
                } else {
                    let places = service.addresses().filter_map(|address| self.storage.place(address));
                    holders.extend(places.filter(|place| place.0 == index).map(|(_, place)| (place, id)));
                }
            }
            let memory = if index == ports { self.families.iter().count() } else { index };
            let (stored, revision) = &pass.bitmaps[index];
            let (rebuilt, found) = self.servers[server].repair[memory].pass(stored, holders);
            pass.bitmaps[index] = (rebuilt, *revision);
            pass.found.push(found);
        }
        self.servers[server].pass = Some(pass);
        let wait = self.pass_hop(server, context);
        self.push_repair(server, wait, context, ServiceEvent::RepairWrite);
    }

    /// The bitmaps are written, each if nobody has written it since it was read. After a conflict the whole
    /// pass is done again.
    pub(super) fn repair_write(&mut self, server: usize, context: &mut Context<'_, '_>) {
        let Some(mut pass) = self.servers[server].pass.take() else { return };
        let ports = pass.bitmaps.len() - 1;
        for (index, (rebuilt, read)) in std::mem::take(&mut pass.bitmaps).into_iter().enumerate() {
            let revision = if index == ports {
                self.storage.port_revision
            } else {
                self.storage.bitmaps[index].revision
            };
            if revision != read {
                let wait = BACKOFF_MS.get(pass.attempt as usize).copied();
                pass.attempt += 1;
                if let Some(wait) = wait {
                    self.servers[server].pass = Some(pass);
                    self.push_repair(
                        server,
                        SimDuration::from_millis(wait),
                        context,
                        ServiceEvent::RepairBegin,
                    );
                    return;
                }
                break;
            }
            if index == ports {
                if *self.storage.ports.places() != rebuilt {
                    self.storage.ports.set_places(rebuilt);
                    self.storage.port_revision += 1;
                    self.storage.version += 1;
                }
            } else if self.storage.bitmaps[index].places != rebuilt {
                self.storage.bitmaps[index].places = rebuilt;
                self.storage.bitmaps[index].revision += 1;
                self.storage.version += 1;
            }
            for finding in &pass.found[index] {
                self.tell_finding(
                    server,
                    (index == ports).then_some(()).map_or(Ok(index), |()| Err(())),
                    *finding,
                    context,
                );
            }
        }
        let period = self.setup.repair.period.expect("a pass is under way");
        self.push_repair(server, period, context, ServiceEvent::RepairBegin);
    }

    /// Records what a pass has changed. `bitmap`: which one; an error stands for the node ports.
    fn tell_finding(
        &self,
        server: usize,
        bitmap: Result<usize, ()>,
        finding: Finding<ServiceId>,
        context: &mut Context<'_, '_>,
    ) {
        let (kind, place, service) = match finding {
            Finding::NotAllocated(place, service) => (ServiceEventKind::Repaired, place, Some(service)),
            Finding::Leaked(place) => (ServiceEventKind::LeakReleased, place, None),
            Finding::Duplicate(..) | Finding::MayHaveLeaked(_) => return,
        };
        let told = ServiceIncident { server: Some(server), service, ..ServiceIncident::new(kind) };
        match bitmap {
            Ok(bitmap) => {
                let address = self.storage.address(bitmap, place);
                context.record(ServiceIncident { address: Some(address), ..told.clone() });
                if kind == ServiceEventKind::LeakReleased {
                    self.tell_race(server, address, context);
                }
            }
            Err(()) => {
                let port = Some(self.storage.ports.port(place));
                context.record(ServiceIncident { port, ..told });
            }
        }
    }

    /// Records that an address was given free which somebody holds, or is about to.
    pub(super) fn tell_race(&self, server: usize, address: IpAddr, context: &mut Context<'_, '_>) {
        let holder = self.storage.holders(address).first().copied();
        if let Some(service) = holder.or_else(|| self.taker(address, None)) {
            let message: Arc<str> = "given free while it was being taken".into();
            context.record(ServiceIncident {
                server: Some(server),
                service: Some(service),
                address: Some(address),
                message: Some(message),
                ..ServiceIncident::new(ServiceEventKind::RepairRace)
            });
        }
    }
}
