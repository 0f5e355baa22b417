//! A machine as cAdvisor describes it to the kubelet: logical CPUs with their place, NUMA nodes, distances.

mod graph;
mod uncore;

use std::fmt;

pub use graph::{Link, MachineGraph, Part};

use crate::api::CpuSet;

/// An online logical CPU and its place. Ids are the kernel's and need not be dense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogicalCpu {
    /// Its number.
    pub cpu: u32,
    /// Threads with the same (NUMA node, socket, core) share a physical core; the id alone may repeat.
    pub core: u32,
    /// Its socket.
    pub socket: u32,
    /// Its NUMA node.
    pub numa: u32,
    /// Its last-level cache; `None` on every CPU where the machine does not tell.
    pub uncore: Option<u32>,
}

/// A NUMA node, perhaps without CPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumaNode {
    /// Its number, below 64.
    pub id: u32,
    /// Its memory in bytes, where it is known.
    pub memory_bytes: Option<u64>,
}

/// A cache that several cores share, as the hardware has it. What the kubelet goes by is
/// [`LogicalCpu::uncore`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    /// Its level: 3, rarely more.
    pub level: u32,
    /// Its id, unique among the caches of its level unless the kernel gives none.
    pub id: u32,
    /// The online CPUs that share it.
    pub cpus: CpuSet,
}

/// A machine. [`Machine::new`] has checked that it hangs together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    name: String,
    cpus: Vec<LogicalCpu>,
    numa_nodes: Vec<NumaNode>,
    distances: Vec<Vec<u32>>,
    caches: Vec<Cache>,
}

/// Why a description is not that of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MachineError {
    /// No CPU is online.
    NoCpus,
    /// A CPU stands twice.
    RepeatedCpu(u32),
    /// A CPU's number is beyond what a [`CpuSet`] holds.
    CpuBeyondCapacity(u32),
    /// A NUMA node stands twice.
    RepeatedNumaNode(u32),
    /// A NUMA node's number is beyond the 64 that the kubelet's bit masks hold.
    NumaNodeBeyondCapacity(u32),
    /// A CPU names a NUMA node that is not there.
    UnknownNumaNode {
        /// The CPU.
        cpu: u32,
        /// The node that it names.
        numa: u32,
    },
    /// Some CPUs tell their last-level cache, this one does not.
    CacheMissing(u32),
    /// The distances are not a square of the NUMA nodes' number.
    Distances {
        /// NUMA nodes.
        nodes: usize,
    },
}

impl fmt::Display for MachineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCpus => f.write_str("it has no online CPU"),
            Self::RepeatedCpu(cpu) => write!(f, "CPU {cpu} stands twice"),
            Self::CpuBeyondCapacity(cpu) => {
                write!(f, "CPU {cpu}: kubecast knows CPUs below {}", CpuSet::CAPACITY)
            }
            Self::RepeatedNumaNode(id) => write!(f, "NUMA node {id} stands twice"),
            Self::NumaNodeBeyondCapacity(id) => {
                write!(f, "NUMA node {id}: the kubelet's masks hold nodes 0 to 63")
            }
            Self::UnknownNumaNode { cpu, numa } => {
                write!(f, "CPU {cpu} is on NUMA node {numa}, which is not there")
            }
            Self::CacheMissing(cpu) => write!(f, "CPU {cpu} does not tell its last-level cache, others do"),
            Self::Distances { nodes } => write!(f, "the NUMA distances are not {nodes} rows of {nodes}"),
        }
    }
}

impl Machine {
    /// A machine of these parts; CPUs and NUMA nodes in any order, distances with a row and a column for
    /// each NUMA node in the order given, or no row where they are not known.
    pub fn new(
        name: impl Into<String>,
        mut cpus: Vec<LogicalCpu>,
        mut numa_nodes: Vec<NumaNode>,
        mut distances: Vec<Vec<u32>>,
    ) -> Result<Self, MachineError> {
        cpus.sort_unstable();
        Self::check_nodes(&numa_nodes, &distances)?;
        Self::check_cpus(&cpus, &numa_nodes)?;
        let mut order: Vec<usize> = (0..numa_nodes.len()).collect();
        order.sort_unstable_by_key(|index| numa_nodes[*index].id);
        if !distances.is_empty() {
            let row = |row: &usize| order.iter().map(|column| distances[*row][*column]).collect();
            distances = order.iter().map(row).collect();
        }
        numa_nodes.sort_unstable_by_key(|node| node.id);
        Ok(Self { name: name.into(), cpus, numa_nodes, distances, caches: Vec::new() })
    }

    /// A machine of these parts, where the hardware's caches are known: each CPU's `uncore` is what
    /// cAdvisor tells the kubelet about them.
    pub fn with_caches(
        name: impl Into<String>,
        mut cpus: Vec<LogicalCpu>,
        numa_nodes: Vec<NumaNode>,
        distances: Vec<Vec<u32>>,
        caches: Vec<Cache>,
    ) -> Result<Self, MachineError> {
        cpus.sort_unstable();
        let told = uncore::told(&cpus, &caches);
        cpus.iter_mut().zip(told).for_each(|(cpu, uncore)| cpu.uncore = uncore);
        Ok(Self::new(name, cpus, numa_nodes, distances)?.drawn_with(caches))
    }

    /// The same machine with the hardware's caches beside it; each CPU's `uncore` stays.
    #[must_use]
    pub fn drawn_with(mut self, mut caches: Vec<Cache>) -> Self {
        caches.retain(|cache| !cache.cpus.is_empty());
        caches.sort_by_key(|cache| (cache.level, cache.id, cache.cpus.first()));
        self.caches = caches;
        self
    }

    fn check_nodes(numa_nodes: &[NumaNode], distances: &[Vec<u32>]) -> Result<(), MachineError> {
        let mut seen = 0_u64;
        for node in numa_nodes {
            if node.id >= 64 {
                return Err(MachineError::NumaNodeBeyondCapacity(node.id));
            }
            if seen >> node.id & 1 == 1 {
                return Err(MachineError::RepeatedNumaNode(node.id));
            }
            seen |= 1 << node.id;
        }
        let nodes = numa_nodes.len();
        let square = distances.len() == nodes && distances.iter().all(|row| row.len() == nodes);
        if distances.is_empty() || square { Ok(()) } else { Err(MachineError::Distances { nodes }) }
    }

    fn check_cpus(cpus: &[LogicalCpu], numa_nodes: &[NumaNode]) -> Result<(), MachineError> {
        if cpus.is_empty() {
            return Err(MachineError::NoCpus);
        }
        if let Some(pair) = cpus.windows(2).find(|pair| pair[0].cpu == pair[1].cpu) {
            return Err(MachineError::RepeatedCpu(pair[0].cpu));
        }
        let any_cache = cpus.iter().any(|cpu| cpu.uncore.is_some());
        for cpu in cpus {
            if cpu.cpu >= CpuSet::CAPACITY {
                return Err(MachineError::CpuBeyondCapacity(cpu.cpu));
            }
            if !numa_nodes.iter().any(|node| node.id == cpu.numa) {
                return Err(MachineError::UnknownNumaNode { cpu: cpu.cpu, numa: cpu.numa });
            }
            if any_cache && cpu.uncore.is_none() {
                return Err(MachineError::CacheMissing(cpu.cpu));
            }
        }
        Ok(())
    }

    /// What the machine is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The online CPUs, by ascending number.
    pub fn cpus(&self) -> &[LogicalCpu] {
        &self.cpus
    }

    /// The NUMA nodes, those without CPUs included, by ascending id.
    pub fn numa_nodes(&self) -> &[NumaNode] {
        &self.numa_nodes
    }

    /// Distances between NUMA nodes as in the ACPI SLIT (10: to itself), rows and columns in the order of
    /// [`Machine::numa_nodes`]; no row where they are not known.
    pub fn distances(&self) -> &[Vec<u32>] {
        &self.distances
    }

    /// The caches that several cores share, by level and id; none where they are not known.
    pub fn caches(&self) -> &[Cache] {
        &self.caches
    }

    /// The same machine without some of its CPUs, as after they were taken offline. Each CPU keeps its
    /// `uncore`.
    pub fn without(&self, offline: &CpuSet) -> Result<Self, MachineError> {
        let cpus = self.cpus.iter().filter(|cpu| !offline.contains(cpu.cpu)).copied().collect();
        let left = |cache: &Cache| Cache { cpus: cache.cpus.difference(offline), ..*cache };
        let caches = self.caches.iter().map(left).collect();
        let rest = Self::new(self.name.clone(), cpus, self.numa_nodes.clone(), self.distances.clone())?;
        Ok(rest.drawn_with(caches))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(cpu: u32, numa: u32, uncore: Option<u32>) -> LogicalCpu {
        LogicalCpu { cpu, core: cpu, socket: 0, numa, uncore }
    }

    fn nodes(ids: &[u32]) -> Vec<NumaNode> {
        ids.iter().map(|id| NumaNode { id: *id, memory_bytes: None }).collect()
    }

    #[test]
    fn parts_are_sorted_and_distances_follow() {
        let machine = Machine::new(
            "m",
            vec![cpu(3, 1, None), cpu(0, 0, None)],
            nodes(&[1, 0]),
            vec![vec![10, 20], vec![30, 11]],
        )
        .expect("a machine");
        assert_eq!(machine.cpus().iter().map(|cpu| cpu.cpu).collect::<Vec<_>>(), [0, 3]);
        assert_eq!(machine.distances(), [[11, 30], [20, 10]]);
        let left = machine.without(&CpuSet::parse("3").expect("a list")).expect("one CPU is left");
        assert_eq!((left.cpus().len(), left.numa_nodes().len()), (1, 2));
    }

    #[test]
    fn what_does_not_hang_together_is_refused() {
        let one = || vec![cpu(0, 0, None)];
        for (cpus, numa, distances, error) in [
            (vec![], nodes(&[0]), vec![], MachineError::NoCpus),
            ([one(), one()].concat(), nodes(&[0]), vec![], MachineError::RepeatedCpu(0)),
            (vec![cpu(1024, 0, None)], nodes(&[0]), vec![], MachineError::CpuBeyondCapacity(1024)),
            (one(), nodes(&[0, 0]), vec![], MachineError::RepeatedNumaNode(0)),
            (one(), nodes(&[0, 64]), vec![], MachineError::NumaNodeBeyondCapacity(64)),
            (one(), nodes(&[1]), vec![], MachineError::UnknownNumaNode { cpu: 0, numa: 0 }),
            (vec![cpu(0, 0, Some(1)), cpu(1, 0, None)], nodes(&[0]), vec![], MachineError::CacheMissing(1)),
            (one(), nodes(&[0]), vec![vec![10], vec![10]], MachineError::Distances { nodes: 1 }),
        ] {
            assert_eq!(Machine::new("m", cpus, numa, distances), Err(error));
        }
    }
}
