//! Node ports of a Service (`initNodePorts`, `updateNodePorts`, `allocHealthCheckNodePort`, v1.32).

use std::collections::BTreeMap;

use super::{Pool, RandomSources, Service, ServicePort};
use crate::api::Protocol;
use crate::service_ip::error::{PortError, ServiceError};
use crate::service_ip::node_ports::{PortAllocator, PortOperation};

/// Takes the node ports of a new Service. What was taken before an error is the operation's to revert.
pub fn create(
    ports: &mut PortAllocator,
    operation: &mut PortOperation,
    service: &mut Service,
    randoms: &mut dyn RandomSources,
) -> Result<(), ServiceError> {
    if service.is_of_node_port_type() {
        create_node_ports(ports, operation, service, randoms)?;
    }
    if service.needs_health_check() {
        health_check(ports, operation, service, randoms)?;
    }
    Ok(())
}

/// Entries with the same `port` share one node port, whatever their protocols: the first that asks for
/// one decides, even if it stands further down; one that asks for another gets that as well.
fn create_node_ports(
    ports: &mut PortAllocator,
    operation: &mut PortOperation,
    service: &mut Service,
    randoms: &mut dyn RandomSources,
) -> Result<(), ServiceError> {
    let mut by_port: BTreeMap<u16, u16> = BTreeMap::new();
    for index in 0..service.ports.len() {
        let ServicePort { port, node_port, .. } = service.ports[index];
        if node_port == 0 && !service.wants_node_ports() {
            continue;
        }
        let refused = refusal(service, index);
        let given = match by_port.get(&port) {
            Some(&shared) if node_port == 0 || node_port == shared => shared,
            Some(_) => {
                operation.allocate(ports, node_port).map_err(|error| refused(node_port, error))?;
                node_port
            }
            None => {
                let asks = |other: &&ServicePort| other.port == port && other.node_port != 0;
                let given = match service.ports.iter().find(asks).map(|other| other.node_port) {
                    Some(asked) => {
                        operation.allocate(ports, asked).map_err(|error| refused(asked, error))?;
                        asked
                    }
                    None => next(ports, operation, randoms)?,
                };
                by_port.insert(port, given);
                given
            }
        };
        service.ports[index].node_port = given;
    }
    Ok(())
}

/// Takes and gives back node ports as an update asks. What was taken before an error is the operation's to
/// revert.
pub fn update(
    ports: &mut PortAllocator,
    operation: &mut PortOperation,
    service: &mut Service,
    old: &Service,
    randoms: &mut dyn RandomSources,
) -> Result<(), ServiceError> {
    let held: Vec<u16> = old.ports.iter().map(|port| port.node_port).filter(|port| *port != 0).collect();
    if old.is_of_node_port_type() && !service.is_of_node_port_type() {
        for port in &held {
            operation.release_deferred(*port);
        }
    }
    if service.is_of_node_port_type() {
        update_node_ports(ports, operation, service, &held, randoms)?;
    }
    match (old.needs_health_check(), service.needs_health_check()) {
        (false, true) => health_check(ports, operation, service, randoms)?,
        (true, false) => operation.release_deferred(old.health_check_node_port),
        _ => {}
    }
    Ok(())
}

/// Unlike on creation, every entry without a node port gets one of its own.
fn update_node_ports(
    ports: &mut PortAllocator,
    operation: &mut PortOperation,
    service: &mut Service,
    held: &[u16],
    randoms: &mut dyn RandomSources,
) -> Result<(), ServiceError> {
    let mut taken: Vec<u16> = Vec::new();
    let mut seen: Vec<(Protocol, u16)> = Vec::new();
    for index in 0..service.ports.len() {
        let ServicePort { protocol, node_port, .. } = service.ports[index];
        if node_port == 0 && !service.wants_node_ports() {
            continue;
        }
        let given = if node_port == 0 {
            next(ports, operation, randoms)?
        } else {
            if !held.contains(&node_port) && !taken.contains(&node_port) {
                let refused = refusal(service, index);
                operation.allocate(ports, node_port).map_err(|error| refused(node_port, error))?;
                taken.push(node_port);
            }
            node_port
        };
        service.ports[index].node_port = given;
        if seen.contains(&(protocol, given)) {
            return Err(ServiceError::DuplicateNodePort { protocol: name(protocol), port: given });
        }
        seen.push((protocol, given));
    }
    let kept: Vec<u16> = service.ports.iter().map(|port| port.node_port).collect();
    for port in held.iter().filter(|port| !kept.contains(port)) {
        operation.release_deferred(*port);
    }
    Ok(())
}

fn name(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Sctp => "SCTP",
    }
}

fn next(
    ports: &mut PortAllocator,
    operation: &mut PortOperation,
    randoms: &mut dyn RandomSources,
) -> Result<u16, ServiceError> {
    operation.allocate_next(ports, randoms.of(Pool::NodePorts)).map_err(ServiceError::NoNodePort)
}

fn refusal(service: &Service, index: usize) -> impl Fn(u16, PortError) -> ServiceError + use<> {
    let service = service.name.clone();
    move |port, error| ServiceError::NodePort { service: service.clone(), index, port, error }
}

fn health_check(
    ports: &mut PortAllocator,
    operation: &mut PortOperation,
    service: &mut Service,
    randoms: &mut dyn RandomSources,
) -> Result<(), ServiceError> {
    let asked = Some(service.health_check_node_port).filter(|port| *port != 0);
    let given = match asked {
        Some(port) => operation.allocate(ports, port).map(|()| port),
        None => operation.allocate_next(ports, randoms.of(Pool::NodePorts)),
    };
    let refused = |error| ServiceError::HealthCheckNodePort { requested: asked, error };
    service.health_check_node_port = given.map_err(refused)?;
    Ok(())
}
