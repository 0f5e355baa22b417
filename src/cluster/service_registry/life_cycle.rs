//! The life of the API servers: what is there at time 0, crashes, upgrades.

use std::sync::Arc;

use super::incident::{ServiceEventKind, ServiceIncident};
use super::request::{Phase, Verb};
use super::server::WorkKey;
use super::setup::ServiceIpSetup;
use super::storage::{IpObject, Storage};
use super::{Context, ServiceEvent, ServiceRegistry};
use crate::api::ServiceIpBehaviour;
use crate::kernel::{EventClass, SimDuration, SimTime};

/// Puts the Services of the beginning into etcd, as their allocators would have it once all is repaired.
pub(super) fn adopt(setup: &ServiceIpSetup, storage: &mut Storage) {
    let any = |test: fn(&ServiceIpBehaviour) -> bool| setup.servers.iter().any(|one| test(&one.behaviour));
    let bitmap = any(|behaviour| !behaviour.ip_address_objects || behaviour.dual_write);
    let objects = any(|behaviour| behaviour.ip_address_objects);
    for id in &setup.adopted {
        let service = Arc::new(setup.services[id.index()].wanted.clone());
        for address in service.addresses() {
            if bitmap {
                storage.mark_in_bitmap(address);
            }
            if objects {
                storage.objects.entry(address).or_insert(IpObject { parent: *id, created: SimTime(0) });
            }
        }
        for port in service.held_node_ports() {
            // One that two Services have, or outside the range, is for the repair loop.
            let _ = storage.ports.allocate(port);
        }
        storage.put_service(*id, Some(service));
    }
    for address in &setup.stale {
        storage.mark_in_bitmap(*address);
    }
}

impl ServiceRegistry {
    /// A server's process ends: its requests with it. What they had taken is held by nobody.
    pub(super) fn crash(&mut self, server: usize, down: SimDuration, context: &mut Context<'_, '_>) {
        let slots: Vec<u32> = (0..self.requests.len() as u32)
            .filter(|slot| self.requests[*slot as usize].as_ref().is_some_and(|one| one.server == server))
            .collect();
        let mut orphans = Vec::new();
        for slot in slots {
            let request = self.requests[slot as usize].take().expect("it is there");
            self.serials[slot as usize] += 1;
            self.free.push(slot);
            let current = &mut self.under_way[request.service.index()];
            *current = current.filter(|current| *current != slot);
            let half = request.allocation.as_ref().and_then(|allocation| allocation.half);
            let addresses: Vec<_> =
                request.taken.iter().copied().chain(half).chain(request.leaving.0).collect();
            let is_written = matches!(request.phase, Phase::Release);
            let mut ports = request.ports.map_or_else(Vec::new, |ports| ports.taken().to_vec());
            if is_written || matches!(request.verb, Verb::Delete) {
                ports.extend(request.leaving.1);
            }
            if !is_written {
                let lost = ServiceIncident::new(ServiceEventKind::Interrupted);
                let service = Some(request.service);
                context.record(ServiceIncident { server: Some(server), service, ..lost });
            }
            // What a request that was not written would have given back is still held.
            orphans.push((request.service, addresses, ports));
        }
        for (service, addresses, ports) in orphans {
            for address in addresses {
                self.leak(address, Some(service), Some(server), context);
            }
            let held = self.storage.service(service).map_or_else(Vec::new, |one| one.held_node_ports());
            for port in ports.into_iter().filter(|port| !held.contains(port)) {
                let leak = ServiceIncident::new(ServiceEventKind::Leak);
                let (server, service, port) = (Some(server), Some(service), Some(port));
                context.record(ServiceIncident { server, service, port, ..leak });
            }
        }
        self.storage.version += 1;
        self.servers[server].in_flight = 0;
        self.servers[server].up = false;
        context.push(down, EventClass::Essential, ServiceEvent::Restart(server as u32));
    }

    /// A server is back, with what it shall be.
    pub(super) fn restart(&mut self, server: usize, context: &mut Context<'_, '_>) {
        if self.servers[server].up {
            return;
        }
        if let Some(next) = self.servers[server].next.take() {
            self.servers[server].behaviour = next;
        }
        let setup = Arc::clone(&self.setup);
        self.servers[server].start(&setup, &self.storage);
        self.storage.version += 1;
        self.repair_begin(server, context);
    }

    /// A server is replaced; its requests are finished first.
    pub(super) fn upgrade(
        &mut self,
        server: usize,
        behaviour: ServiceIpBehaviour,
        context: &mut Context<'_, '_>,
    ) {
        self.servers[server].next = Some(behaviour);
        if self.servers[server].up && self.servers[server].in_flight == 0 {
            self.replace(server, context);
        }
    }

    /// The last request of a server that is to be replaced is done.
    pub(super) fn replace(&mut self, server: usize, context: &mut Context<'_, '_>) {
        self.servers[server].up = false;
        context.push(SimDuration::ZERO, EventClass::Essential, ServiceEvent::Restart(server as u32));
    }

    /// Whether a repair loop may still change something of what is stored.
    pub fn may_still_repair(&mut self) -> bool {
        let version = self.storage.version;
        if let Some((at, answer)) = self.repairable
            && at == version
        {
            return answer;
        }
        let answer = self.is_repairable();
        self.repairable = Some((version, answer));
        answer
    }

    fn is_repairable(&self) -> bool {
        if self.setup.repair.period.is_none() {
            return false;
        }
        let any = |objects: bool| {
            self.servers.iter().any(|one| one.up && one.behaviour.ip_address_objects == objects)
        };
        let held: Vec<std::net::IpAddr> = self.storage.held().collect();
        let bitmap = any(false) && {
            let marked: usize = self.storage.bitmaps.iter().map(|bitmap| bitmap.places.used()).sum();
            let places = held.iter().filter_map(|address| self.storage.place(*address));
            let mut count = 0;
            let all_marked = places.fold(true, |all, (bitmap, place)| {
                count += 1;
                all && self.storage.bitmaps[bitmap].places.contains(place)
            });
            !all_marked || marked != count
        };
        let objects = any(true) && {
            let in_range = |address: &&std::net::IpAddr| {
                self.storage.cidrs.iter().flat_map(|one| &one.cidrs).any(|cidr| cidr.contains(**address))
            };
            let without = held.iter().filter(in_range).any(|one| !self.storage.objects.contains_key(one));
            let mut objects = self.storage.objects.iter();
            without
                || objects.any(|(address, object)| !self.storage.holders(*address).contains(&object.parent))
        };
        bitmap || objects || self.ports_leak()
    }

    fn ports_leak(&self) -> bool {
        let mut held: Vec<u16> = self.storage.services().flat_map(|(_, one)| one.held_node_ports()).collect();
        held.retain(|port| self.storage.ports.place(*port).is_some());
        held.sort_unstable();
        held.dedup();
        held.len() != self.storage.ports.places().used()
            || held.iter().any(|port| !self.storage.ports.has(*port))
    }

    /// All that a resync has the repair controller look at.
    pub(super) fn resync(&mut self, server: usize) {
        let server = &mut self.servers[server];
        server.work.extend(server.services.keys().map(|id| WorkKey::Service(*id)));
        server.work.extend(server.objects.keys().map(|address| WorkKey::Address(*address)));
    }
}
