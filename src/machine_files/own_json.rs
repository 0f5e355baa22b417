//! kubecast's own JSON: the `topology` of the recorded vectors, with memory and caches beside it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::MachineFileError;
use super::parts::{Caches, CpuPlace, Parts};
use crate::api::CpuSet;
use crate::kubelet::NumaNode;
use crate::kubelet::machine::Cache;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Topology {
    name: Option<String>,
    cpus: Vec<Cpu>,
    numa_nodes: Vec<u32>,
    #[serde(default)]
    numa_distances: Vec<Vec<u32>>,
    numa_memory_bytes: Option<Vec<Option<u64>>>,
    #[serde(default)]
    caches: Vec<OwnCache>,
}

#[derive(Deserialize)]
struct Cpu {
    #[serde(rename = "cpu")]
    number: u32,
    core: u32,
    socket: u32,
    numa: u32,
    uncore: Option<u32>,
}

#[derive(Deserialize)]
struct OwnCache {
    level: u32,
    id: u32,
    cpus: String,
}

pub(super) fn read(text: &str) -> Result<Parts, MachineFileError> {
    let topology: Topology = serde_json::from_str(text)?;
    let memory = topology.numa_memory_bytes.unwrap_or_else(|| vec![None; topology.numa_nodes.len()]);
    if memory.len() != topology.numa_nodes.len() {
        let what = format!("{} entries for {} NUMA nodes", memory.len(), topology.numa_nodes.len());
        return Err(MachineFileError::value("numaMemoryBytes", what, "there is one, or null, for each"));
    }
    let told = topology.cpus.iter().filter(|cpu| cpu.uncore.is_some()).count();
    if told > 0 && told < topology.cpus.len() {
        let what = format!("{told} of {} CPUs have one", topology.cpus.len());
        return Err(MachineFileError::value("cpus[].uncore", what, "either all CPUs have it or none"));
    }
    let uncore: BTreeMap<u32, u32> =
        topology.cpus.iter().filter_map(|cpu| Some((cpu.number, cpu.uncore?))).collect();
    let place = |cpu: &Cpu| CpuPlace {
        cpu: cpu.number,
        core: cpu.core,
        socket: Some(cpu.socket),
        numa: Some(cpu.numa),
    };
    let mut caches = Vec::with_capacity(topology.caches.len());
    for (at, cache) in topology.caches.iter().enumerate() {
        let cpus = CpuSet::parse(&cache.cpus).map_err(|what| {
            MachineFileError::value(format!("caches[{at}].cpus"), what, "it is a list such as \"0-3,8\"")
        })?;
        caches.push(Cache { level: cache.level, id: cache.id, cpus });
    }
    let node = |(id, memory_bytes): (&u32, Option<u64>)| NumaNode { id: *id, memory_bytes };
    Ok(Parts {
        name: topology.name,
        cpus: topology.cpus.iter().map(place).collect(),
        nodes: topology.numa_nodes.iter().zip(memory).map(node).collect(),
        distances: topology.numa_distances,
        caches: Caches::Told(uncore, caches),
        notes: Vec::new(),
    })
}
