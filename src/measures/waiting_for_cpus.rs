//! Pods that wait for CPUs of their own at the end of a run, and how many of them the free CPUs could take:
//! as they lie, and if every node's pods were packed anew.
//!
//! Lower bounds are plans: pods are admitted by the kubelets' own managers, the smallest first, each on the
//! first node that is for it and has room, whose pods are admitted anew with it where that helps, the largest
//! first. The upper bound is the smaller of two relaxations: pods flow to
//! nodes, each of which takes no more of a kind than an idle one could hold beside the CPUs in use, nor more
//! pods than of the smallest kind (a maximum flow); and the sum of the smallest that the sum of free CPUs
//! covers. Devices are not looked at.

use std::sync::Arc;

use petgraph::algo::dinics;
use petgraph::graph::DiGraph;

use super::cpu_holdings::CpuHoldings;
use super::repacking::{Trial, most_of_a_kind};
use super::surroundings::Surroundings;
use crate::api::{Node, NodeId, PodSpec};
use crate::cluster::setup::KubeletSetup;
use crate::kubelet::cpu_manager::StaticPolicy;
use crate::kubelet::demand::PodDemand;
use crate::kubelet::general_admission::NodeLoad;

/// The pods that wait, and bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingForCpus {
    /// Pods with CPUs of their own that are in the API, neither ended nor terminating, and have none yet.
    pub pods: usize,
    /// So many at least could be admitted as CPUs lie.
    pub as_it_is: usize,
    /// So many at least if nodes were packed anew.
    pub repacked_at_least: usize,
    /// So many at most.
    pub repacked_at_most: usize,
}

/// A node that gives CPUs away.
struct Home<'k> {
    id: NodeId,
    node: &'k Node,
    kubelet: &'k KubeletSetup,
    policy: &'k StaticPolicy,
    free: usize,
}

/// Pods that wait and are alike.
struct Kind<'p> {
    spec: &'p Arc<PodSpec>,
    pods: Vec<PodDemand>,
    cpus: usize,
}

impl WaitingForCpus {
    /// Looks at the end of a run.
    pub(super) fn at_the_end<'k>(
        kubelets: &'k [Option<Arc<KubeletSetup>>],
        around: Surroundings<'k>,
        holdings: &CpuHoldings,
    ) -> Self {
        let homes = homes(kubelets, around, holdings);
        if homes.is_empty() {
            return Self::default();
        }
        let mut loads: Vec<NodeLoad> = vec![NodeLoad::default(); around.nodes.len()];
        let mut kinds: Vec<Kind<'_>> = Vec::new();
        for row in around.pods.iter().filter(|row| row.gone.is_none() && !row.pod.is_finished()) {
            let pod = &row.pod;
            let demand = PodDemand::of(pod, |_| None);
            let cpus = demand.exclusive_cpus();
            if cpus > 0 && pod.deleted.is_none() && !holdings.has(pod.id) {
                match kinds.iter_mut().find(|kind| Arc::ptr_eq(kind.spec, &pod.spec)) {
                    Some(kind) => kind.pods.push(demand),
                    None => kinds.push(Kind { spec: &pod.spec, pods: vec![demand], cpus }),
                }
            } else if let Some(load) = pod.node.and_then(|node| loads.get_mut(node.index())) {
                load.add(&pod.spec);
            }
        }
        if kinds.is_empty() {
            return Self::default();
        }
        kinds.sort_by_key(|kind| kind.cpus);
        let as_it_is = planned(&homes, &kinds, loads.clone(), around, (holdings, Packing::AsItIs));
        let anew = planned(&homes, &kinds, loads, around, (holdings, Packing::Anew));
        Self {
            pods: kinds.iter().map(|kind| kind.pods.len()).sum(),
            as_it_is,
            repacked_at_least: anew.max(as_it_is),
            repacked_at_most: at_most(&homes, &kinds, around),
        }
    }
}

impl Home<'_> {
    /// Whether the scheduler could send a pod here at all.
    fn is_for(&self, pod: &PodSpec, around: Surroundings<'_>) -> bool {
        let mut taints = self.node.taints.iter().filter(|taint| taint.keeps_away());
        !self.node.unschedulable
            && taints.all(|taint| taint.is_tolerated_by(&pod.tolerations))
            && NodeLoad::default().admits(pod, self.node, around.names).is_ok()
    }
}

fn homes<'k>(
    kubelets: &'k [Option<Arc<KubeletSetup>>],
    around: Surroundings<'k>,
    holdings: &CpuHoldings,
) -> Vec<Home<'k>> {
    let all = kubelets.iter().enumerate().filter_map(|(index, kubelet)| {
        let kubelet = kubelet.as_deref()?;
        let policy = kubelet.cpu_policy.as_ref()?;
        let node = around.nodes.get(index)?.as_deref()?;
        let id = NodeId(index as u32);
        let free = policy.allocatable().difference(&holdings.exclusive(id)).len();
        Some(Home { id, node, kubelet, policy, free })
    });
    all.collect()
}

/// Whether the pods of a node may be packed anew for one more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    AsItIs,
    Anew,
}

/// A node with its pods and those that a plan adds.
struct Planned<'k> {
    trial: Trial<'k>,
    pods: Vec<PodDemand>,
}

impl<'k> Planned<'k> {
    fn new(home: &Home<'k>, holdings: &CpuHoldings) -> Option<Self> {
        let trial = Trial::as_it_is(home.kubelet, holdings.of(home.id))?;
        Some(Self { trial, pods: holdings.of(home.id).map(|holding| holding.demand.clone()).collect() })
    }

    fn admit(&mut self, pod: &PodDemand, home: &Home<'k>, packing: Packing) -> bool {
        let mut admitted = self.trial.admit(pod);
        self.pods.push(pod.clone());
        if !admitted
            && packing == Packing::Anew
            && let Some(repacked) = Trial::repacked(home.kubelet, self.pods.clone())
        {
            self.trial = repacked;
            admitted = true;
        }
        if !admitted {
            self.pods.pop();
        }
        admitted
    }
}

/// How many pods are admitted by a plan: the smallest first, each on the first node that takes it.
fn planned(
    homes: &[Home<'_>],
    kinds: &[Kind<'_>],
    mut loads: Vec<NodeLoad>,
    around: Surroundings<'_>,
    (holdings, packing): (&CpuHoldings, Packing),
) -> usize {
    let mut nodes: Vec<_> = homes.iter().map(|home| Planned::new(home, holdings)).collect();
    let mut admitted = 0;
    for kind in kinds {
        let mut waiting = kind.pods.iter().peekable();
        for (home, node) in homes.iter().zip(&mut nodes).filter(|(home, _)| home.is_for(kind.spec, around)) {
            let (Some(node), load) = (node, &mut loads[home.id.index()]) else { continue };
            let mut takes = |pod: &&PodDemand| {
                load.admits(kind.spec, home.node, around.names).is_ok() && node.admit(pod, home, packing)
            };
            while waiting.next_if(&mut takes).is_some() {
                admitted += 1;
            }
        }
    }
    admitted
}

/// No plan admits more.
fn at_most(homes: &[Home<'_>], kinds: &[Kind<'_>], around: Surroundings<'_>) -> usize {
    let smallest = kinds.first().map_or(1, |kind| kind.cpus);
    let mut graph: DiGraph<(), u64> = DiGraph::new();
    let (source, sink) = (graph.add_node(()), graph.add_node(()));
    let of_homes: Vec<_> = homes.iter().map(|_| graph.add_node(())).collect();
    for (home, at) in homes.iter().zip(&of_homes) {
        graph.add_edge(*at, sink, (home.free / smallest) as u64);
    }
    for kind in kinds {
        let from = graph.add_node(());
        graph.add_edge(source, from, kind.pods.len() as u64);
        for (home, at) in homes.iter().zip(&of_homes).filter(|(home, _)| home.is_for(kind.spec, around)) {
            let most = most_of_a_kind(home.kubelet, home.policy, &kind.pods[0]).min(home.free / kind.cpus);
            graph.add_edge(from, *at, most as u64);
        }
    }
    let (flow, _) = dinics(&graph, source, sink);
    let mut left: usize = homes.iter().map(|home| home.free).sum();
    let mut by_sum = 0;
    for kind in kinds {
        let taken = kind.pods.len().min(left / kind.cpus);
        left -= taken * kind.cpus;
        by_sum += taken;
    }
    by_sum.min(usize::try_from(flow).unwrap_or(usize::MAX))
}
