//! The CPU Manager's view of a machine: sockets, NUMA nodes, last-level caches and cores as sets of CPUs.
//!
//! Source: kubelet v1.32, `pkg/kubelet/cm/cpumanager/topology`. A core is known by its lowest online CPU;
//! without a last-level cache the socket stands for it; sizes that the kubelet takes for the same
//! everywhere (CPUs of a core, a socket, a cache) are whole quotients of the totals.

use std::collections::BTreeMap;

use crate::api::CpuSet;
use crate::kubelet::Machine;

/// A socket, NUMA node, cache or core: its id and the CPUs that belong to it.
#[derive(Clone, Debug)]
pub struct CpuGroup {
    /// Its id; of a core, the lowest CPU.
    pub id: u32,
    /// All its CPUs, free or not.
    pub cpus: CpuSet,
    size: usize,
    /// The words of the set that are not zero: a core's CPUs stand in one or two of them.
    words: Vec<(u8, u64)>,
}

impl CpuGroup {
    fn new(id: u32, cpus: CpuSet) -> Self {
        Self { id, cpus, size: cpus.len(), words: cpus.words_in_use().collect() }
    }

    /// How many CPUs it has, free or not.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many of its CPUs are among these.
    pub fn free(&self, available: &CpuSet) -> usize {
        self.words.iter().map(|(at, word)| (available.word(*at) & word).count_ones() as usize).sum()
    }

    /// Whether any of its CPUs is among these.
    pub fn any_free(&self, available: &CpuSet) -> bool {
        self.words.iter().any(|(at, word)| available.word(*at) & word != 0)
    }
}

/// The machine's CPUs by where they are. Groups of a kind stand by ascending id, and are named by their
/// place in that order.
#[derive(Clone, Debug)]
pub struct CpuTopology {
    all: CpuSet,
    sockets: Vec<CpuGroup>,
    numa_nodes: Vec<CpuGroup>,
    uncores: Vec<CpuGroup>,
    cores: Vec<CpuGroup>,
    cores_of_socket: Vec<Vec<usize>>,
    cores_of_numa: Vec<Vec<usize>>,
    cores_of_uncore: Vec<Vec<usize>>,
    core_of_cpu: BTreeMap<u32, usize>,
    cpus_per_core: usize,
    cpus_per_socket: usize,
    cpus_per_uncore: usize,
}

impl CpuTopology {
    /// The view of a machine.
    pub fn new(machine: &Machine) -> Self {
        let mut cores: BTreeMap<(u32, u32, u32), CpuSet> = BTreeMap::new();
        let mut sockets: BTreeMap<u32, CpuSet> = BTreeMap::new();
        let mut numa_nodes: BTreeMap<u32, CpuSet> = BTreeMap::new();
        let mut uncores: BTreeMap<u32, CpuSet> = BTreeMap::new();
        for cpu in machine.cpus() {
            cores.entry((cpu.numa, cpu.socket, cpu.core)).or_insert(CpuSet::EMPTY).insert(cpu.cpu);
            sockets.entry(cpu.socket).or_insert(CpuSet::EMPTY).insert(cpu.cpu);
            numa_nodes.entry(cpu.numa).or_insert(CpuSet::EMPTY).insert(cpu.cpu);
            uncores.entry(cpu.uncore.unwrap_or(cpu.socket)).or_insert(CpuSet::EMPTY).insert(cpu.cpu);
        }
        let cores: BTreeMap<u32, CpuSet> =
            cores.into_values().filter_map(|cpus| cpus.first().map(|lowest| (lowest, cpus))).collect();
        let groups = |sets: BTreeMap<u32, CpuSet>| -> Vec<CpuGroup> {
            sets.into_iter().map(|(id, cpus)| CpuGroup::new(id, cpus)).collect()
        };
        let (cores, sockets) = (groups(cores), groups(sockets));
        let (numa_nodes, uncores) = (groups(numa_nodes), groups(uncores));
        let count = machine.cpus().len();
        Self {
            all: machine.cpus().iter().map(|cpu| cpu.cpu).collect(),
            cores_of_socket: members(&sockets, &cores),
            cores_of_numa: members(&numa_nodes, &cores),
            cores_of_uncore: members(&uncores, &cores),
            core_of_cpu: cores
                .iter()
                .enumerate()
                .flat_map(|(index, core)| core.cpus.iter().map(move |cpu| (cpu, index)).collect::<Vec<_>>())
                .collect(),
            cpus_per_core: count / cores.len(),
            cpus_per_socket: count / sockets.len(),
            cpus_per_uncore: count / uncores.len(),
            sockets,
            numa_nodes,
            uncores,
            cores,
        }
    }

    /// Every CPU.
    pub fn all(&self) -> &CpuSet {
        &self.all
    }

    /// The sockets.
    pub fn sockets(&self) -> &[CpuGroup] {
        &self.sockets
    }

    /// The NUMA nodes that have CPUs.
    pub fn numa_nodes(&self) -> &[CpuGroup] {
        &self.numa_nodes
    }

    /// The last-level caches.
    pub fn uncores(&self) -> &[CpuGroup] {
        &self.uncores
    }

    /// The cores.
    pub fn cores(&self) -> &[CpuGroup] {
        &self.cores
    }

    /// The cores with a CPU on a socket.
    pub fn cores_of_socket(&self, socket: usize) -> &[usize] {
        &self.cores_of_socket[socket]
    }

    /// The cores with a CPU on a NUMA node.
    pub fn cores_of_numa(&self, numa: usize) -> &[usize] {
        &self.cores_of_numa[numa]
    }

    /// The cores with a CPU at a last-level cache.
    pub fn cores_of_uncore(&self, uncore: usize) -> &[usize] {
        &self.cores_of_uncore[uncore]
    }

    /// The core of a CPU; `None` where there is no such CPU.
    pub fn core_of(&self, cpu: u32) -> Option<&CpuGroup> {
        self.core_of_cpu.get(&cpu).map(|core| &self.cores[*core])
    }

    /// CPUs of a core, as the kubelet reckons.
    pub fn cpus_per_core(&self) -> usize {
        self.cpus_per_core
    }

    /// CPUs of a socket, as the kubelet reckons.
    pub fn cpus_per_socket(&self) -> usize {
        self.cpus_per_socket
    }

    /// CPUs at a last-level cache, as the kubelet reckons.
    pub fn cpus_per_uncore(&self) -> usize {
        self.cpus_per_uncore
    }
}

/// For each group, which of the parts have a CPU in it.
fn members(groups: &[CpuGroup], parts: &[CpuGroup]) -> Vec<Vec<usize>> {
    let of = |group: &CpuGroup| (0..parts.len()).filter(|part| parts[*part].any_free(&group.cpus)).collect();
    groups.iter().map(of).collect()
}
