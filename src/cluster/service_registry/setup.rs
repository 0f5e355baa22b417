//! What the Service registries start from: API servers, ranges, hops, and Services by number.

use std::net::IpAddr;
use std::sync::Arc;

use crate::api::ServiceIpBehaviour;
use crate::kernel::{Distribution, SimDuration, SimTime};
use crate::service_ip::{Cidr, PortRange, Service};

/// A Service by number, from the scenario's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(pub u32);

impl ServiceId {
    /// Its place in the list.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The registries of a cluster.
#[derive(Clone, Debug)]
pub struct ServiceIpSetup {
    /// `--service-cluster-ip-range`: one range, or one of each family, the default first.
    pub ranges: Vec<Cidr>,
    /// `--service-node-port-range`.
    pub node_ports: PortRange,
    /// The API servers; at least one.
    pub servers: Vec<ApiServerSetup>,
    /// The repair loops.
    pub repair: RepairSetup,
    /// The hops.
    pub timing: ServiceTiming,
    /// Every Service of the scenario.
    pub services: Vec<NamedService>,
    /// Services that are there at time 0 with their addresses.
    pub adopted: Vec<ServiceId>,
    /// Services that are created at time 0, in order.
    pub first: Vec<ServiceId>,
    /// Services that generators create.
    pub generators: Vec<Generator>,
    /// The DNS Service, and when an installer creates it.
    pub dns: Option<(ServiceId, DnsOrder)>,
    /// Addresses that the stored bitmap has at time 0 though nothing holds them.
    pub stale: Vec<IpAddr>,
}

/// A Service with its name.
#[derive(Clone, Debug)]
pub struct NamedService {
    /// `service/NAMESPACE/NAME`.
    pub label: Arc<str>,
    /// As it was asked for.
    pub wanted: Service,
}

/// An API server.
#[derive(Clone, Debug)]
pub struct ApiServerSetup {
    /// Its name.
    pub name: Arc<str>,
    /// Release and gates.
    pub behaviour: ServiceIpBehaviour,
    /// How far its caches of IPAddresses, Services and ServiceCIDRs trail what is stored.
    pub watch: Distribution,
}

/// The repair loops.
#[derive(Clone, Debug)]
pub struct RepairSetup {
    /// The time between two passes; `None`: no server repairs anything.
    pub period: Option<SimDuration>,
    /// When a server's first pass of a run is: servers have been up for a while.
    pub first_pass: Distribution,
}

/// How long each step of a registry takes.
#[derive(Clone, Debug)]
pub struct ServiceTiming {
    /// From an allocator's read to its write.
    pub allocation: Distribution,
    /// From the last allocation to the Service in the API.
    pub creation: Distribution,
    /// From a Service that is gone to its addresses given back.
    pub release: Distribution,
    /// Within a repair pass: from the bitmap read to the Services listed, and again to the bitmap written.
    pub repair_pass: Distribution,
}

impl Default for ServiceTiming {
    fn default() -> Self {
        let millis = |count| Distribution::Constant(SimDuration::from_millis(count));
        Self { allocation: millis(2), creation: millis(3), release: millis(3), repair_pass: millis(20) }
    }
}

/// A generator of Services.
#[derive(Clone, Debug)]
pub struct Generator {
    /// Its first Service; the others follow.
    pub first: ServiceId,
    /// How many.
    pub count: u32,
    /// When the first is created.
    pub from: SimTime,
    /// From each to the next, drawn anew in every run.
    pub every: Distribution,
    /// How long each stays, drawn anew in every run; `None`: for good.
    pub lifetime: Option<Distribution>,
    /// The API server that all requests go to; `None`: all in turn.
    pub server: Option<usize>,
    /// The address that an operator asks for; `None`: what the Service says.
    pub pick: Option<Pick>,
}

/// How an operator picks a static address, before anything else of the run is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Any of the static band, or of where it would end in a range that is not split.
    InBand,
    /// Any of the range.
    Anywhere,
    /// Right behind an address that is held already.
    BesideExisting,
}

/// When an installer creates DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsOrder {
    /// Before all else.
    First,
    /// After all Services of the beginning and of generators.
    Last,
    /// Among them, each place equally likely.
    Parallel,
}

/// What a timeline does to the registries.
#[derive(Clone, Debug)]
pub enum ServiceOperation {
    /// A Service is created, or updated if it is there.
    Apply {
        /// The Service.
        service: ServiceId,
        /// As it is asked for.
        wanted: Arc<Service>,
    },
    /// A Service is deleted; one with finalizers stays until they are gone.
    Delete(ServiceId),
    /// All finalizers are taken from a Service.
    RemoveFinalizers(ServiceId),
    /// An API server's process ends between two instructions and starts again.
    Crash {
        /// The server.
        server: usize,
        /// How long it is away.
        down: SimDuration,
    },
    /// An API server is replaced by one of another release; requests under way are finished first.
    Upgrade {
        /// The server.
        server: usize,
        /// The new release and gates.
        behaviour: ServiceIpBehaviour,
    },
    /// A ServiceCIDR is created.
    AddCidr {
        /// Its name.
        name: Arc<str>,
        /// `spec.cidrs`.
        cidrs: Vec<Cidr>,
    },
    /// A ServiceCIDR is deleted; it goes when nothing hangs on it.
    RemoveCidr(Arc<str>),
}
