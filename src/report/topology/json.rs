//! A machine as JSON: the `topology` of the recorded vectors, with what is derived beside it. It can be read
//! back as a machine file.

use serde_json::{Value, json};

use super::facts::Facts;
use super::remarks;
use crate::kubelet::Machine;
use crate::machine_files::Described;

/// The whole machine.
pub(super) fn to_json(described: &Described) -> Value {
    let machine = &described.machine;
    let facts = Facts::of(machine);
    let nodes = machine.numa_nodes();
    let sockets: Vec<Value> = facts
        .sockets
        .iter()
        .map(|(id, cpus)| json!({"id": id, "cpus": cpus.to_string(), "numaNodes": facts.nodes_of_socket[id]}))
        .collect();
    let caches: Vec<Value> = machine
        .caches()
        .iter()
        .map(|cache| json!({"level": cache.level, "id": cache.id, "cpus": cache.cpus.to_string()}))
        .collect();
    json!({
        "name": machine.name(),
        "cpus": cpus(machine),
        "numaNodes": nodes.iter().map(|node| node.id).collect::<Vec<_>>(),
        "numaDistances": machine.distances(),
        "numaMemoryBytes": nodes.iter().map(|node| node.memory_bytes).collect::<Vec<_>>(),
        "caches": caches,
        "sockets": sockets,
        "sums": {
            "sockets": facts.sockets.len(),
            "numaNodes": facts.all_nodes(),
            "numaNodesWithCpus": facts.nodes.len(),
            "cores": facts.cores.len(),
            "cpus": facts.cpus.len(),
            "cpusPerCore": facts.cpus_per_core(),
            "cpusPerSocket": facts.cpus_per_socket(),
        },
        "remarks": remarks::of(machine, &facts),
        "notes": described.notes,
    })
}

/// `uncore` is left out where the kubelet is told none.
fn cpus(machine: &Machine) -> Vec<Value> {
    let cpu = |cpu: &crate::kubelet::LogicalCpu| {
        let mut value = json!({"cpu": cpu.cpu, "core": cpu.core, "socket": cpu.socket, "numa": cpu.numa});
        if let (Some(uncore), Some(object)) = (cpu.uncore, value.as_object_mut()) {
            object.insert("uncore".into(), uncore.into());
        }
        value
    };
    machine.cpus().iter().map(cpu).collect()
}
