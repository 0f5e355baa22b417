//! What a node could take if its pods had been packed anew: bounds on the price of fragmentation.
//!
//! The lower bound is a plan: the kubelet's own managers, idle, admit the pods one after the other, the
//! largest first; if they admit all, the node can hold all. The upper bound is a relaxation: CPUs of a
//! container may be split at will among the groups of CPUs (NUMA nodes, or sockets) that could hold all of
//! it, as a maximum flow; if even that does not go up, no packing does. Devices are not looked at.

#[cfg(test)]
mod tests;

use petgraph::algo::dinics;
use petgraph::graph::{DiGraph, NodeIndex};

use super::cpu_holdings::Holding;
use crate::cluster::setup::KubeletSetup;
use crate::kubelet::admission::{HintProvider, admit};
use crate::kubelet::cpu_manager::{CpuGroup, CpuManager, StaticPolicy};
use crate::kubelet::demand::{ContainerKind, PodDemand};
use crate::kubelet::topology_manager::{NumaMask, PolicyName, ProviderHints, Scope};

/// The managers of a node, to try pods on.
pub(super) struct Trial<'k> {
    kubelet: &'k KubeletSetup,
    cpus: CpuManager,
}

/// No devices.
struct Nothing;

impl HintProvider for Nothing {
    fn hints(&self, _: &PodDemand, _: usize) -> ProviderHints {
        ProviderHints::NoPreference
    }

    fn pod_hints(&self, _: &PodDemand) -> ProviderHints {
        ProviderHints::NoPreference
    }

    fn allocate(&mut self, _: &PodDemand, _: usize, _: Option<NumaMask>) -> Result<(), String> {
        Ok(())
    }
}

impl<'k> Trial<'k> {
    /// A node on which pods have the CPUs that they have. `None` without a static policy, or where CPUs are
    /// held that nobody can hold.
    pub(super) fn as_it_is<'h>(
        kubelet: &'k KubeletSetup,
        pods: impl Iterator<Item = &'h Holding>,
    ) -> Option<Self> {
        let held = pods.flat_map(|holding| {
            holding.cpus.iter().map(|(container, cpus)| (holding.demand.pod, *container, *cpus))
        });
        let policy = kubelet.cpu_policy.clone()?;
        Some(Self { kubelet, cpus: CpuManager::holding(policy, held).ok()? })
    }

    /// A node whose pods were all admitted anew, the largest first. `None` if they were not all admitted.
    pub(super) fn repacked(kubelet: &'k KubeletSetup, mut pods: Vec<PodDemand>) -> Option<Self> {
        let mut trial = Self::as_it_is(kubelet, std::iter::empty())?;
        pods.sort_by_key(|pod| (std::cmp::Reverse(pod.exclusive_cpus()), pod.pod));
        pods.iter().all(|pod| trial.admit(pod)).then_some(trial)
    }

    /// Admits a pod as the kubelet would. One that brings a fault of the kubelet about is not counted on.
    pub(super) fn admit(&mut self, pod: &PodDemand) -> bool {
        let (numa, config) = (&self.kubelet.numa, self.kubelet.topology_manager);
        let outcome = admit(numa, config, &mut Nothing, Some(&mut self.cpus), pod, &mut |_, _, _| {});
        let admitted = outcome.is_ok() && self.cpus.take_faults().is_empty();
        if !admitted {
            self.cpus.remove(pod.pod);
            self.cpus.take_faults();
        }
        admitted
    }

    /// CPUs that are nobody's.
    pub(super) fn free(&self) -> usize {
        self.cpus.available().len()
    }
}

/// Whether no argument speaks against a node holding all of these pods.
pub(super) fn may_fit(kubelet: &KubeletSetup, policy: &StaticPolicy, pods: &[PodDemand]) -> bool {
    let wanted: usize = pods.iter().map(PodDemand::exclusive_cpus).sum();
    if wanted > usable(policy) {
        return false;
    }
    let items: Vec<usize> = pods.iter().flat_map(|pod| items(kubelet, pod)).collect();
    Alignment::of(kubelet, policy).is_none_or(|alignment| alignment.holds(&items))
}

/// The CPUs that can be given away at all.
pub(super) fn usable(policy: &StaticPolicy) -> usize {
    let all = policy.topology().all();
    if policy.options().full_pcpus_only {
        policy.available_on_whole_cores(all).len()
    } else {
        policy.allocatable().len()
    }
}

/// Groups of CPUs of which one must hold all of a container that is small enough.
struct Alignment {
    groups: Vec<usize>,
    /// What the largest NUMA node could hold. Of hints for more than that several are as good.
    small: usize,
    /// Whether a larger container is admitted at all.
    takes_large: bool,
}

impl Alignment {
    /// `None` where the Topology Manager refuses nobody. With align-by-socket a small container may lie
    /// anywhere on one socket.
    fn of(kubelet: &KubeletSetup, policy: &StaticPolicy) -> Option<Self> {
        let topology = policy.topology();
        let groups = match kubelet.topology_manager.policy {
            PolicyName::None | PolicyName::BestEffort => return None,
            PolicyName::Restricted if policy.options().align_by_socket => topology.sockets(),
            PolicyName::Restricted | PolicyName::SingleNumaNode => topology.numa_nodes(),
        };
        let small = topology.numa_nodes().iter().map(CpuGroup::size).max().unwrap_or(0);
        let takes_large = kubelet.topology_manager.policy == PolicyName::Restricted;
        Some(Self { groups: groups.iter().map(CpuGroup::size).collect(), small, takes_large })
    }

    /// Whether all CPUs of all containers flow into the groups: those of a small one into any group that
    /// could hold all of it, those of another into all.
    fn holds(&self, items: &[usize]) -> bool {
        if !self.takes_large && items.iter().any(|item| *item > self.small) {
            return false;
        }
        let mut graph: DiGraph<(), u64> = DiGraph::new();
        let (source, sink) = (graph.add_node(()), graph.add_node(()));
        let bins: Vec<NodeIndex> = self.groups.iter().map(|_| graph.add_node(())).collect();
        for (bin, size) in bins.iter().zip(&self.groups) {
            graph.add_edge(*bin, sink, *size as u64);
        }
        for item in items {
            let from = graph.add_node(());
            graph.add_edge(source, from, *item as u64);
            let takes = |size: usize| *item > self.small || size >= *item;
            for (bin, _) in bins.iter().zip(&self.groups).filter(|(_, size)| takes(**size)) {
                graph.add_edge(from, *bin, *item as u64);
            }
        }
        let (flow, _) = dinics(&graph, source, sink);
        flow == items.iter().map(|item| *item as u64).sum::<u64>()
    }
}

/// How many pods of a kind an idle node could hold at most, by its groups: each group holds so many whole
/// small ones.
pub(super) fn most_of_a_kind(kubelet: &KubeletSetup, policy: &StaticPolicy, pod: &PodDemand) -> usize {
    let by_groups = Alignment::of(kubelet, policy).and_then(|alignment| {
        let items = items(kubelet, pod);
        if !alignment.holds(&items) {
            return Some(0);
        }
        let largest = items.into_iter().filter(|item| *item <= alignment.small).max()?;
        Some(alignment.groups.iter().map(|size| size / largest).sum())
    });
    let by_sum = usable(policy).checked_div(pod.exclusive_cpus()).unwrap_or(usize::MAX);
    by_groups.unwrap_or(usize::MAX).min(by_sum)
}

/// What of a pod stands together at the same time as all else: the pod, or its containers without those
/// that end before the others run.
fn items(kubelet: &KubeletSetup, pod: &PodDemand) -> Vec<usize> {
    if kubelet.topology_manager.scope == Scope::Pod {
        return vec![pod.exclusive_cpus()];
    }
    let stay = pod.containers.iter().filter(|container| container.kind != ContainerKind::Init);
    stay.map(|container| container.exclusive_cpus).filter(|cpus| *cpus > 0).collect()
}
