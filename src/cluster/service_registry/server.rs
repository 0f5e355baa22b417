//! An API server's own state: its caches, its locks, its random numbers, its repair loop's memory.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use super::setup::{ServiceId, ServiceIpSetup};
use super::storage::{CidrObject, IpObject, Storage};
use crate::api::ServiceIpBehaviour;
use crate::cluster::draw_uses;
use crate::kernel::{Draw, Draws, SimTime};
use crate::service_ip::allocation_bitmap::AllocationBitmap;
use crate::service_ip::repair::{BitmapRepair, Finding};
use crate::service_ip::service_cidrs::ServiceCidrs;
use crate::service_ip::{Family, IpAllocator, Service};

/// A change that the caches hear of.
#[derive(Clone, Debug)]
pub enum Watched {
    /// An IPAddress object is there or gone.
    Object(IpAddr, Option<IpObject>),
    /// A Service is there, changed or gone.
    Service(ServiceId, Option<Arc<Service>>),
    /// The ServiceCIDR objects.
    Cidrs(Arc<Vec<CidrObject>>),
}

/// A key of the repair controller for IPAddress objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkKey {
    /// Look at a Service's addresses.
    Service(ServiceId),
    /// Look at an object.
    Address(IpAddr),
}

/// An allocator's mutex: one request at a time, the others in order.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    /// Who has it.
    pub owner: Option<u32>,
    /// Who waits.
    pub waiting: VecDeque<u32>,
}

/// What a repair pass has read: each bitmap with its revision, the node ports last; rebuilt once the Services
/// were listed.
#[derive(Clone, Debug)]
pub struct RepairPass {
    /// As read, or rebuilt.
    pub bitmaps: Vec<(AllocationBitmap, u64)>,
    /// What was found, by bitmap.
    pub found: Vec<Vec<Finding<ServiceId>>>,
    /// Failed writes so far.
    pub attempt: u32,
}

/// An API server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Release and gates.
    pub behaviour: ServiceIpBehaviour,
    /// Whether it takes requests.
    pub up: bool,
    /// What it becomes when its requests are done.
    pub next: Option<ServiceIpBehaviour>,
    /// Requests under way.
    pub in_flight: u32,
    /// Counts its processes: events of earlier ones are void.
    pub process: u32,
    /// The ranges and objects as its caches show them, by family.
    pub cidrs: Vec<ServiceCidrs>,
    /// The objects with their owners, as its cache shows them.
    pub objects: BTreeMap<IpAddr, IpObject>,
    /// The Services, as its cache shows them.
    pub services: BTreeMap<ServiceId, Arc<Service>>,
    /// Changes on their way to the caches.
    pub pending: VecDeque<Watched>,
    /// When the last of them arrives.
    pub last_delivery: SimTime,
    /// Counts deliveries.
    pub deliveries: u64,
    /// A mutex for each family's allocator.
    pub locks: Vec<Lock>,
    /// Random numbers: one stream for each family, and one for node ports.
    pub draws: Vec<Draw>,
    /// The memory of the repair loops: by family, node ports last.
    pub repair: Vec<BitmapRepair>,
    /// The pass under way.
    pub pass: Option<RepairPass>,
    /// What the repair controller has to look at.
    pub work: BTreeSet<WorkKey>,
}

impl Server {
    /// A server that has seen nothing.
    pub fn new(place: usize, setup: &ServiceIpSetup, draws: &Draws) -> Self {
        let families = setup.ranges.len();
        let stream = |pool: usize| draws.stream(draw_uses::SERVICE_IP_SCAN, (place * 4 + pool) as u64);
        Self {
            behaviour: setup.servers[place].behaviour,
            up: true,
            next: None,
            in_flight: 0,
            process: 0,
            cidrs: Vec::new(),
            objects: BTreeMap::new(),
            services: BTreeMap::new(),
            pending: VecDeque::new(),
            last_delivery: SimTime(0),
            deliveries: 0,
            locks: vec![Lock::default(); families],
            draws: (0..=families).map(stream).collect(),
            repair: vec![BitmapRepair::default(); families + 1],
            pass: None,
            work: BTreeSet::new(),
        }
    }

    /// Whether it keeps caches: with IPAddress objects.
    pub fn has_caches(&self) -> bool {
        self.behaviour.ip_address_objects
    }

    /// A new process reads everything anew.
    pub fn start(&mut self, setup: &ServiceIpSetup, storage: &Storage) {
        self.process += 1;
        self.up = true;
        self.pending.clear();
        self.pass = None;
        self.repair.fill_with(BitmapRepair::default);
        self.locks.fill_with(Lock::default);
        self.work.clear();
        self.objects.clear();
        self.services.clear();
        let empty = |cidr: &crate::service_ip::Cidr| {
            ServiceCidrs::new(cidr.family(), self.behaviour.overflow_safe_start)
        };
        self.cidrs = setup.ranges.iter().map(empty).collect();
        if !self.has_caches() {
            return;
        }
        self.see_cidrs(&storage.cidrs);
        for (address, object) in &storage.objects {
            self.see(&Watched::Object(*address, Some(*object)));
        }
        for (id, service) in storage.services() {
            self.see(&Watched::Service(id, Some(Arc::clone(service))));
        }
    }

    /// The place of a family among the allocators.
    pub fn pool(&self, family: Family) -> usize {
        let found = self.cidrs.iter().position(|cidrs| cidrs.family() == family);
        found.expect("the families were checked against the cluster's")
    }

    /// A change reaches the caches.
    pub fn see(&mut self, change: &Watched) {
        match change {
            Watched::Object(address, object) => {
                let pool = self.pool(Family::of(*address));
                match object {
                    Some(object) => {
                        self.objects.insert(*address, *object);
                        self.cidrs[pool].note(*address);
                    }
                    None => {
                        self.objects.remove(address);
                        self.cidrs[pool].forget(*address);
                    }
                }
                self.work.insert(WorkKey::Address(*address));
            }
            Watched::Service(id, service) => {
                match service {
                    Some(service) => self.services.insert(*id, Arc::clone(service)),
                    None => self.services.remove(id),
                };
                self.work.insert(WorkKey::Service(*id));
            }
            Watched::Cidrs(cidrs) => self.see_cidrs(cidrs),
        }
    }

    /// The ranges follow the ServiceCIDRs: one that is being deleted gives nothing any more, unless another
    /// one has the same range.
    fn see_cidrs(&mut self, objects: &[CidrObject]) {
        for cidrs in &mut self.cidrs {
            let known: Vec<_> = cidrs.ranges().map(|(range, _)| range.cidr()).collect();
            let listed = |cidr| objects.iter().filter(move |object| object.cidrs.contains(&cidr));
            for cidr in known {
                if listed(cidr).next().is_none() {
                    cidrs.remove(cidr);
                }
            }
            let family = cidrs.family();
            for cidr in objects.iter().flat_map(|object| &object.cidrs).filter(|one| one.family() == family) {
                // A range that cannot be made is passed over, as Kubernetes does.
                if cidrs.add(*cidr).is_ok() {
                    cidrs.set_ready(*cidr, listed(*cidr).any(|object| object.deleted.is_none()));
                }
            }
        }
    }

    /// Whether a Service lists an address, as the cache shows it; `None`: it is not there.
    pub fn lists(&self, service: ServiceId, address: IpAddr) -> Option<bool> {
        let service = self.services.get(&service)?;
        Some(service.addresses().any(|held| held == address))
    }
}
