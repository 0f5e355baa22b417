//! The Service registries of several API servers over one etcd: requests that take addresses and node ports,
//! the caches that trail, the repair loops, the controller of ServiceCIDRs.
//!
//! Follows kube-apiserver (`registry/core/service/{storage,allocator/storage,ipallocator}`, v1.32 to v1.35) and
//! kube-controller-manager (`controller/servicecidrs`, v1.33). What the allocators and repair loops decide is
//! [`crate::service_ip`]'s; here they get a clock:
//!
//! - Each write to etcd takes a hop ([`setup::ServiceTiming`]). The bitmap is written by compare-and-swap and read
//!   anew when another write came in between; an IPAddress object that is there already is a mid-air
//!   collision, after which the search goes on behind it (so in every release that was read: v1.27, v1.31, v1.35).
//! - A server's allocator of a family serves one request at a time (`Etcd.lock`, `MetaAllocator.mu`).
//! - A server that ends takes its requests with it; what they had taken leaks until a repair loop finds it.
//! - Bitmaps are repaired by servers that use them, objects by servers that use objects, node ports by all. A
//!   stale place of the bitmap is refused for good where dual-write is on and no server uses the bitmap.
//!
//! DIFFERENCE: node ports are taken in one instant. Where an allocation in dual-write mode finds the object of
//! the bitmap's address taken, the search falls back to objects alone (v1.33; not verified). A server that
//! starts serves at once, its first repair pass is under way. Failed syncs of the repair controller are tried
//! again after 5 ms, 10 ms, … without jitter. Requests of a server that is down go to the next one.

mod allocation;
mod arrivals;
mod cidr_controller;
pub mod event;
mod finalizers;
pub mod incident;
mod life_cycle;
mod object_repair;
mod repair_loop;
pub mod request;
mod requests;
pub mod server;
pub mod setup;
pub mod storage;

use std::net::IpAddr;
use std::sync::Arc;

pub use event::ServiceEvent;
pub use incident::{ServiceEventKind, ServiceIncident};
pub use setup::{ServiceId, ServiceIpSetup, ServiceOperation};

use super::api_server::ApiServer;
use super::draw_uses;
use super::event::Event;
use super::record::Record;
use crate::kernel::{EventClass, EventQueue, Identity, SimDuration, stable_hash};
use crate::service_ip::ClusterFamilies;
use request::{Hop, Request};
use server::{Server, Watched};
use storage::Storage;

/// What the steps of the registries act on.
pub struct Context<'a, 's> {
    /// Clock, draws, records.
    pub api: &'a mut ApiServer<'s>,
    /// Events to come.
    pub queue: &'a mut EventQueue<Event>,
}

impl Context<'_, '_> {
    fn push(&mut self, delay: SimDuration, class: EventClass, event: ServiceEvent) {
        self.queue.push(self.api.now.plus(delay), class, Event::Service(event));
    }

    fn record(&mut self, incident: ServiceIncident) {
        self.api.last_change = self.api.now;
        self.api.record(&Record::Service(incident));
    }
}

/// The registries of all API servers.
pub struct ServiceRegistry {
    setup: Arc<ServiceIpSetup>,
    families: ClusterFamilies,
    storage: Storage,
    servers: Vec<Server>,
    requests: Vec<Option<Request>>,
    serials: Vec<u32>,
    free: Vec<u32>,
    turn: usize,
    occurrences: Vec<u32>,
    under_way: Vec<Option<u32>>,
    arrivals: arrivals::Arrivals,
    cidr_work: bool,
    repairable: Option<(u64, bool)>,
}

impl ServiceRegistry {
    /// The state at time 0, and what comes of itself in the queue.
    pub fn new(setup: &Arc<ServiceIpSetup>, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) -> Self {
        let families = ClusterFamilies::new(setup.ranges.iter().map(|cidr| cidr.family()).collect());
        let mut storage = Storage::new(setup);
        life_cycle::adopt(setup, &mut storage);
        let mut servers: Vec<Server> =
            (0..setup.servers.len()).map(|place| Server::new(place, setup, &api.draws)).collect();
        for server in &mut servers {
            server.start(setup, &storage);
            server.work.clear();
        }
        let mut registry = Self {
            setup: Arc::clone(setup),
            families,
            storage,
            servers,
            requests: Vec::new(),
            serials: Vec::new(),
            free: Vec::new(),
            turn: 0,
            occurrences: vec![0; setup.services.len()],
            under_way: vec![None; setup.services.len()],
            arrivals: arrivals::Arrivals::new(setup, &api.draws),
            cidr_work: false,
            repairable: None,
        };
        let mut context = Context { api, queue };
        registry.schedule_first_passes(&mut context);
        context.push(SimDuration::ZERO, EventClass::Essential, ServiceEvent::Begin);
        registry
    }

    /// What is stored.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// An event's time has come.
    pub fn handle(&mut self, event: ServiceEvent, context: &mut Context<'_, '_>) {
        match event {
            ServiceEvent::Begin => self.begin(context),
            ServiceEvent::Arrive(generator) => self.arrive(generator as usize, context),
            ServiceEvent::Expire(service) => self.delete(service, None, context),
            ServiceEvent::Step { request, serial } => {
                if self.serials[request as usize] == serial {
                    self.proceed(request, context);
                }
            }
            ServiceEvent::Watch(server) => self.deliver(server as usize),
            ServiceEvent::RepairBegin(server, process) => {
                self.of_process(server, process, context, Self::repair_begin);
            }
            ServiceEvent::RepairList(server, process) => {
                self.of_process(server, process, context, Self::repair_list);
            }
            ServiceEvent::RepairWrite(server, process) => {
                self.of_process(server, process, context, Self::repair_write);
            }
            ServiceEvent::LookAgain(server, process, address) => {
                self.of_process(server, process, context, |registry, server, context| {
                    registry.sync_address(server, address, context);
                });
            }
            ServiceEvent::SyncAgain(server, process, service, attempt) => {
                self.of_process(server, process, context, |registry, server, context| {
                    registry.sync_service(server, service, attempt, context);
                });
            }
            ServiceEvent::CidrGrace => self.cidr_work = true,
            ServiceEvent::Restart(server) => self.restart(server as usize, context),
        }
    }

    /// Carries on if the process that an event was for still runs.
    fn of_process(
        &mut self,
        server: u32,
        process: u32,
        context: &mut Context<'_, '_>,
        act: impl FnOnce(&mut Self, usize, &mut Context<'_, '_>),
    ) {
        let server = server as usize;
        if self.servers[server].up && self.servers[server].process == process {
            act(self, server, context);
        }
    }

    /// An entry of the timeline.
    pub fn perform(
        &mut self,
        operation: &ServiceOperation,
        context: &mut Context<'_, '_>,
    ) -> Result<(), String> {
        match operation {
            ServiceOperation::Apply { service, wanted } => {
                self.apply(*service, wanted.as_ref().clone(), None, context);
                Ok(())
            }
            ServiceOperation::Delete(service) => {
                self.delete(*service, None, context);
                Ok(())
            }
            ServiceOperation::RemoveFinalizers(service) => {
                self.remove_finalizers(*service, context);
                Ok(())
            }
            ServiceOperation::Crash { server, down } => {
                self.crash(*server, *down, context);
                Ok(())
            }
            ServiceOperation::Upgrade { server, behaviour } => {
                self.upgrade(*server, *behaviour, context);
                Ok(())
            }
            ServiceOperation::AddCidr { name, cidrs } => self.add_cidr(name, cidrs, context),
            ServiceOperation::RemoveCidr(name) => self.remove_cidr(name, context),
        }
    }

    /// The end of an instant: what the controllers have to look at. Says whether anything was written.
    pub fn settle(&mut self, context: &mut Context<'_, '_>) -> bool {
        let before = self.storage.version;
        for server in 0..self.servers.len() {
            while let Some(key) = self.servers[server].work.pop_first() {
                match key {
                    server::WorkKey::Service(id) => self.sync_service(server, id, 0, context),
                    server::WorkKey::Address(address) => self.sync_address(server, address, context),
                }
            }
        }
        if std::mem::take(&mut self.cidr_work) {
            self.sync_cidrs(context);
        }
        self.storage.version != before
    }

    /// Shows a change to the caches of all servers that have some.
    fn publish(&mut self, change: &Watched, context: &mut Context<'_, '_>) {
        self.cidr_work |= !matches!(change, Watched::Service(..));
        for place in 0..self.servers.len() {
            let hop = &self.setup.servers[place].watch;
            let server = &mut self.servers[place];
            if !server.has_caches() {
                continue;
            }
            if hop.is_constant_zero() {
                server.see(change);
                continue;
            }
            server.deliveries += 1;
            let who = Identity { owner: place as u64, revision: 0, ordinal: 0 };
            let delay =
                hop.sample_with(|| context.api.draws.keyed(draw_uses::SERVICE_WATCH, who, server.deliveries));
            let at = context.api.now.plus(delay).max(server.last_delivery);
            server.last_delivery = at;
            server.pending.push_back(change.clone());
            context.queue.push(at, EventClass::Essential, Event::Service(ServiceEvent::Watch(place as u32)));
        }
    }

    fn deliver(&mut self, server: usize) {
        // A process that started since has read everything anew.
        if let Some(change) = self.servers[server].pending.pop_front() {
            self.servers[server].see(&change);
        }
    }

    /// How long a request's next hop takes.
    fn hop(&self, hop: Hop, request: &Request, context: &Context<'_, '_>) -> SimDuration {
        let timing = &self.setup.timing;
        let distribution = match hop {
            Hop::Allocation => &timing.allocation,
            Hop::Creation => &timing.creation,
            Hop::Release => &timing.release,
        };
        let label = &self.setup.services[request.service.index()].label;
        distribution.sample_with(|| {
            let owner = stable_hash(label.as_bytes());
            let who = Identity { owner, revision: request.occurrence, ordinal: request.hops };
            context.api.draws.keyed(draw_uses::SERVICE_HOP, who, 0)
        })
    }

    /// Whether a Service holds an address, or a request under way other than `but` has taken it.
    fn is_held(&self, address: IpAddr, but: Option<u32>) -> bool {
        !self.storage.holders(address).is_empty() || self.taker(address, but).is_some()
    }

    fn taker(&self, address: IpAddr, but: Option<u32>) -> Option<ServiceId> {
        let others = self.requests.iter().enumerate().filter(|(slot, _)| Some(*slot as u32) != but);
        let mut takers = others.filter_map(|(_, request)| request.as_ref());
        takers.find(|request| request.has(address)).map(|request| request.service)
    }
}
