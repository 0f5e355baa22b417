//! CPUs of nodes with a machine over time: what is exclusive, what is left, and for whom.

use super::cpu_holdings::CpuHoldings;
use super::fragmentation::Mix;
use crate::api::{CpuSet, NodeId};
use crate::cluster::setup::KubeletSetup;
use crate::kernel::SimTime;
use crate::kubelet::cpu_manager::{CpuHints, StaticPolicy};
use crate::kubelet::topology_manager::PolicyName;

/// A node's CPUs after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuRow {
    /// When.
    pub time: SimTime,
    /// The node.
    pub node: NodeId,
    /// Containers' own CPUs.
    pub exclusive: usize,
    /// CPUs that could still be given away.
    pub free: usize,
    /// Those of them that are left when pods of the scenario's mix are admitted until none more is, the
    /// largest first; `None` where the kubelet would not start as things are.
    pub stranded: Option<usize>,
    /// CPUs of the shared pool; the reserved ones are among them, unless they are reserved strictly.
    pub shared: usize,
    /// The most CPUs that a pod of one container could still get for itself.
    pub largest_admissible: usize,
    /// Free CPUs by NUMA node: its id, all its CPUs, those that are free.
    pub by_numa_node: Vec<(u32, usize, usize)>,
}

/// The course of all nodes: a row for each change, in order.
#[derive(Clone, Debug, Default)]
pub struct CpuCourse {
    /// The rows.
    pub rows: Vec<CpuRow>,
}

impl CpuCourse {
    /// What is exclusive on a node has changed.
    pub(super) fn changed(
        &mut self,
        (time, node): (SimTime, NodeId),
        holdings: &CpuHoldings,
        mix: &Mix,
        kubelet: &KubeletSetup,
    ) {
        let Some(policy) = &kubelet.cpu_policy else { return };
        let exclusive = holdings.exclusive(node);
        let free = policy.allocatable().difference(&exclusive);
        let strict = policy.options().strict_cpu_reservation;
        let nodes = policy.topology().numa_nodes();
        self.rows.push(CpuRow {
            time,
            node,
            exclusive: exclusive.len(),
            free: free.len(),
            stranded: mix.stranded(kubelet, holdings.of(node)),
            shared: free.len() + if strict { 0 } else { policy.reserved().len() },
            largest_admissible: largest_admissible(policy, kubelet.topology_manager.policy, &free),
            by_numa_node: nodes.iter().map(|node| (node.id, node.size(), node.free(&free))).collect(),
        });
    }
}

/// The most CPUs that a pod of one container would get, with nothing else to align.
fn largest_admissible(policy: &StaticPolicy, manager: PolicyName, free: &CpuSet) -> usize {
    let options = policy.options();
    let topology = policy.topology();
    let whole = policy.available_on_whole_cores(free).len();
    let fits = |count: &usize| {
        if options.full_pcpus_only && (!count.is_multiple_of(topology.cpus_per_core()) || *count > whole) {
            return false;
        }
        let hints = || CpuHints::new(topology, free, &CpuSet::EMPTY, *count, options.align_by_socket);
        match manager {
            PolicyName::None | PolicyName::BestEffort => true,
            PolicyName::Restricted => hints().narrowest().is_some_and(|hint| hint.preferred),
            PolicyName::SingleNumaNode => hints().single_node().is_some(),
        }
    };
    (1..=free.len()).rev().find(fits).unwrap_or(0)
}
