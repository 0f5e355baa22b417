//! Addresses of a Service (`allocClusterIPs`, `updateClusterIPs`, v1.32).

use std::net::IpAddr;

use super::{Addresses, Pool, RandomSources, Service, ServiceAllocators, ServiceType, families};
use crate::service_ip::allocator::IpAllocator;
use crate::service_ip::cidr::Family;
use crate::service_ip::error::ServiceError;

impl ServiceAllocators {
    /// Takes an address for each of a Service's families: the one that stands at the same place, or any. The
    /// families must be the cluster's. Nothing is taken if one of them is not to be had.
    pub fn allocate_cluster_ips(
        &mut self,
        service: &mut Service,
        randoms: &mut dyn RandomSources,
    ) -> Result<Vec<(Family, IpAddr)>, ServiceError> {
        if service.type_ == ServiceType::ExternalName || service.headless {
            return Ok(Vec::new());
        }
        let families = service.ip_families.len();
        if service.cluster_ips.len() < families {
            service.cluster_ips.resize(families, None);
        }
        self.allocate_from(service, 0, randoms)
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
        allocator.allocate(address).map_err(|error| ServiceError::ClusterIp {
            service: service.name.clone(),
            cluster_ips: service.printed_cluster_ips(),
            address,
            error: Box::new(error),
        })?;
        Ok(address)
    }

    /// What an update takes, and what goes back when it is done.
    pub(super) fn update_cluster_ips(
        &mut self,
        service: &mut Service,
        old: &Service,
        randoms: &mut dyn RandomSources,
    ) -> Result<(Addresses, Addresses), ServiceError> {
        if families::stays_preferred(service, Some(old)) {
            return Ok((Vec::new(), Vec::new()));
        }
        if old.type_ == ServiceType::ExternalName && service.type_ != ServiceType::ExternalName {
            return Ok((self.allocate_cluster_ips(service, randoms)?, Vec::new()));
        }
        if old.headless {
            return Ok((Vec::new(), Vec::new()));
        }
        if old.type_ != ServiceType::ExternalName && service.type_ == ServiceType::ExternalName {
            return Ok((Vec::new(), held(old, 0)));
        }
        match (old.ip_families.len(), service.ip_families.len()) {
            (1, 2) => {
                service.cluster_ips.resize(2, None);
                Ok((self.allocate_from(service, 1, randoms)?, Vec::new()))
            }
            (2, 1) => Ok((Vec::new(), held(old, 1))),
            _ => Ok((Vec::new(), Vec::new())),
        }
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
fn held(service: &Service, first: usize) -> Addresses {
    let pairs = service.ip_families.iter().zip(&service.cluster_ips).skip(first);
    pairs.filter_map(|(family, address)| Some((*family, (*address)?))).collect()
}
