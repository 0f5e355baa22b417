//! Kind `node-port-service`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::script::{Draw, Script};
use crate::api::Protocol;
use crate::conformance::rollout_objects::read;
use crate::service_ip::services::{ServicePort, ServiceType};
use crate::service_ip::{Allocator, Cidr, PortAllocator, PortRange, Service, ServiceAllocators};

/// What the recorded Services are called.
const NAME: &str = "s";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    port_range: String,
    #[serde(default)]
    service_node_port_static_subrange: Option<bool>,
    offset: Option<usize>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Step {
    CreateService {
        #[serde(rename = "type")]
        type_: String,
        allocate_load_balancer_node_ports: Option<bool>,
        #[serde(default)]
        ports: Vec<Entry>,
        #[serde(default)]
        draws: Vec<Draw>,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    name: String,
    protocol: Option<String>,
    port: u16,
    #[serde(default)]
    node_port: u16,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let behaviour = crate::conformance::rollout_objects::behaviour(&input.kubernetes)?.service_ip;
    let split = input.service_node_port_static_subrange.unwrap_or(behaviour.node_port_static_subrange);
    let ports = PortAllocator::new(PortRange::parse(&input.port_range)?, split);
    let offset = ports.places().offset();
    if let Some(expected) = input.offset.filter(|expected| *expected != offset) {
        return Err(format!("offset: expected {expected}, found {offset}"));
    }
    // The Services are headless, which node ports do not look at: no address is taken.
    let unused = Allocator::new(Cidr::parse("10.0.0.0/24")?, &behaviour)?;
    let mut allocators = ServiceAllocators::new(vec![unused], ports);
    let mut answers = Vec::with_capacity(input.steps.len());
    for (index, step) in input.steps.iter().enumerate() {
        let answer = apply(&mut allocators, step).map_err(|error| format!("step {index}: {error}"))?;
        answers.push(answer);
    }
    Ok(json!({ "expect": answers }))
}

fn apply(allocators: &mut ServiceAllocators, step: &Step) -> Result<Value, String> {
    let Step::CreateService { type_, allocate_load_balancer_node_ports, ports, draws } = step;
    let mut service = Service {
        name: NAME.to_owned(),
        type_: service_type(type_)?,
        headless: true,
        no_load_balancer_node_ports: *allocate_load_balancer_node_ports == Some(false),
        ports: ports.iter().map(service_port).collect::<Result<_, _>>()?,
        ..Service::default()
    };
    let mut script = Script::new(draws);
    let created = allocators.create(&mut service, &mut script);
    script.finish()?;
    let mut answer = match created {
        Ok(()) => {
            let node_ports: Vec<u16> = service.ports.iter().map(|port| port.node_port).collect();
            json!({ "nodePorts": node_ports })
        }
        Err(error) => json!({ "error": error.to_string() }),
    };
    answer["usedAfter"] = json!(allocators.node_ports.places().used());
    Ok(answer)
}

fn service_type(name: &str) -> Result<ServiceType, String> {
    match name {
        "ClusterIP" => Ok(ServiceType::ClusterIP),
        "ExternalName" => Ok(ServiceType::ExternalName),
        "LoadBalancer" => Ok(ServiceType::LoadBalancer),
        "NodePort" => Ok(ServiceType::NodePort),
        other => Err(format!("the type {other:?} is not known")),
    }
}

fn service_port(port: &Entry) -> Result<ServicePort, String> {
    let protocol = match port.protocol.as_deref() {
        None | Some("TCP") => Protocol::Tcp,
        Some("UDP") => Protocol::Udp,
        Some("SCTP") => Protocol::Sctp,
        Some(other) => return Err(format!("the protocol {other:?} is not known")),
    };
    Ok(ServicePort { name: port.name.clone(), protocol, port: port.port, node_port: port.node_port })
}
