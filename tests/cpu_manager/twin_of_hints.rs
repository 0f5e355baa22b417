//! Hints and their merge, naively: every set of NUMA nodes and every permutation, on plain sets.

use std::collections::BTreeSet;

use kubecast::kubelet::Machine;
use kubecast::kubelet::topology_manager::{NumaMask, PolicyName, TopologyHint};

pub(crate) type Nodes = BTreeSet<u32>;

/// Where a resource could come from; `None`: anywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hint {
    pub(crate) nodes: Option<Nodes>,
    pub(crate) preferred: bool,
}

impl From<TopologyHint> for Hint {
    fn from(hint: TopologyHint) -> Self {
        Self { nodes: hint.affinity.map(|mask| mask.ids().collect()), preferred: hint.preferred }
    }
}

impl From<&Hint> for TopologyHint {
    fn from(hint: &Hint) -> Self {
        let mask = |nodes: &Nodes| nodes.iter().copied().collect::<NumaMask>();
        Self { affinity: hint.nodes.as_ref().map(mask), preferred: hint.preferred }
    }
}

/// A set of nodes as the number whose bits they are.
pub(crate) fn number(nodes: &Nodes) -> u64 {
    nodes.iter().map(|node| 1 << node).sum()
}

/// Every set of some of the nodes.
fn sets(of: &Nodes) -> Vec<Nodes> {
    let of: Vec<u32> = of.iter().copied().collect();
    let set = |bits: u32| (0..of.len()).filter(|at| bits >> at & 1 == 1).map(|at| of[at]).collect();
    (1..1_u32 << of.len()).map(set).collect()
}

/// Rules 46, 47 and 50: the hints of a request, whatever their order.
pub(crate) fn hints(
    machine: &Machine,
    available: &BTreeSet<u32>,
    reusable: &BTreeSet<u32>,
    request: usize,
    align_by_socket: bool,
) -> Vec<Hint> {
    let with_cpus: Nodes = machine.cpus().iter().map(|cpu| cpu.numa).collect();
    let all_sockets: BTreeSet<u32> = machine.cpus().iter().map(|cpu| cpu.socket).collect();
    let on = |nodes: &Nodes| -> BTreeSet<u32> {
        machine.cpus().iter().filter(|cpu| nodes.contains(&cpu.numa)).map(|cpu| cpu.cpu).collect()
    };
    let sockets = |nodes: &Nodes| -> BTreeSet<u32> {
        machine.cpus().iter().filter(|cpu| nodes.contains(&cpu.numa)).map(|cpu| cpu.socket).collect()
    };
    // The fewest nodes that have so many CPUs, used and reserved ones included.
    let enough = sets(&with_cpus).into_iter().filter(|nodes| on(nodes).len() >= request);
    let least = enough.map(|nodes| nodes.len()).min().unwrap_or(with_cpus.len());
    let nodes_a_socket = with_cpus.len() / all_sockets.len();
    let mut hints = Vec::new();
    for nodes in sets(&with_cpus) {
        let here = on(&nodes);
        let usable = here.intersection(available).count() + reusable.len();
        if !reusable.is_subset(&here) || usable < request {
            continue;
        }
        let aligned =
            align_by_socket && nodes_a_socket > 0 && sockets(&nodes).len() == least.div_ceil(nodes_a_socket);
        hints.push(Hint { preferred: aligned || nodes.len() == least, nodes: Some(nodes) });
    }
    hints
}

/// One hint of each list, in every way.
fn permutations(lists: &[Vec<Hint>]) -> Vec<Vec<Hint>> {
    let Some((first, rest)) = lists.split_first() else { return vec![Vec::new()] };
    let rest = permutations(rest);
    let with =
        |hint: &Hint| rest.iter().map(|others| [std::slice::from_ref(hint), others].concat()).collect();
    first.iter().flat_map(|hint| -> Vec<Vec<Hint>> { with(hint) }).collect()
}

/// What the hints of a permutation have in common.
fn merged(all: &Nodes, permutation: &[Hint]) -> (Nodes, bool) {
    let told: BTreeSet<&Nodes> = permutation.iter().filter_map(|hint| hint.nodes.as_ref()).collect();
    let common = told.iter().fold(all.clone(), |common, nodes| &common & *nodes);
    (common, told.len() <= 1 && permutation.iter().all(|hint| hint.preferred))
}

/// The machine's NUMA nodes, and the distances between them by id.
pub(crate) struct Numa<'a> {
    pub(crate) all: &'a Nodes,
    pub(crate) distances: &'a [Vec<u32>],
}

/// Rules 52 to 54: the merged hint, and whether the policy admits with it.
pub(crate) fn merge(
    numa: &Numa,
    policy: PolicyName,
    prefer_closest: bool,
    lists: &[Vec<Hint>],
) -> (Hint, bool) {
    if policy == PolicyName::None {
        return (Hint { nodes: None, preferred: false }, true);
    }
    let single = policy == PolicyName::SingleNumaNode;
    let mut lists = lists.to_vec();
    if single {
        let fits = |hint: &Hint| hint.preferred && hint.nodes.as_ref().is_none_or(|nodes| nodes.len() == 1);
        for list in &mut lists {
            list.retain(fits);
        }
    }
    let distance = |nodes: &Nodes| -> u32 {
        let row =
            |from: &u32| -> u32 { nodes.iter().map(|to| numa.distances[*from as usize][*to as usize]).sum() };
        nodes.iter().map(row).sum()
    };
    // The sums of sets of one size compare as their averages do.
    let near = |nodes: &Nodes| {
        (nodes.len(), if prefer_closest && !single { distance(nodes) } else { 0 }, number(nodes))
    };
    let candidates: BTreeSet<(Nodes, bool)> = permutations(&lists)
        .iter()
        .map(|permutation| merged(numa.all, permutation))
        .filter(|(nodes, _)| !nodes.is_empty())
        .collect();
    let sizes =
        |list: &Vec<Hint>| list.iter().filter_map(|hint| hint.nodes.as_ref()).map(BTreeSet::len).min();
    let target = lists.iter().filter_map(sizes).max().unwrap_or(0);
    let of =
        |preferred: bool| candidates.iter().filter(move |(_, is)| *is == preferred).map(|(nodes, _)| nodes);
    let below = of(false).map(BTreeSet::len).filter(|size| *size <= target).max();
    let best = of(true)
        .min_by_key(|nodes| near(nodes))
        .map(|nodes| (nodes, true))
        .or_else(|| {
            let fits = |nodes: &&Nodes| below.is_none_or(|size| nodes.len() == size);
            of(false).filter(fits).min_by_key(|nodes| near(nodes)).map(|nodes| (nodes, false))
        })
        .unwrap_or((numa.all, false));
    let nodes = (!single || best.0 != numa.all).then(|| best.0.clone());
    let hint = Hint { nodes, preferred: best.1 };
    let admits = policy == PolicyName::BestEffort || hint.preferred;
    (hint, admits)
}
