//! Addresses of a Service (`allocClusterIPs`, `updateClusterIPs`, v1.32).

use std::net::IpAddr;

use super::{Addresses, Pool, RandomSources, Service, ServiceAllocators, ServiceType, families};
use crate::service_ip::cidr::Family;
use crate::service_ip::error::ServiceError;
use crate::service_ip::ip_allocator::IpAllocator;

/// Which addresses a Service takes, and which go back when it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressPlan {
    /// An address for each family from this place of `ipFamilies` on; `None`: none at all.
    pub take_from: Option<usize>,
    /// What goes back.
    pub unneeded: Vec<(Family, IpAddr)>,
}

impl AddressPlan {
    /// The plan of a new Service, whose families are filled in; `clusterIPs` gets a place for each.
    pub fn of_new(service: &mut Service) -> Self {
        if service.type_ == ServiceType::ExternalName || service.headless {
            return Self::default();
        }
        let families = service.ip_families.len();
        if service.cluster_ips.len() < families {
            service.cluster_ips.resize(families, None);
        }
        Self { take_from: Some(0), unneeded: Vec::new() }
    }

    /// The plan of an update.
    pub fn of_update(service: &mut Service, old: &Service) -> Self {
        let external = |one: &Service| one.type_ == ServiceType::ExternalName;
        if families::stays_preferred(service, Some(old)) {
            return Self::default();
        }
        if external(old) && !external(service) {
            return Self::of_new(service);
        }
        if old.headless {
            return Self::default();
        }
        if !external(old) && external(service) {
            return Self { take_from: None, unneeded: held(old, 0) };
        }
        match (old.ip_families.len(), service.ip_families.len()) {
            (1, 2) => {
                service.cluster_ips.resize(2, None);
                Self { take_from: Some(1), unneeded: Vec::new() }
            }
            (2, 1) => Self { take_from: None, unneeded: held(old, 1) },
            _ => Self::default(),
        }
    }
}

impl ServiceAllocators {
    /// Takes an address for each of a Service's families: the one that stands at the same place, or any. The
    /// families must be the cluster's. Nothing is taken if one of them is not to be had.
    pub fn allocate_cluster_ips(
        &mut self,
        service: &mut Service,
        randoms: &mut dyn RandomSources,
    ) -> Result<Vec<(Family, IpAddr)>, ServiceError> {
        let plan = AddressPlan::of_new(service);
        self.carry_out(&plan, service, randoms)
    }

    /// Takes what a plan asks for.
    pub(super) fn carry_out(
        &mut self,
        plan: &AddressPlan,
        service: &mut Service,
        randoms: &mut dyn RandomSources,
    ) -> Result<Addresses, ServiceError> {
        plan.take_from.map_or(Ok(Vec::new()), |first| self.allocate_from(service, first, randoms))
    }

    /// Takes addresses for the families from a place on.
    fn allocate_from(
        &mut self,
        service: &mut Service,
        first: usize,
        randoms: &mut dyn RandomSources,
    ) -> Result<Addresses, ServiceError> {
        let mut taken: Addresses = Vec::new();
        for place in first..service.ip_families.len() {
            let family = service.ip_families[place];
            match self.allocate_one(service, family, service.cluster_ips[place], randoms) {
                Ok(address) => taken.push((family, address)),
                Err(error) => {
                    self.release(&taken);
                    return Err(error);
                }
            }
        }
        for (place, (_, address)) in (first..).zip(&taken) {
            service.cluster_ips[place] = Some(*address);
        }
        Ok(taken)
    }

    fn allocate_one(
        &mut self,
        service: &Service,
        family: Family,
        asked: Option<IpAddr>,
        randoms: &mut dyn RandomSources,
    ) -> Result<IpAddr, ServiceError> {
        let allocator = self.ip_mut(family).expect("the families were checked against the cluster's");
        let Some(address) = asked else {
            let random = randoms.of(Pool::ServiceIps(family));
            return allocator
                .allocate_next(random)
                .map_err(|error| ServiceError::NoClusterIp(Box::new(error)));
        };
        allocator.allocate(address).map_err(|error| service.refused(address, error))?;
        Ok(address)
    }

    /// Gives addresses back, each to the allocator of the family it was taken for.
    pub(super) fn release(&mut self, addresses: &[(Family, IpAddr)]) {
        for (family, address) in addresses {
            // A family that the cluster no longer has is skipped.
            if let Some(allocator) = self.ip_mut(*family) {
                allocator.release(*address);
            }
        }
    }

    /// Gives addresses back, each to the allocator of its own family.
    pub fn release_cluster_ips(&mut self, addresses: impl IntoIterator<Item = IpAddr>) {
        let addresses: Addresses = addresses.into_iter().map(|one| (Family::of(one), one)).collect();
        self.release(&addresses);
    }
}

/// The addresses that a Service holds, from a place on.
pub(super) fn held(service: &Service, first: usize) -> Addresses {
    let pairs = service.ip_families.iter().zip(&service.cluster_ips).skip(first);
    pairs.filter_map(|(family, address)| Some((*family, (*address)?))).collect()
}
