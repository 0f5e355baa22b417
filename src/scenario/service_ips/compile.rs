//! A Service of the API to what the allocators look at.

use std::net::IpAddr;

use k8s_openapi::api::core::v1 as core;

use crate::api::Protocol;
use crate::service_ip::cidr::parse_address;
use crate::service_ip::services::{FamilyPolicy, ServicePort, ServiceType};
use crate::service_ip::{Family, Service};

/// What allocation looks at. The Service is defaulted and valid.
pub(super) fn compile(service: &core::Service) -> Service {
    let empty = core::ServiceSpec::default();
    let spec = service.spec.as_ref().unwrap_or(&empty);
    let type_ = match spec.type_.as_deref() {
        Some("ExternalName") => ServiceType::ExternalName,
        Some("LoadBalancer") => ServiceType::LoadBalancer,
        Some("NodePort") => ServiceType::NodePort,
        _ => ServiceType::ClusterIP,
    };
    let single = spec.cluster_ip.clone().filter(|address| !address.is_empty());
    let listed = match spec.cluster_ips.as_deref() {
        Some(list) if !list.is_empty() => list.to_vec(),
        _ => single.into_iter().collect(),
    };
    let headless = listed.iter().any(|address| address == "None");
    let cluster_ips: Vec<Option<IpAddr>> =
        listed.iter().filter(|_| !headless).map(|address| parse_address(address).ok()).collect();
    let policy = spec.ip_family_policy.as_deref().and_then(|policy| match policy {
        "SingleStack" => Some(FamilyPolicy::SingleStack),
        "PreferDualStack" => Some(FamilyPolicy::PreferDualStack),
        "RequireDualStack" => Some(FamilyPolicy::RequireDualStack),
        _ => None,
    });
    let families = spec.ip_families.iter().flatten().filter_map(|family| Family::parse(family).ok());
    let port = |port: &core::ServicePort| ServicePort {
        name: port.name.clone().unwrap_or_default(),
        protocol: match port.protocol.as_deref() {
            Some("UDP") => Protocol::Udp,
            Some("SCTP") => Protocol::Sctp,
            _ => Protocol::Tcp,
        },
        port: u16::try_from(port.port).unwrap_or(0),
        node_port: port.node_port.and_then(|port| u16::try_from(port).ok()).unwrap_or(0),
    };
    Service {
        name: service.metadata.name.clone().unwrap_or_default(),
        type_,
        has_selector: spec.selector.as_ref().is_some_and(|selector| !selector.is_empty()),
        ip_family_policy: policy,
        ip_families: families.collect(),
        headless,
        cluster_ips,
        ports: spec.ports.iter().flatten().map(port).collect(),
        no_load_balancer_node_ports: spec.allocate_load_balancer_node_ports == Some(false),
        external_traffic_local: spec.external_traffic_policy.as_deref() == Some("Local"),
        health_check_node_port: spec
            .health_check_node_port
            .and_then(|port| u16::try_from(port).ok())
            .unwrap_or(0),
        finalizers: service
            .metadata
            .finalizers
            .iter()
            .flatten()
            .filter(|one| is_held_by(one))
            .cloned()
            .collect(),
        deleted: service.metadata.deletion_timestamp.is_some(),
    }
}

/// Whether a finalizer holds the Service until a client takes it away. The garbage collector takes its own away as soon as it can; no
/// object of a dump hangs on a Service here.
fn is_held_by(finalizer: &str) -> bool {
    !matches!(finalizer, "orphan" | "foregroundDeletion")
}
