//! cAdvisor's MachineInfo as JSON: what the kubelet itself starts from.
//!
//! It holds online CPUs only, so holes are offline CPUs. Cores without `uncore_caches` are what the kubelet
//! gives their socket for. `distances` are in ascending order of the nodes; the nodes themselves need not be,
//! since cAdvisor lists `node10` before `node2`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::MachineFileError;
use super::parts::{Caches, CpuPlace, Parts, set_of};
use crate::kubelet::NumaNode;
use crate::kubelet::machine::Cache;

#[derive(Deserialize)]
struct MachineInfo {
    topology: Option<Vec<Node>>,
}

#[derive(Deserialize)]
struct Node {
    #[serde(rename = "node_id")]
    id: u32,
    memory: Option<u64>,
    distances: Option<Vec<u32>>,
    cores: Option<Vec<Core>>,
    caches: Option<Vec<InfoCache>>,
}

#[derive(Deserialize)]
struct Core {
    #[serde(rename = "core_id")]
    id: u32,
    thread_ids: Option<Vec<u32>>,
    uncore_caches: Option<Vec<InfoCache>>,
    socket_id: Option<i64>,
}

#[derive(Deserialize)]
struct InfoCache {
    #[serde(default)]
    id: u32,
    #[serde(default)]
    level: u32,
}

pub(super) fn read(text: &str) -> Result<Parts, MachineFileError> {
    let info: MachineInfo = serde_json::from_str(text)?;
    let mut nodes = info.topology.unwrap_or_default();
    nodes.sort_by_key(|node| node.id);
    if nodes.is_empty() {
        let right = "it lists the NUMA nodes with their cores, as cAdvisor does";
        return Err(MachineFileError::value("topology", "no NUMA node", right));
    }
    let mut notes = Vec::new();
    let distances = distances(&nodes, &mut notes)?;
    let mut cpus = Vec::new();
    let mut uncore = BTreeMap::new();
    let mut caches = Vec::new();
    for node in &nodes {
        let cores = node.cores.as_deref().unwrap_or_default();
        let threads = |core: &Core| core.thread_ids.clone().unwrap_or_default();
        for core in cores {
            // Two entries are two cores to the kubelet, whatever their ids.
            let repeated = repeated_cores(cores);
            let its = threads(core);
            let lowest = its.iter().min().copied().unwrap_or_default();
            let id = if repeated { lowest } else { core.id };
            let socket = core.socket_id.and_then(|socket| u32::try_from(socket).ok());
            for cpu in its {
                cpus.push(CpuPlace { cpu, core: id, socket, numa: Some(node.id) });
                if let Some(first) = core.uncore_caches.iter().flatten().next() {
                    uncore.insert(cpu, first.id);
                }
            }
        }
        let all = set_of(cores.iter().flat_map(threads))?;
        let of_node = node.caches.iter().flatten().filter(|cache| cache.level > 2);
        caches.extend(of_node.map(|cache| Cache { level: cache.level, id: cache.id, cpus: all }));
    }
    // Drawn are either the caches that the kubelet is told or, if it is told none, those of the nodes.
    caches.retain(|_| uncore.is_empty());
    let node = |node: &Node| NumaNode { id: node.id, memory_bytes: node.memory };
    let nodes = nodes.iter().map(node).collect();
    Ok(Parts { name: None, cpus, nodes, distances, caches: Caches::Told(uncore, caches), notes })
}

fn repeated_cores(cores: &[Core]) -> bool {
    let mut seen = BTreeSet::new();
    cores.iter().any(|core| !seen.insert((core.id, core.socket_id)))
}

fn distances(nodes: &[Node], notes: &mut Vec<String>) -> Result<Vec<Vec<u32>>, MachineFileError> {
    let rows: Vec<Vec<u32>> = nodes.iter().filter_map(|node| node.distances.clone()).collect();
    if rows.is_empty() {
        return Ok(rows);
    }
    if rows.len() < nodes.len() {
        notes.push("Only some NUMA nodes tell their distances: they are taken as not known.".into());
        return Ok(Vec::new());
    }
    for (node, row) in nodes.iter().zip(&rows) {
        if row.len() != nodes.len() {
            let place = format!("topology, node_id {}, distances", node.id);
            let what = format!("{} distances among {} NUMA nodes", row.len(), nodes.len());
            return Err(MachineFileError::value(place, what, "there is one to each node"));
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::super::{Described, read};
    use super::*;

    fn info(topology: &str) -> Result<Described, MachineFileError> {
        read("m", &format!("{{\"topology\": {topology}}}"))
    }

    #[test]
    fn nodes_in_the_order_of_their_names_and_memory_only_ones() {
        let described = info(
            "[{\"node_id\":10,\"memory\":7,\"distances\":[40,20,10],\"cores\":null},\
             {\"node_id\":0,\"distances\":[10,12,40],\"cores\":[{\"core_id\":0,\"thread_ids\":[2,0],\"socket_id\":0}]},\
             {\"node_id\":2,\"distances\":[12,10,20],\"cores\":[{\"core_id\":0,\"thread_ids\":[1],\"socket_id\":1}]}]",
        )
        .expect("a machine");
        let machine = described.machine;
        assert_eq!(machine.numa_nodes().iter().map(|node| node.id).collect::<Vec<_>>(), [0, 2, 10]);
        assert_eq!(machine.distances(), [[10, 12, 40], [12, 10, 20], [40, 20, 10]]);
        assert_eq!(machine.numa_nodes()[2].memory_bytes, Some(7));
        assert_eq!(machine.cpus().iter().map(|cpu| cpu.numa).collect::<Vec<_>>(), [0, 2, 0]);
    }

    #[test]
    fn cores_are_entries_and_a_cache_that_is_not_told_is_the_socket() {
        let described = info(
            "[{\"node_id\":0,\"cores\":[\
             {\"core_id\":0,\"thread_ids\":[0],\"socket_id\":3,\"uncore_caches\":[{\"id\":9,\"level\":3},{\"id\":1}]},\
             {\"core_id\":0,\"thread_ids\":[1],\"socket_id\":3}]}]",
        )
        .expect("a machine");
        let of = |cpu: usize| described.machine.cpus()[cpu];
        assert_ne!(of(0).core, of(1).core);
        assert_eq!((of(0).uncore, of(1).uncore), (Some(9), Some(3)));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let core = "{\"core_id\":0,\"thread_ids\":[0],\"socket_id\":";
        for (topology, message) in [
            ("[]".to_owned(), "topology: no NUMA node"),
            ("null".to_owned(), "topology: no NUMA node"),
            ("[{\"node_id\":0}]".to_owned(), "no online CPU"),
            ("[{\"node_id\":\"0\"}]".to_owned(), "line 1, column"),
            (format!("[{{\"node_id\":0,\"cores\":[{core}0}},{core}0}}]}}]"), "CPU 0 stands twice"),
            (
                format!("[{{\"node_id\":0,\"distances\":[10,20],\"cores\":[{core}0}}]}}]"),
                "2 distances among 1",
            ),
            (
                format!(
                    "[{{\"node_id\":0,\"cores\":[{core}-1}},{{\"core_id\":1,\"thread_ids\":[1],\"socket_id\":0}}]}}]"
                ),
                "CPUs 0 tell no socket",
            ),
        ] {
            let error = info(&topology).expect_err(&topology).to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
