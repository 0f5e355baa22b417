//! Who has which CPUs for itself, on all nodes with a machine.

use std::collections::BTreeMap;

use crate::api::{CpuSet, NodeId, Pod, PodId};
use crate::cluster::decision::Decision;
use crate::kubelet::demand::PodDemand;

/// A pod with CPUs of its own.
#[derive(Clone, Debug)]
pub(super) struct Holding {
    /// What it asked for, devices left out.
    pub(super) demand: PodDemand,
    /// Its containers that have CPUs, with these.
    pub(super) cpus: Vec<(usize, CpuSet)>,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct CpuHoldings {
    by_node: BTreeMap<NodeId, BTreeMap<PodId, Holding>>,
    homes: BTreeMap<PodId, NodeId>,
}

impl CpuHoldings {
    /// A pod was admitted; whether it has CPUs of its own.
    pub(super) fn admitted(&mut self, pod: &Pod, node: NodeId, decision: &Decision) -> bool {
        if decision.assigned.is_empty() {
            return false;
        }
        let holding = Holding { demand: PodDemand::of(pod, |_| None), cpus: decision.assigned.to_vec() };
        self.by_node.entry(node).or_default().insert(pod.id, holding);
        self.homes.insert(pod.id, node);
        true
    }

    /// A pod is no longer active; the node that it leaves, if it had CPUs there.
    pub(super) fn ended(&mut self, pod: PodId) -> Option<NodeId> {
        let node = self.homes.remove(&pod)?;
        self.by_node.get_mut(&node)?.remove(&pod);
        Some(node)
    }

    /// Whether a pod has CPUs of its own.
    pub(super) fn has(&self, pod: PodId) -> bool {
        self.homes.contains_key(&pod)
    }

    /// The pods of a node, by number.
    pub(super) fn of(&self, node: NodeId) -> impl Iterator<Item = &Holding> {
        self.by_node.get(&node).into_iter().flat_map(BTreeMap::values)
    }

    /// All CPUs of a node that are somebody's own.
    pub(super) fn exclusive(&self, node: NodeId) -> CpuSet {
        self.of(node).flat_map(|holding| &holding.cpus).fold(CpuSet::EMPTY, |all, (_, cpus)| all.union(cpus))
    }
}
