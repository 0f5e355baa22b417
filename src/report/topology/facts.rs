//! The sums that the kubelet goes by.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::CpuSet;
use crate::kubelet::Machine;

/// Counts of a machine's parts, and which are where.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// The CPUs of each socket.
    pub(super) sockets: BTreeMap<u32, CpuSet>,
    /// The NUMA nodes of each socket.
    pub(super) nodes_of_socket: BTreeMap<u32, BTreeSet<u32>>,
    /// The CPUs of each NUMA node that has some.
    pub(super) nodes: BTreeMap<u32, CpuSet>,
    /// NUMA nodes without CPUs.
    pub(super) memory_only: Vec<u32>,
    /// The CPUs of each core.
    pub(super) cores: BTreeMap<(u32, u32, u32), CpuSet>,
    /// Online CPUs.
    pub(super) cpus: CpuSet,
    /// What the kubelet takes for a last-level cache, where it is told one.
    pub(super) uncore: BTreeMap<u32, CpuSet>,
}

impl Facts {
    pub(super) fn of(machine: &Machine) -> Self {
        let mut facts = Self {
            sockets: BTreeMap::new(),
            nodes_of_socket: BTreeMap::new(),
            nodes: BTreeMap::new(),
            memory_only: Vec::new(),
            cores: BTreeMap::new(),
            cpus: CpuSet::EMPTY,
            uncore: BTreeMap::new(),
        };
        for cpu in machine.cpus() {
            facts.cpus.insert(cpu.cpu);
            facts.sockets.entry(cpu.socket).or_insert(CpuSet::EMPTY).insert(cpu.cpu);
            facts.nodes_of_socket.entry(cpu.socket).or_default().insert(cpu.numa);
            facts.nodes.entry(cpu.numa).or_insert(CpuSet::EMPTY).insert(cpu.cpu);
            facts.cores.entry((cpu.numa, cpu.socket, cpu.core)).or_insert(CpuSet::EMPTY).insert(cpu.cpu);
            if let Some(id) = cpu.uncore {
                facts.uncore.entry(id).or_insert(CpuSet::EMPTY).insert(cpu.cpu);
            }
        }
        let without = machine.numa_nodes().iter().map(|node| node.id);
        facts.memory_only = without.filter(|id| !facts.nodes.contains_key(id)).collect();
        facts
    }

    /// Threads of a core, as the kubelet divides.
    pub(super) fn cpus_per_core(&self) -> usize {
        self.cpus.len() / self.cores.len()
    }

    /// CPUs of a socket, as the kubelet divides.
    pub(super) fn cpus_per_socket(&self) -> usize {
        self.cpus.len() / self.sockets.len()
    }

    /// NUMA nodes with CPUs of a socket, as the kubelet divides.
    pub(super) fn nodes_per_socket(&self) -> usize {
        self.nodes.len() / self.sockets.len()
    }

    /// Every NUMA node.
    pub(super) fn all_nodes(&self) -> usize {
        self.nodes.len() + self.memory_only.len()
    }

    /// The sockets that hold CPUs of some NUMA nodes.
    pub(super) fn sockets_of(&self, nodes: &[u32]) -> Vec<u32> {
        let holds = |its: &BTreeSet<u32>| nodes.iter().any(|node| its.contains(node));
        self.nodes_of_socket.iter().filter(|(_, its)| holds(its)).map(|(socket, _)| *socket).collect()
    }

    /// The sums with their names.
    pub(super) fn terms(&self) -> Vec<(&'static str, String)> {
        let memory_only = match self.memory_only.len() {
            0 => String::new(),
            some => format!(", {some} of them without CPUs"),
        };
        let uncore = match self.uncore.len() {
            0 => "the kubelet is told none and takes the socket".to_owned(),
            some => format!("{some}, as the kubelet is told"),
        };
        let divided = |count: usize, by: &str| format!("{count} (CPUs / {by}, as the kubelet divides)");
        vec![
            ("sockets", self.sockets.len().to_string()),
            ("NUMA nodes", format!("{}{memory_only}", self.all_nodes())),
            ("last-level caches", uncore),
            ("cores", self.cores.len().to_string()),
            ("CPUs", self.cpus.len().to_string()),
            ("CPUs per core", divided(self.cpus_per_core(), "cores")),
            ("CPUs per socket", divided(self.cpus_per_socket(), "sockets")),
        ]
    }
}
