//! CPUs of nodes with a machine over time: what is exclusive, what is left, and for whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::{CpuSet, NodeId, PodId};
use crate::cluster::container_managers::Decision;
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
    /// CPUs of the shared pool; the reserved ones are among them, unless they are reserved strictly.
    pub shared: usize,
    /// The most CPUs that a pod of one container could still get for itself.
    pub largest_admissible: usize,
    /// Free CPUs by NUMA node: its id, all its CPUs, those that are free.
    pub by_numa_node: Vec<(u32, usize, usize)>,
}

/// Who has which CPUs, on all nodes.
#[derive(Clone, Debug, Default)]
pub struct CpuCourse {
    /// A row for each change, in order.
    pub rows: Vec<CpuRow>,
    held: BTreeMap<NodeId, BTreeMap<PodId, CpuSet>>,
    homes: BTreeMap<PodId, NodeId>,
}

impl CpuCourse {
    /// A pod was admitted.
    pub(super) fn admitted(
        &mut self,
        now: SimTime,
        (pod, node): (PodId, NodeId),
        decision: &Decision,
        kubelet: Option<&Arc<KubeletSetup>>,
    ) {
        let own = decision.assigned.iter().fold(CpuSet::EMPTY, |all, (_, cpus)| all.union(cpus));
        if own.is_empty() {
            return;
        }
        self.held.entry(node).or_default().insert(pod, own);
        self.homes.insert(pod, node);
        self.note(now, node, kubelet);
    }

    /// The node of a pod that holds CPUs.
    pub(super) fn home(&self, pod: PodId) -> Option<NodeId> {
        self.homes.get(&pod).copied()
    }

    /// A pod is no longer active.
    pub(super) fn ended(&mut self, now: SimTime, pod: PodId, kubelet: Option<&Arc<KubeletSetup>>) {
        let Some(node) = self.homes.remove(&pod) else { return };
        self.held.entry(node).or_default().remove(&pod);
        self.note(now, node, kubelet);
    }

    fn note(&mut self, time: SimTime, node: NodeId, kubelet: Option<&Arc<KubeletSetup>>) {
        let Some(kubelet) = kubelet else { return };
        let Some(policy) = &kubelet.cpu_policy else { return };
        let held = self.held.get(&node).into_iter().flat_map(BTreeMap::values);
        let exclusive = held.fold(CpuSet::EMPTY, |all, cpus| all.union(cpus));
        let free = policy.allocatable().difference(&exclusive);
        let strict = policy.options().strict_cpu_reservation;
        let nodes = policy.topology().numa_nodes();
        self.rows.push(CpuRow {
            time,
            node,
            exclusive: exclusive.len(),
            free: free.len(),
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
