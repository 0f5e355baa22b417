//! Requests for Services, step by step (`storage.REST` with `alloc.go`).

use std::net::IpAddr;
use std::sync::Arc;

use super::incident::{ServiceEventKind, ServiceIncident};
use super::request::{Flow, Phase, Request, Verb};
use super::server::Watched;
use super::setup::ServiceId;
use super::{Context, ServiceEvent, ServiceRegistry};
use crate::kernel::EventClass;
use crate::service_ip::error::ServiceError;
use crate::service_ip::services::{AddressPlan, create_ports, update_ports};
use crate::service_ip::{AllocationError, Family, IpAllocator, Service};

impl ServiceRegistry {
    /// The server that a request goes to: the one it names if that is up, else the next in turn.
    fn route(&mut self, server: Option<usize>) -> Option<usize> {
        let takes = |place: &usize| self.servers[*place].up && self.servers[*place].next.is_none();
        let named = server.filter(takes);
        let count = self.servers.len();
        let found = named.or_else(|| (0..count).map(|step| (self.turn + step) % count).find(takes))?;
        if named.is_none() {
            self.turn = found + 1;
        }
        Some(found)
    }

    /// Tells that a request is refused.
    pub(super) fn tell_refused(
        server: Option<usize>,
        service: ServiceId,
        message: String,
        context: &mut Context<'_, '_>,
    ) {
        context.record(ServiceIncident {
            server,
            service: Some(service),
            message: Some(message.into()),
            ..ServiceIncident::new(ServiceEventKind::Refused)
        });
    }

    /// A request begins.
    pub(super) fn submit(
        &mut self,
        service: ServiceId,
        verb: Verb,
        mut wanted: Service,
        server: Option<usize>,
        context: &mut Context<'_, '_>,
    ) {
        let Some(server) = self.route(server) else {
            return Self::tell_refused(None, service, "connect: connection refused".to_owned(), context);
        };
        let name = wanted.name.clone();
        if self.under_way[service.index()].is_some() {
            let message = format!(
                "Operation cannot be fulfilled on services {name:?}: another request for it is under way"
            );
            return Self::tell_refused(Some(server), service, message, context);
        }
        let plan = match &verb {
            Verb::Create => self.families.prepare_create(&mut wanted),
            Verb::Update(old) => self.families.prepare_update(old, &mut wanted),
            Verb::Terminate | Verb::Delete => Ok(AddressPlan::default()),
        };
        let plan = match plan {
            Ok(plan) => plan,
            Err(error) => return Self::tell_refused(Some(server), service, error.to_string(), context),
        };
        let mut request = Request {
            service,
            occurrence: self.occurrences[service.index()],
            server,
            wanted,
            place: plan.take_from.unwrap_or(0),
            leaving: (plan.unneeded.iter().map(|(_, address)| *address).collect(), Vec::new()),
            plan,
            allocation: None,
            taken: Vec::new(),
            ports: None,
            phase: Phase::Choose,
            hops: 0,
            verb,
        };
        self.occurrences[service.index()] += 1;
        if matches!(request.verb, Verb::Terminate | Verb::Delete) {
            let Some(old) = self.storage.service(service).cloned() else {
                return Self::tell_refused(
                    Some(server),
                    service,
                    format!("services {name:?} not found"),
                    context,
                );
            };
            if matches!(request.verb, Verb::Delete) {
                request.leaving = (old.addresses().collect(), old.held_node_ports());
            }
            request.phase = Phase::Write;
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.requests.push(None);
            self.serials.push(0);
            self.requests.len() as u32 - 1
        });
        self.requests[slot as usize] = Some(request);
        self.under_way[service.index()] = Some(slot);
        self.servers[server].in_flight += 1;
        self.proceed(slot, context);
    }

    pub(super) fn request(&mut self, slot: u32) -> &mut Request {
        self.requests[slot as usize].as_mut().expect("the request is under way")
    }

    /// Carries a request on as far as it goes without waiting.
    pub(super) fn proceed(&mut self, slot: u32, context: &mut Context<'_, '_>) {
        loop {
            let flow = match self.request(slot).phase {
                Phase::Choose => self.choose(slot, context),
                Phase::Commit(write) => self.commit(slot, write, context),
                Phase::Ports => self.take_ports(slot, context),
                Phase::Write => self.write(slot, context),
                Phase::Release => self.release(slot, context),
            };
            let hop = match flow {
                Flow::Now => continue,
                Flow::Stop => return,
                Flow::After(hop) => hop,
            };
            self.request(slot).hops += 1;
            let delay = self.hop(hop, self.requests[slot as usize].as_ref().expect("under way"), context);
            if delay.0 > 0 {
                let serial = self.serials[slot as usize];
                context.push(delay, EventClass::Essential, ServiceEvent::Step { request: slot, serial });
                return;
            }
        }
    }

    fn take_ports(&mut self, slot: u32, context: &mut Context<'_, '_>) -> Flow {
        let request = self.requests[slot as usize].as_mut().expect("under way");
        let draws = &mut self.servers[request.server].draws;
        let random = draws.last_mut().expect("a stream for node ports");
        let ports = &mut self.storage.ports;
        let mut operation = crate::service_ip::node_ports::PortOperation::default();
        let taken = match &request.verb {
            Verb::Update(old) => update_ports(ports, &mut operation, &mut request.wanted, old, random),
            _ => create_ports(ports, &mut operation, &mut request.wanted, random),
        };
        if !operation.taken().is_empty() {
            self.storage.port_revision += 1;
        }
        request.ports = Some(operation);
        match taken {
            Ok(()) => {
                request.phase = Phase::Write;
                Flow::After(super::Hop::Creation)
            }
            Err(error) => self.refuse(slot, &error, context),
        }
    }

    /// The Service is written, or removed.
    fn write(&mut self, slot: u32, context: &mut Context<'_, '_>) -> Flow {
        let request = self.requests[slot as usize].as_mut().expect("under way");
        let (id, server) = (request.service, request.server);
        let (kind, new) = match request.verb {
            Verb::Create => (ServiceEventKind::Created, Some(Arc::new(request.wanted.clone()))),
            Verb::Update(_) => (ServiceEventKind::Updated, Some(Arc::new(request.wanted.clone()))),
            Verb::Terminate => (ServiceEventKind::Terminating, Some(Arc::new(request.wanted.clone()))),
            Verb::Delete => (ServiceEventKind::Deleted, None),
        };
        if let Some(operation) = request.ports.take() {
            operation.commit(&mut self.storage.ports);
        }
        request.taken.clear();
        request.phase = Phase::Release;
        // A Service that is gone can be made anew before its addresses are back.
        self.under_way[id.index()] = new.as_ref().map(|_| slot);
        let before: Vec<IpAddr> =
            self.storage.service(id).map_or_else(Vec::new, |old| old.addresses().collect());
        let after: Vec<IpAddr> = new.as_ref().map_or_else(Vec::new, |service| service.addresses().collect());
        let gained = self.storage.put_service(id, new.clone());
        self.tell_written(kind, (server, id), (&before, &after), context);
        for (address, holder) in gained {
            if holder.is_some() {
                let duplicate = ServiceIncident::new(ServiceEventKind::Duplicate);
                let (server, service) = (Some(server), Some(id));
                let address = Some(address);
                context.record(ServiceIncident { server, service, other: holder, address, ..duplicate });
            }
        }
        self.publish(&Watched::Service(id, new), context);
        let leaving = &self.request(slot).leaving;
        if leaving.0.is_empty() && leaving.1.is_empty() {
            self.finish(slot, context);
            return Flow::Stop;
        }
        Flow::After(super::Hop::Release)
    }

    /// Records what was written: the Service with its first address, and further ones that it gained or lost.
    fn tell_written(
        &self,
        kind: ServiceEventKind,
        (server, id): (usize, ServiceId),
        (before, after): (&[IpAddr], &[IpAddr]),
        context: &mut Context<'_, '_>,
    ) {
        let port = self.storage.service(id).and_then(|service| service.held_node_ports().first().copied());
        let (server, service) = (Some(server), Some(id));
        let told = ServiceIncident { server, service, port, ..ServiceIncident::new(kind) };
        let first = match kind {
            ServiceEventKind::Created => after.first(),
            ServiceEventKind::Deleted => before.first(),
            _ => None,
        };
        context.record(ServiceIncident { address: first.copied(), ..told.clone() });
        let changes = [(ServiceEventKind::Gained, after, before), (ServiceEventKind::Lost, before, after)];
        for (kind, of, but) in changes {
            for address in of.iter().filter(|address| !but.contains(address) && Some(*address) != first) {
                context.record(ServiceIncident { kind, address: Some(*address), port: None, ..told.clone() });
            }
        }
    }

    fn release(&mut self, slot: u32, context: &mut Context<'_, '_>) -> Flow {
        let server = self.request(slot).server;
        let (addresses, ports) = std::mem::take(&mut self.request(slot).leaving);
        for address in addresses {
            self.give_back(server, address, context);
        }
        for port in ports {
            self.storage.ports.release(port);
            self.storage.port_revision += 1;
        }
        self.finish(slot, context);
        Flow::Stop
    }

    /// Gives an address back as a server does.
    pub(super) fn give_back(&mut self, server: usize, address: IpAddr, context: &mut Context<'_, '_>) {
        let (has_objects, dual_write) = {
            let behaviour = &self.servers[server].behaviour;
            (behaviour.ip_address_objects, behaviour.dual_write)
        };
        if !has_objects {
            self.storage.release_in_bitmap(address);
            return;
        }
        let pool = self.servers[server].pool(Family::of(address));
        debug_assert!(self.servers[server].cidrs[pool].family() == Family::of(address));
        if !self.servers[server].cidrs[pool].contains(address) {
            // No allocator has it: the object stays (`getAllocator`).
            return;
        }
        if dual_write {
            self.storage.release_in_bitmap(address);
        }
        self.remove_object(address, context);
    }

    /// A request is refused: what it has taken goes back, all but the first half of an allocation in
    /// dual-write mode, which nobody gives back.
    pub(super) fn refuse(&mut self, slot: u32, error: &ServiceError, context: &mut Context<'_, '_>) -> Flow {
        let request = self.requests[slot as usize].as_mut().expect("under way");
        let (server, service) = (request.server, request.service);
        if let Some(operation) = request.ports.take() {
            operation.revert(&mut self.storage.ports);
        }
        let taken = std::mem::take(&mut request.taken);
        let allocation = request.allocation.take();
        let asked = allocation.as_ref().and_then(|allocation| allocation.asked);
        let is_taken = matches!(error.allocation(), Some(AllocationError::Allocated));
        let other = asked.and_then(|address| {
            let holder = self.storage.holders(address).first().copied();
            holder.or_else(|| self.taker(address, Some(slot)))
        });
        let told = ServiceIncident {
            server: Some(server),
            service: Some(service),
            other: other.filter(|_| is_taken),
            address: asked,
            message: Some(error.to_string().into()),
            ..ServiceIncident::new(ServiceEventKind::Refused)
        };
        context.record(told.clone());
        if is_taken && other.is_none() {
            context.record(ServiceIncident { kind: ServiceEventKind::FalseConflict, ..told });
        } else if matches!(error.allocation(), Some(AllocationError::Full)) {
            context.record(ServiceIncident { kind: ServiceEventKind::RangeFull, ..told });
        }
        for address in taken {
            self.give_back(server, address, context);
        }
        if let Some(allocation) = &allocation {
            self.unlock(slot, server, allocation.family, context);
        }
        if let Some(address) = allocation.and_then(|allocation| allocation.half) {
            self.leak(address, Some(service), Some(server), context);
        }
        self.finish(slot, context);
        Flow::Stop
    }

    /// Tells of an address that is taken and held by nobody.
    pub(super) fn leak(
        &mut self,
        address: IpAddr,
        service: Option<ServiceId>,
        server: Option<usize>,
        context: &mut Context<'_, '_>,
    ) {
        if !self.is_held(address, None) {
            let leak = ServiceIncident::new(ServiceEventKind::Leak);
            context.record(ServiceIncident { service, server, address: Some(address), ..leak });
        }
    }

    /// A request is over.
    pub(super) fn finish(&mut self, slot: u32, context: &mut Context<'_, '_>) {
        let request = self.requests[slot as usize].take().expect("under way");
        self.serials[slot as usize] += 1;
        self.free.push(slot);
        // Orphans are counted anew.
        self.storage.version += 1;
        let current = &mut self.under_way[request.service.index()];
        *current = current.filter(|current| *current != slot);
        let server = request.server;
        self.servers[server].in_flight -= 1;
        if self.servers[server].in_flight == 0 && self.servers[server].next.is_some() {
            self.replace(server, context);
        }
    }
}
