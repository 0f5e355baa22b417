//! The packed allocator: best fit by whole sockets, NUMA nodes, caches, cores, then single CPUs.
//!
//! Source: kubelet v1.32, `cpu_assignment.go`, `takeByTopologyNUMAPacked`. The list of a stage is made
//! once, before the stage takes anything. "Free" is compared with whole quotients of the totals, but an
//! element is taken with all its CPUs: on irregular machines CPUs are taken that were not free, or
//! counted twice. That is the kubelet's doing, and kept.

use super::topology::{CpuGroup, CpuTopology};
use crate::api::CpuSet;

/// How single CPUs follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortingStrategy {
    /// Core by core.
    Packed,
    /// By ascending number on each socket (`distribute-cpus-across-cores`).
    Spread,
}

/// Why no CPUs were picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeError {
    /// More are asked for than there are.
    NotEnough {
        /// CPUs asked for.
        requested: usize,
        /// CPUs there to choose from.
        available: usize,
    },
    /// Every stage was tried and CPUs are still missing.
    Failed,
    /// The distribution left CPUs over, or, if negative, took too many: a fault of the kubelet.
    Accounting {
        /// CPUs that are still needed.
        remaining: i64,
    },
    /// The kubelet would go round for ever: a round changes nothing.
    WouldNotReturn,
}

impl std::fmt::Display for TakeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotEnough { requested, available } => write!(
                f,
                "not enough cpus available to satisfy request: requested={requested}, available={available}"
            ),
            Self::Failed => f.write_str("failed to allocate cpus"),
            Self::Accounting { remaining } if *remaining > 0 => {
                write!(f, "accounting error, not enough CPUs allocated, remaining: {remaining}")
            }
            Self::Accounting { remaining } => {
                write!(f, "accounting error, too many CPUs allocated, remaining: {remaining}")
            }
            Self::WouldNotReturn => f.write_str("the kubelet would not return from the allocation"),
        }
    }
}

/// Whether CPUs are taken by last-level caches, before cores (`prefer-align-cpus-by-uncorecache`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UncoreAlignment {
    /// They are not.
    Off,
    /// Whole caches, then a part of one if whole cores of it are exactly what is needed (1.32).
    WholeCores,
    /// As before, but the last core of an odd request may be taken in part (1.34, pull request 131850).
    OddCounts,
}

/// Picks so many of the available CPUs, packed.
pub fn take_packed(
    topology: &CpuTopology,
    available: &CpuSet,
    count: usize,
    strategy: SortingStrategy,
    uncore: UncoreAlignment,
) -> Result<CpuSet, TakeError> {
    let mut acc = Accumulator::start(topology, available, count)?;
    if acc.is_satisfied() {
        return Ok(acc.taken);
    }
    if acc.numa_first() {
        acc.take_full_numa_nodes();
        acc.take_full_sockets();
    } else {
        acc.take_full_sockets();
        acc.take_full_numa_nodes();
    }
    if uncore != UncoreAlignment::Off {
        acc.take_uncore_caches(uncore);
    }
    if strategy == SortingStrategy::Packed {
        acc.take_full_cores();
    }
    acc.take_remaining(strategy);
    if acc.is_satisfied() { Ok(acc.taken) } else { Err(TakeError::Failed) }
}

/// What is still to choose from, what was taken, and how much is still needed.
pub(super) struct Accumulator<'a> {
    topology: &'a CpuTopology,
    /// CPUs not taken yet.
    pub(super) available: CpuSet,
    /// CPUs taken.
    pub(super) taken: CpuSet,
    /// CPUs still needed; below zero where more were taken than asked for.
    pub(super) needed: i64,
}

impl<'a> Accumulator<'a> {
    pub(super) fn start(
        topology: &'a CpuTopology,
        available: &CpuSet,
        count: usize,
    ) -> Result<Self, TakeError> {
        let (free, needed) = (available.len(), count as i64);
        if count > free {
            return Err(TakeError::NotEnough { requested: count, available: free });
        }
        Ok(Self { topology, available: *available, taken: CpuSet::EMPTY, needed })
    }

    pub(super) fn is_satisfied(&self) -> bool {
        self.needed < 1
    }

    pub(super) fn take(&mut self, cpus: &CpuSet) {
        self.taken = self.taken.union(cpus);
        self.available = self.available.difference(cpus);
        self.needed -= cpus.len() as i64;
    }

    fn needs(&self, size: usize) -> bool {
        self.needed >= size as i64
    }

    /// NUMA nodes above sockets, where there are at least as many sockets.
    fn numa_first(&self) -> bool {
        self.topology.sockets().len() >= self.topology.numa_nodes().len()
    }

    /// Sockets with free CPUs, fewest first; below NUMA nodes, those of each node in turn.
    fn sorted_sockets(&self) -> Vec<usize> {
        let sockets = self.topology.sockets();
        if self.numa_first() {
            let nodes = self.topology.numa_nodes();
            let within = |node: usize| self.available.intersection(&nodes[node].cpus);
            by_free(nodes, &self.available, &self.available)
                .into_iter()
                .flat_map(|node| by_free(sockets, &within(node), &self.available))
                .collect()
        } else {
            by_free(sockets, &self.available, &self.available)
        }
    }

    /// NUMA nodes with free CPUs, fewest first; below sockets, those of each socket in turn.
    pub(super) fn sorted_numa_nodes(&self) -> Vec<usize> {
        let nodes = self.topology.numa_nodes();
        if self.numa_first() {
            by_free(nodes, &self.available, &self.available)
        } else {
            let sockets = self.topology.sockets();
            let within = |socket: usize| self.available.intersection(&sockets[socket].cpus);
            by_free(sockets, &self.available, &self.available)
                .into_iter()
                .flat_map(|socket| by_free(nodes, &within(socket), &self.available))
                .collect()
        }
    }

    /// Last-level caches with free CPUs, fewest first, NUMA node by NUMA node.
    fn sorted_uncores(&self) -> Vec<usize> {
        let (nodes, uncores) = (self.topology.numa_nodes(), self.topology.uncores());
        let within = |node: usize| self.available.intersection(&nodes[node].cpus);
        self.sorted_numa_nodes()
            .into_iter()
            .flat_map(|node| by_free(uncores, &within(node), &self.available))
            .collect()
    }

    /// The cores below each NUMA node or socket, in the order of these; by ascending id within.
    fn cores_in_order(&self) -> Vec<&'a [usize]> {
        let topology = self.topology;
        if self.numa_first() {
            self.sorted_sockets().into_iter().map(|socket| topology.cores_of_socket(socket)).collect()
        } else {
            self.sorted_numa_nodes().into_iter().map(|node| topology.cores_of_numa(node)).collect()
        }
    }

    fn take_full_sockets(&mut self) {
        let (sockets, size) = (self.topology.sockets(), self.topology.cpus_per_socket());
        if !self.needs(1) || !sockets.iter().any(|socket| self.needs(socket.size())) {
            return;
        }
        let mut free = self.sorted_sockets();
        free.retain(|socket| sockets[*socket].free(&self.available) == size);
        self.take_whole(sockets, &free);
    }

    fn take_full_numa_nodes(&mut self) {
        let nodes = self.topology.numa_nodes();
        if !self.needs(1) || !nodes.iter().any(|node| self.needs(node.size())) {
            return;
        }
        let mut free = self.sorted_numa_nodes();
        free.retain(|node| nodes[*node].free(&self.available) == nodes[*node].size());
        self.take_whole(nodes, &free);
    }

    fn take_full_uncores(&mut self) {
        let uncores = self.topology.uncores();
        let mut free = self.sorted_uncores();
        free.retain(|uncore| uncores[*uncore].free(&self.available) == uncores[*uncore].size());
        self.take_whole(uncores, &free);
    }

    fn take_whole(&mut self, groups: &[CpuGroup], free: &[usize]) {
        for index in free {
            if self.needs(groups[*index].size()) {
                self.take(&groups[*index].cpus);
            }
        }
    }

    fn take_uncore_caches(&mut self, alignment: UncoreAlignment) {
        if self.is_satisfied() {
            return;
        }
        let size = self.topology.cpus_per_uncore();
        for uncore in self.sorted_uncores() {
            if self.needs(size) {
                self.take_full_uncores();
            }
            if self.is_satisfied() {
                return;
            }
            self.take_partial_uncore(uncore, alignment);
            if self.is_satisfied() {
                return;
            }
        }
    }

    /// Takes the lowest cores with a free CPU at a cache, if their free CPUs are exactly what is needed.
    fn take_partial_uncore(&mut self, uncore: usize, alignment: UncoreAlignment) {
        let (cores, threads) = (self.topology.cores(), self.topology.cpus_per_core());
        let (needed, odd) = (self.needed as usize, alignment == UncoreAlignment::OddCounts);
        let wanted = if odd { needed.div_ceil(threads) } else { needed / threads };
        let mut cpus = CpuSet::EMPTY;
        self.topology
            .cores_of_uncore(uncore)
            .iter()
            .map(|core| cores[*core].cpus.intersection(&self.available))
            .filter(|free| !free.is_disjoint(&self.topology.uncores()[uncore].cpus))
            .take(wanted)
            .for_each(|free| cpus = cpus.union(&free));
        if odd
            && needed % 2 != 0
            && threads > 1
            && cpus.len() > needed
            && let Some(last) = cpus.iter().last()
        {
            cpus.remove(last);
        }
        if needed == cpus.len() {
            self.take(&cpus);
        }
    }

    fn take_full_cores(&mut self) {
        let (cores, size) = (self.topology.cores(), self.topology.cpus_per_core());
        if !self.needs(1) {
            return;
        }
        let before = self.available;
        for core in self.cores_in_order().into_iter().flatten() {
            let core = &cores[*core];
            if core.free(&before) == size && self.needs(core.size()) {
                self.take(&core.cpus);
                if self.is_satisfied() {
                    return;
                }
            }
        }
    }

    fn take_remaining(&mut self, strategy: SortingStrategy) {
        if self.is_satisfied() {
            return;
        }
        let before = self.available;
        if strategy == SortingStrategy::Spread {
            let sockets = self.topology.sockets();
            for socket in self.sorted_sockets() {
                if self.take_singly(&before.intersection(&sockets[socket].cpus)) {
                    return;
                }
            }
            return;
        }
        let cores = self.topology.cores();
        for below in self.cores_in_order() {
            let mut order: Vec<(usize, usize)> =
                below.iter().map(|core| (cores[*core].free(&before), *core)).collect();
            order.retain(|(free, _)| *free > 0);
            order.sort_unstable();
            for (_, core) in order {
                if self.take_singly(&before.intersection(&cores[core].cpus)) {
                    return;
                }
            }
        }
    }

    /// Takes CPUs one by one, in ascending order; whether that satisfied.
    fn take_singly(&mut self, cpus: &CpuSet) -> bool {
        for cpu in cpus.iter() {
            self.taken.insert(cpu);
            self.available.remove(cpu);
            self.needed -= 1;
            if self.is_satisfied() {
                return true;
            }
        }
        false
    }
}

/// Those groups that have a CPU `within`, by the number of free CPUs, then by id.
fn by_free(groups: &[CpuGroup], within: &CpuSet, available: &CpuSet) -> Vec<usize> {
    let mut order: Vec<(usize, usize)> = groups
        .iter()
        .enumerate()
        .filter(|(_, group)| group.any_free(within))
        .map(|(index, group)| (group.free(available), index))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, index)| index).collect()
}
