//! What an update keeps without being told (`patchAllocatedValues`, `dropTypeDependentFields`, v1.32), and
//! what it must not change (`ValidateServiceUpdate`).

use std::collections::{BTreeMap, BTreeSet};

use super::Service;
use crate::service_ip::error::{Fault, ServiceError};

/// Fills in what the old Service has and drops what the new type has no use for.
pub(super) fn before_update(service: &mut Service, old: &Service) {
    if old.is_of_cluster_ip_type() && service.is_of_cluster_ip_type() {
        if service.cluster_ips.is_empty() && !service.headless {
            service.headless = old.headless;
            service.cluster_ips.clone_from(&old.cluster_ips);
        }
    } else if old.is_of_cluster_ip_type() {
        if service.cluster_ips == old.cluster_ips {
            service.cluster_ips.clear();
            service.headless = false;
        }
        if service.ip_families == old.ip_families {
            service.ip_families.clear();
        }
        if service.ip_family_policy == old.ip_family_policy {
            service.ip_family_policy = None;
        }
    }
    node_ports(service, old);
    if old.needs_health_check() {
        if service.needs_health_check() {
            if service.health_check_node_port == 0 {
                service.health_check_node_port = old.health_check_node_port;
            }
        } else if service.health_check_node_port == old.health_check_node_port {
            service.health_check_node_port = 0;
        }
    }
}

/// Ports keep their node ports by name, unless another port asks for them.
fn node_ports(service: &mut Service, old: &Service) {
    let numbers = |service: &Service| -> BTreeSet<u16> {
        service.ports.iter().map(|port| port.node_port).filter(|port| *port != 0).collect()
    };
    if !old.is_of_node_port_type() {
        return;
    }
    if !service.is_of_node_port_type() {
        let listed =
            |service: &Service| -> Vec<u16> { service.ports.iter().map(|port| port.node_port).collect() };
        if listed(service) == listed(old) {
            for port in &mut service.ports {
                port.node_port = 0;
            }
        }
        return;
    }
    let used: BTreeSet<u16> = numbers(old).intersection(&numbers(service)).copied().collect();
    let by_name: BTreeMap<&str, u16> =
        old.ports.iter().map(|port| (port.name.as_str(), port.node_port)).collect();
    for port in service.ports.iter_mut().filter(|port| port.node_port == 0) {
        let before = by_name.get(port.name.as_str()).copied().unwrap_or(0);
        if !used.contains(&before) {
            port.node_port = before;
        }
    }
}

/// The first address and family of a Service stay what they are; so does a second address.
pub(super) fn immutable(service: &Service, old: &Service) -> Result<(), ServiceError> {
    if !old.is_of_cluster_ip_type() || !service.is_of_cluster_ip_type() {
        return Ok(());
    }
    let detail = "may not change once set";
    let mut faults = Vec::new();
    let changed_address = |place: usize| match (old.cluster_ips.get(place), service.cluster_ips.get(place)) {
        (Some(before), Some(after)) => before != after,
        _ => false,
    };
    if old.headless != service.headless {
        faults.push(Fault::new("spec.clusterIPs[0]", service.printed_cluster_ips(), detail));
    }
    for place in [0, 1] {
        if changed_address(place) {
            let field = format!("spec.clusterIPs[{place}]");
            faults.push(Fault::new(field, service.printed_cluster_ips(), detail));
        }
    }
    if let (Some(before), Some(after)) = (old.ip_families.first(), service.ip_families.first())
        && before != after
    {
        let families: Vec<String> = service.ip_families.iter().map(|one| format!("\"{one}\"")).collect();
        let value = format!("[]core.IPFamily{{{}}}", families.join(", "));
        faults.push(Fault::new("spec.ipFamilies[0]", value, detail));
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(ServiceError::Invalid { service: service.name.clone(), faults })
}
