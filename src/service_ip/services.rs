//! Whole Services: what is allocated for them when they are created, updated and deleted
//! (`pkg/registry/core/service/storage/alloc.go`, v1.32).
//!
//! A Service gets all that it asks for or nothing: when one address or port is not to be had, whatever the
//! same call had taken goes back. On an update, what is no longer needed goes back once all the rest is
//! there.
//!
//! DIFFERENCE: that a Service is valid in itself (names, types, one address of each family) is for
//! [`crate::api_machinery::validate`]; here it is taken for granted.

mod cluster_ips;
mod families;
mod patch;
mod ports;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

pub use cluster_ips::AddressPlan;
pub use families::ClusterFamilies;

use super::allocator::Allocator;
use super::cidr::Family;
use super::error::{AllocationError, ServiceError};
use super::ip_allocator::IpAllocator;
use super::node_ports::{PortAllocator, PortOperation};
use super::random::RandomSource;
use crate::api::Protocol;

/// `spec.type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServiceType {
    /// An address within the cluster, or none (headless).
    #[default]
    ClusterIP,
    /// A name elsewhere.
    ExternalName,
    /// A load balancer, with node ports unless it does without.
    LoadBalancer,
    /// Ports on every node.
    NodePort,
}

/// `spec.ipFamilyPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FamilyPolicy {
    /// One family.
    SingleStack,
    /// Two if the cluster has them.
    PreferDualStack,
    /// Two.
    RequireDualStack,
}

impl FamilyPolicy {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::SingleStack => "SingleStack",
            Self::PreferDualStack => "PreferDualStack",
            Self::RequireDualStack => "RequireDualStack",
        }
    }
}

/// An entry of `spec.ports`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePort {
    /// Its name; may be empty.
    pub name: String,
    /// The protocol.
    pub protocol: Protocol,
    /// The Service's port.
    pub port: u16,
    /// The port on the nodes; 0: none (yet).
    pub node_port: u16,
}

/// The part of a Service that allocation looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for a field of the API of its own")]
pub struct Service {
    /// `metadata.name`, for errors.
    pub name: String,
    /// `spec.type`.
    pub type_: ServiceType,
    /// Whether `spec.selector` has an entry.
    pub has_selector: bool,
    /// `spec.ipFamilyPolicy`.
    pub ip_family_policy: Option<FamilyPolicy>,
    /// `spec.ipFamilies`.
    pub ip_families: Vec<Family>,
    /// `clusterIP: None`: the Service has no addresses.
    pub headless: bool,
    /// `spec.clusterIPs`; `None` stands for any address of the family at the same place.
    pub cluster_ips: Vec<Option<IpAddr>>,
    /// `spec.ports`.
    pub ports: Vec<ServicePort>,
    /// `spec.allocateLoadBalancerNodePorts` is false.
    pub no_load_balancer_node_ports: bool,
    /// `spec.externalTrafficPolicy` is `Local`.
    pub external_traffic_local: bool,
    /// `spec.healthCheckNodePort`; 0: none (yet).
    pub health_check_node_port: u16,
    /// `metadata.finalizers`, without those that the garbage collector takes away at once.
    pub finalizers: Vec<String>,
    /// `metadata.deletionTimestamp` is set: it goes with its last finalizer.
    pub deleted: bool,
}

impl Service {
    /// Whether it gets addresses, if it is not headless.
    fn is_of_cluster_ip_type(&self) -> bool {
        self.type_ != ServiceType::ExternalName
    }

    /// Whether it gets node ports.
    fn is_of_node_port_type(&self) -> bool {
        matches!(self.type_, ServiceType::NodePort | ServiceType::LoadBalancer)
    }

    /// Whether ports that ask for no node port get one.
    fn wants_node_ports(&self) -> bool {
        match self.type_ {
            ServiceType::NodePort => true,
            ServiceType::LoadBalancer => !self.no_load_balancer_node_ports,
            _ => false,
        }
    }

    /// Whether a port for health checks is needed (`NeedsHealthCheck`).
    fn needs_health_check(&self) -> bool {
        self.type_ == ServiceType::LoadBalancer && self.external_traffic_local
    }

    /// The addresses that it holds.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let has_some = self.is_of_cluster_ip_type() && !self.headless;
        self.cluster_ips.iter().copied().flatten().filter(move |_| has_some)
    }

    /// The node ports that it holds, each once.
    pub fn held_node_ports(&self) -> Vec<u16> {
        let mut held: Vec<u16> = self.ports.iter().map(|port| port.node_port).collect();
        if self.needs_health_check() {
            held.push(self.health_check_node_port);
        }
        held.retain(|port| *port != 0);
        held.sort_unstable();
        held.dedup();
        held
    }

    /// Why an update of a Service that is being deleted is refused (`ValidateObjectMetaAccessorUpdate`): it may lose finalizers and gains
    /// none. `None` if it may be.
    pub fn refused_finalizers(&self, wanted: &Self) -> Option<String> {
        let is_new = |finalizer: &&String| self.deleted && !self.finalizers.contains(finalizer);
        let new: Vec<String> =
            wanted.finalizers.iter().filter(is_new).map(|finalizer| format!("{finalizer:?}")).collect();
        (!new.is_empty()).then(|| {
            format!(
                "Service {:?} is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being \
                 deleted, found new finalizers []string{{{}}}",
                self.name,
                new.join(", ")
            )
        })
    }

    /// The refusal of an address that it asks for.
    pub fn refused(&self, address: IpAddr, error: AllocationError) -> ServiceError {
        ServiceError::ClusterIp {
            service: self.name.clone(),
            cluster_ips: self.printed_cluster_ips(),
            address,
            error: Box::new(error),
        }
    }

    /// `spec.clusterIPs` as Go prints it.
    fn printed_cluster_ips(&self) -> String {
        let text = |address: &Option<IpAddr>| address.map_or_else(String::new, |a| a.to_string());
        let items: Vec<String> =
            self.cluster_ips.iter().map(|address| format!("{:?}", text(address))).collect();
        format!("[]string{{{}}}", items.join(", "))
    }
}

/// Whose random numbers are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pool {
    /// The addresses of a family.
    ServiceIps(Family),
    /// The node ports.
    NodePorts,
}

/// One random source for each allocator, as in Kubernetes, or one for all.
pub trait RandomSources {
    /// The source of a pool.
    fn of(&mut self, pool: Pool) -> &mut dyn RandomSource;
}

impl<R: RandomSource> RandomSources for R {
    fn of(&mut self, _: Pool) -> &mut dyn RandomSource {
        self
    }
}

/// The allocators of an API server (`Allocators` of `storage`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAllocators {
    /// One for each family; the first is that of the cluster's default family.
    ips: Vec<Allocator>,
    families: ClusterFamilies,
    /// Node ports.
    pub node_ports: PortAllocator,
}

impl ClusterFamilies {
    /// Fills in a new Service's policy and families, and says which addresses it takes.
    pub fn prepare_create(&self, service: &mut Service) -> Result<AddressPlan, ServiceError> {
        families::init(self, service, None)?;
        Ok(AddressPlan::of_new(service))
    }

    /// Fills in what an update keeps without being told, refuses what must not change, and says which
    /// addresses are taken and given back.
    pub fn prepare_update(&self, old: &Service, service: &mut Service) -> Result<AddressPlan, ServiceError> {
        patch::before_update(service, old);
        patch::immutable(service, old)?;
        families::init(self, service, Some(old))?;
        Ok(AddressPlan::of_update(service, old))
    }
}

pub use ports::{create as create_ports, update as update_ports};

/// Addresses by family.
type Addresses = Vec<(Family, IpAddr)>;

impl ServiceAllocators {
    /// The allocators of one family, or of both, the cluster's default first.
    pub fn new(ips: Vec<Allocator>, node_ports: PortAllocator) -> Self {
        let families = ClusterFamilies::new(ips.iter().map(IpAllocator::family).collect());
        Self { ips, families, node_ports }
    }

    /// The allocator of a family.
    pub fn ip(&self, family: Family) -> Option<&Allocator> {
        self.ips.iter().find(|allocator| allocator.family() == family)
    }

    /// The allocator of a family, to change.
    pub fn ip_mut(&mut self, family: Family) -> Option<&mut Allocator> {
        self.ips.iter_mut().find(|allocator| allocator.family() == family)
    }

    /// A Service is created: its fields are filled in, or it and the allocators stay as they were.
    pub fn create(
        &mut self,
        service: &mut Service,
        randoms: &mut dyn RandomSources,
    ) -> Result<(), ServiceError> {
        let mut wanted = service.clone();
        let plan = self.families.prepare_create(&mut wanted)?;
        let taken = self.carry_out(&plan, &mut wanted, randoms)?;
        let mut operation = PortOperation::default();
        match create_ports(&mut self.node_ports, &mut operation, &mut wanted, randoms) {
            Ok(()) => operation.commit(&mut self.node_ports),
            Err(error) => {
                operation.revert(&mut self.node_ports);
                self.release(&taken);
                return Err(error);
            }
        }
        *service = wanted;
        Ok(())
    }

    /// A Service is updated from `old`: the new fields are filled in, or it and the allocators stay as they
    /// were.
    pub fn update(
        &mut self,
        old: &Service,
        service: &mut Service,
        randoms: &mut dyn RandomSources,
    ) -> Result<(), ServiceError> {
        let mut wanted = service.clone();
        let plan = self.families.prepare_update(old, &mut wanted)?;
        let taken = self.carry_out(&plan, &mut wanted, randoms)?;
        let mut operation = PortOperation::default();
        match update_ports(&mut self.node_ports, &mut operation, &mut wanted, old, randoms) {
            Ok(()) => operation.commit(&mut self.node_ports),
            Err(error) => {
                operation.revert(&mut self.node_ports);
                self.release(&taken);
                return Err(error);
            }
        }
        self.release(&plan.unneeded);
        *service = wanted;
        Ok(())
    }

    /// A Service is deleted: all that it holds goes back.
    pub fn delete(&mut self, service: &Service) {
        self.release_cluster_ips(service.addresses());
        for port in service.held_node_ports() {
            self.node_ports.release(port);
        }
    }
}
