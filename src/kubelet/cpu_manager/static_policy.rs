//! The static policy: reserved CPUs, the choice of an allocator, alignment.
//!
//! Source: kubelet v1.32, `policy_static.go`.

use std::sync::Arc;

use super::accumulator::{SortingStrategy, TakeError, UncoreAlignment, take_packed};
use super::distributed::{Distributed, Distribution, take_distributed};
use super::options::StaticPolicyOptions;
use super::topology::CpuTopology;
use crate::api::{CpuSet, KubeletBehaviour};
use crate::kubelet::topology_manager::NumaMask;

/// CPUs that are kept from exclusive use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// These (`reservedSystemCPUs`).
    Cpus(CpuSet),
    /// So many, which the policy picks itself (`kubeReserved` and `systemReserved`).
    Count(usize),
}

/// The static policy on one machine.
#[derive(Clone, Debug)]
pub struct StaticPolicy {
    topology: Arc<CpuTopology>,
    options: StaticPolicyOptions,
    reserved: CpuSet,
    /// The reserved CPUs with all threads of their cores.
    reserved_cores: CpuSet,
    uncore: UncoreAlignment,
    heeds_sockets: bool,
}

impl StaticPolicy {
    /// The policy; options have been checked against the machine. The error: whichever the kubelet may
    /// report.
    pub fn new(
        topology: Arc<CpuTopology>,
        options: StaticPolicyOptions,
        reservation: Reservation,
        behaviour: KubeletBehaviour,
    ) -> Result<Self, Vec<String>> {
        let uncore = match (options.prefer_align_cpus_by_uncorecache, behaviour.uncore_takes_odd_counts) {
            (false, _) => UncoreAlignment::Off,
            (true, false) => UncoreAlignment::WholeCores,
            (true, true) => UncoreAlignment::OddCounts,
        };
        let mut policy = Self {
            topology,
            options,
            reserved: CpuSet::EMPTY,
            reserved_cores: CpuSet::EMPTY,
            uncore,
            heeds_sockets: behaviour.distribution_heeds_sockets,
        };
        let (reserved, count) = match reservation {
            Reservation::Cpus(cpus) => (cpus, cpus.len()),
            Reservation::Count(count) => {
                let taken = policy.take(policy.topology.all(), count);
                (taken.map_or(CpuSet::EMPTY, |taken| taken.cpus), count)
            }
        };
        if reserved.len() != count {
            return Err(vec![format!(
                "[cpumanager] unable to reserve the required amount of CPUs (size of {reserved} did not \
                 equal {count})"
            )]);
        }
        let unknown: Vec<String> = reserved
            .difference(policy.topology.all())
            .iter()
            .map(|cpu| {
                format!(
                    "[cpumanager] unable to build the reserved physical CPUs from the reserved set: \
                     unknown CPU ID: {cpu}"
                )
            })
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        policy.reserved = reserved;
        let cores = reserved.iter().filter_map(|cpu| policy.topology.core_of(cpu));
        policy.reserved_cores = cores.fold(CpuSet::EMPTY, |all, core| all.union(&core.cpus));
        Ok(policy)
    }

    /// The machine's CPUs.
    pub fn topology(&self) -> &Arc<CpuTopology> {
        &self.topology
    }

    /// The options.
    pub fn options(&self) -> StaticPolicyOptions {
        self.options
    }

    /// The CPUs that no container gets for itself.
    pub fn reserved(&self) -> &CpuSet {
        &self.reserved
    }

    /// The CPUs that containers can have for themselves.
    pub fn allocatable(&self) -> CpuSet {
        self.topology.all().difference(&self.reserved)
    }

    /// Of a shared pool, the CPUs that can be given away.
    pub fn available(&self, shared: &CpuSet) -> CpuSet {
        shared.difference(&self.reserved)
    }

    /// Of a shared pool, the CPUs on cores that are not reserved in any part.
    pub fn available_on_whole_cores(&self, shared: &CpuSet) -> CpuSet {
        shared.difference(&self.reserved_cores)
    }

    /// Of these CPUs, those that belong to an affinity: its NUMA nodes, or the sockets that they touch.
    fn aligned(&self, affinity: NumaMask, cpus: &CpuSet) -> CpuSet {
        let nodes = self.topology.numa_nodes().iter().filter(|node| affinity.contains(node.id));
        let within = nodes.fold(CpuSet::EMPTY, |all, node| all.union(&node.cpus));
        if !self.options.align_by_socket {
            return cpus.intersection(&within);
        }
        let sockets = self.topology.sockets().iter().filter(|socket| socket.any_free(&within));
        let within = sockets.fold(CpuSet::EMPTY, |all, socket| all.union(&socket.cpus));
        cpus.intersection(&within)
    }

    /// Picks so many of the CPUs: as many as can be within the affinity, then from what is left.
    pub fn pick(
        &self,
        allocatable: &CpuSet,
        count: usize,
        affinity: Option<NumaMask>,
    ) -> Result<Distributed, TakeError> {
        let mut picked = Distributed { cpus: CpuSet::EMPTY, aliased: false };
        if let Some(affinity) = affinity {
            let aligned = self.aligned(affinity, allocatable);
            picked = self.take(&aligned, count.min(aligned.len()))?;
        }
        let got = picked.cpus.len();
        if got >= count {
            return Ok(picked);
        }
        let rest = self.take(&allocatable.difference(&picked.cpus), count - got)?;
        Ok(Distributed { cpus: picked.cpus.union(&rest.cpus), aliased: picked.aliased || rest.aliased })
    }

    fn take(&self, available: &CpuSet, count: usize) -> Result<Distributed, TakeError> {
        let strategy = if self.options.distribute_cpus_across_cores {
            SortingStrategy::Spread
        } else {
            SortingStrategy::Packed
        };
        if !self.options.distribute_cpus_across_numa {
            let cpus = take_packed(&self.topology, available, count, strategy, self.uncore)?;
            return Ok(Distributed { cpus, aliased: false });
        }
        let how = Distribution {
            group_size: if self.options.full_pcpus_only { self.topology.cpus_per_core() } else { 1 },
            strategy,
            within_free: self.heeds_sockets,
            by_socket: self.heeds_sockets && self.options.align_by_socket,
        };
        take_distributed(&self.topology, available, count, how)
    }
}
