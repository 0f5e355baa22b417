//! What every reader collects, and what is common to them: CPUs without a socket, CPUs without a node,
//! holes.

use std::collections::BTreeMap;

use super::MachineFileError;
use crate::api::CpuSet;
use crate::kubelet::machine::Cache;
use crate::kubelet::{LogicalCpu, Machine, MachineError, NumaNode};

/// A CPU as a file tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CpuPlace {
    pub(super) cpu: u32,
    pub(super) core: u32,
    pub(super) socket: Option<u32>,
    pub(super) numa: Option<u32>,
}

/// How a file tells the last-level caches.
#[derive(Clone, Debug)]
pub(super) enum Caches {
    /// As the hardware has them: cAdvisor's rule gives what the kubelet is told.
    Hardware(Vec<Cache>),
    /// As the kubelet is told them, by CPU; the hardware's beside them for drawing.
    Told(BTreeMap<u32, u32>, Vec<Cache>),
}

/// The parts of a machine, not checked yet.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) name: Option<String>,
    pub(super) cpus: Vec<CpuPlace>,
    pub(super) nodes: Vec<NumaNode>,
    pub(super) distances: Vec<Vec<u32>>,
    pub(super) caches: Caches,
    pub(super) notes: Vec<String>,
}

impl Parts {
    /// The machine and the notes.
    pub(super) fn finish(mut self, name: &str) -> Result<(Machine, Vec<String>), MachineFileError> {
        self.leave_out_cpus_of_no_node();
        let default_socket = self.socket_of_those_without()?;
        let cpus: Vec<LogicalCpu> = self
            .cpus
            .iter()
            .map(|place| LogicalCpu {
                cpu: place.cpu,
                core: place.core,
                socket: place.socket.unwrap_or(default_socket),
                numa: place.numa.unwrap_or_default(),
                uncore: None,
            })
            .collect();
        let name = self.name.as_deref().unwrap_or(name);
        let machine = match self.caches {
            Caches::Hardware(caches) => Machine::with_caches(name, cpus, self.nodes, self.distances, caches)?,
            Caches::Told(uncore, caches) => {
                // The kubelet takes the socket of a core whose cache it is not told.
                let told = |cpu: &LogicalCpu| uncore.get(&cpu.cpu).copied().unwrap_or(cpu.socket);
                let any = cpus.iter().any(|cpu| uncore.contains_key(&cpu.cpu));
                let with = |cpu: LogicalCpu| LogicalCpu { uncore: any.then(|| told(&cpu)), ..cpu };
                let cpus = cpus.into_iter().map(with).collect();
                Machine::new(name, cpus, self.nodes, self.distances)?.drawn_with(caches)
            }
        };
        Ok((machine, self.notes))
    }

    /// cAdvisor finds CPUs node by node. On a machine without NUMA nodes there is node 0.
    fn leave_out_cpus_of_no_node(&mut self) {
        if self.nodes.is_empty() {
            self.nodes.push(NumaNode { id: 0, memory_bytes: None });
            self.cpus.iter_mut().for_each(|place| place.numa = place.numa.or(Some(0)));
            return;
        }
        let lost = list(self.cpus.iter().filter(|place| place.numa.is_none()).map(|place| place.cpu));
        if !lost.is_empty() {
            self.cpus.retain(|place| place.numa.is_some());
            self.notes.push(format!(
                "Left out are the CPUs {lost}, which are on no NUMA node: cAdvisor finds CPUs by their node, \
                 so the kubelet does not know them."
            ));
        }
    }

    /// Linux gives such CPUs the package -1: one socket, whatever its number.
    fn socket_of_those_without(&mut self) -> Result<u32, MachineFileError> {
        let without = list(self.cpus.iter().filter(|place| place.socket.is_none()).map(|place| place.cpu));
        if !without.is_empty() {
            if self.cpus.iter().any(|place| place.socket.is_some()) {
                return Err(MachineFileError::SocketMissing { cpus: without });
            }
            self.notes.push("No CPU tells its socket: the machine is taken for one socket, number 0.".into());
        }
        Ok(0)
    }
}

/// A note on CPUs that the file knows of but does not describe.
pub(super) fn note_on_missing(described: &CpuSet, known: &CpuSet, why: &str) -> Option<String> {
    let missing = known.difference(described);
    (!missing.is_empty()).then(|| format!("Left out are the CPUs {missing}, {why}."))
}

/// A set of numbers of which those beyond the capacity are an error of the machine.
pub(super) fn set_of(cpus: impl Iterator<Item = u32>) -> Result<CpuSet, MachineError> {
    let mut set = CpuSet::EMPTY;
    for cpu in cpus {
        if cpu >= CpuSet::CAPACITY {
            return Err(MachineError::CpuBeyondCapacity(cpu));
        }
        set.insert(cpu);
    }
    Ok(set)
}

/// A cache by (level, id), and one of its CPUs.
pub(super) type CacheOfCpu = ((u32, u32), u32);

/// The caches of these pairs.
pub(super) fn caches_of(pairs: impl Iterator<Item = CacheOfCpu>) -> Result<Vec<Cache>, MachineFileError> {
    let mut groups: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for (cache, cpu) in pairs {
        groups.entry(cache).or_default().push(cpu);
    }
    let cache = |((level, id), cpus): ((u32, u32), Vec<u32>)| -> Result<Cache, MachineFileError> {
        Ok(Cache { level, id, cpus: set_of(cpus.into_iter())? })
    };
    groups.into_iter().map(cache).collect()
}

/// Numbers as a list, those beyond a set's capacity one by one.
fn list(cpus: impl Iterator<Item = u32>) -> String {
    let (small, large): (Vec<u32>, Vec<u32>) = cpus.partition(|cpu| *cpu < CpuSet::CAPACITY);
    let mut pieces: Vec<String> = large.iter().map(u32::to_string).collect();
    if !small.is_empty() {
        pieces.insert(0, small.into_iter().collect::<CpuSet>().to_string());
    }
    pieces.join(",")
}
