//! The kubelet's algorithms against the naive twins.

use std::collections::BTreeSet;

use kubecast::api::CpuSet;
use kubecast::kubelet::Machine;
use kubecast::kubelet::cpu_manager::{
    CpuHints, CpuTopology, SortingStrategy, TakeError, UncoreAlignment, take_packed,
};
use kubecast::kubelet::topology_manager::{
    NumaInfo, PolicyName, ProviderHints, ResourceHints, TopologyHint, TopologyManagerConfig, merge_hints,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::cases::{machines, regular_machines, topology_manager};
use super::twin_of_hints::{Hint, Nodes, Numa, hints, merge, number};
use super::twin_of_packed::packed;

/// Of each CPU whether it is 0: used, 1: used again, 2 and up: free.
fn uses() -> impl Strategy<Value = Vec<u8>> {
    // Most CPUs are free on some machines, few on others.
    (2..8_u8).prop_flat_map(|most| vec(0..most, 96))
}

fn chosen(machine: &Machine, uses: &[u8], wanted: impl Fn(u8) -> bool) -> BTreeSet<u32> {
    let cpus = machine.cpus().iter().zip(uses.iter().cycle());
    cpus.filter(|(_, used)| wanted(**used)).map(|(cpu, _)| cpu.cpu).collect()
}

fn set(cpus: &BTreeSet<u32>) -> CpuSet {
    cpus.iter().copied().collect()
}

/// By the number of nodes, then as a number.
fn sorted(mut list: Vec<Hint>) -> Vec<Hint> {
    list.sort_by_key(|hint| hint.nodes.as_ref().map(|nodes| (nodes.len(), number(nodes))));
    list
}

/// A CPU hint's provider beside another one.
fn merge_cpus(
    machine: &Machine,
    config: TopologyManagerConfig,
    list: &[Hint],
    hints: CpuHints,
    other: Option<&[Hint]>,
) -> [(Hint, bool); 2] {
    let all: Nodes = machine.numa_nodes().iter().map(|node| node.id).collect();
    let none = [Hint { nodes: None, preferred: false }];
    let list = if list.is_empty() { &none[..] } else { list };
    let lists: Vec<Vec<Hint>> = other.into_iter().chain([list]).map(<[Hint]>::to_vec).collect();
    let numa = Numa { all: &all, distances: machine.distances() };
    let naive = merge(&numa, config.policy, config.prefer_closest_numa_nodes, &lists);
    let listed = |list: &[Hint]| ResourceHints::List(list.iter().map(TopologyHint::from).collect());
    let resources = other.map(listed).into_iter().chain([ResourceHints::Cpus(hints)]);
    let providers: Vec<ProviderHints> =
        resources.map(|hints| ProviderHints::Resources(vec![hints])).collect();
    let (merged, admits) = merge_hints(&NumaInfo::new(machine), config, &providers);
    [naive, (merged.into(), admits)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// Lists, and what a summary says without a list.
    #[test]
    fn hints_are_those_of_the_twin(
        (machine, _) in machines(),
        uses in uses(),
        reuse in any::<bool>(),
        (request, align) in (any::<u16>(), any::<bool>()),
        config in topology_manager(),
        other in vec(hint(4), 0..4),
    ) {
        let available = chosen(&machine, &uses, |used| used > 1);
        let reusable = chosen(&machine, &uses, |used| reuse && used == 1);
        let request = 1 + usize::from(request) % machine.cpus().len();
        let naive = sorted(hints(&machine, &available, &reusable, request, align));
        let topology = CpuTopology::new(&machine);
        let found = CpuHints::new(&topology, &set(&available), &set(&reusable), request, align);
        let list: Vec<Hint> = found.list().into_iter().map(Hint::from).collect();
        prop_assert_eq!(sorted(list), naive.clone());
        let preferred = naive.iter().filter(|hint| hint.preferred).count();
        let fewest = naive.first().and_then(|hint| hint.nodes.as_ref()).map_or(0, |nodes| nodes.len() as u32);
        prop_assert_eq!(found.summary(), (naive.len(), preferred, fewest));

        // Sorted as they are, the first is the narrowest.
        let narrowest = naive.iter().find(|hint| hint.preferred).or(naive.first());
        prop_assert_eq!(found.narrowest().map(Hint::from), narrowest.cloned());
        let one = |hint: &&Hint| hint.preferred && hint.nodes.as_ref().is_some_and(|nodes| nodes.len() == 1);
        prop_assert_eq!(found.single_node().map(Hint::from), naive.iter().find(one).cloned());

        let [alone, merged] = merge_cpus(&machine, config, &naive, found.clone(), None);
        prop_assert_eq!(merged, alone);
        if !other.is_empty() {
            let [both, merged] = merge_cpus(&machine, config, &naive, found, Some(&other));
            prop_assert_eq!(merged, both);
        }
    }

    #[test]
    fn packed_cpus_are_those_of_the_twin(
        machine in regular_machines(),
        uses in uses(),
        count in any::<u16>(),
        spread in any::<bool>(),
        uncore in any::<bool>(),
    ) {
        let free = chosen(&machine, &uses, |used| used > 0);
        let count = usize::from(count) % (free.len() + 2);
        let naive = packed(&machine, &free, count, spread, uncore);
        let strategy = if spread { SortingStrategy::Spread } else { SortingStrategy::Packed };
        let uncore = if uncore { UncoreAlignment::WholeCores } else { UncoreAlignment::Off };
        let found = take_packed(&CpuTopology::new(&machine), &set(&free), count, strategy, uncore);
        let expected = naive
            .map(|cpus| set(&cpus))
            .ok_or(TakeError::NotEnough { requested: count, available: free.len() });
        prop_assert_eq!(found, expected);
    }
}

/// A hint on some of so many NUMA nodes.
fn hint(nodes: u32) -> impl Strategy<Value = Hint> {
    let ids = |mask: u32| (0..6).filter(|id| mask >> id & 1 == 1).collect::<Nodes>();
    let affinity =
        prop_oneof![1 => Just(None), 9 => (1..1_u32 << nodes).prop_map(move |mask| Some(ids(mask)))];
    (affinity, any::<bool>()).prop_map(|(nodes, preferred)| Hint { nodes, preferred })
}

/// What a resource says: nothing, that it cannot be had, or a list.
#[derive(Clone, Debug)]
enum Resource {
    Nothing,
    Hints(Vec<Hint>),
}

impl Resource {
    fn told(&self) -> ResourceHints {
        match self {
            Self::Nothing => ResourceHints::NoPreference,
            Self::Hints(list) => ResourceHints::List(list.iter().map(TopologyHint::from).collect()),
        }
    }

    fn list(&self) -> Vec<Hint> {
        match self {
            Self::Nothing => vec![Hint { nodes: None, preferred: true }],
            Self::Hints(list) if list.is_empty() => vec![Hint { nodes: None, preferred: false }],
            Self::Hints(list) => list.clone(),
        }
    }
}

/// Distances of so many nodes, and what one to three resources say about them.
fn merges() -> impl Strategy<Value = (Vec<Vec<u32>>, Vec<Resource>)> {
    (1..=6_u32).prop_flat_map(|nodes| {
        let distance = select(vec![10_u32, 11, 12, 20, 21]);
        let resource = prop_oneof![
            1 => Just(Resource::Nothing),
            9 => vec(hint(nodes), 0..7).prop_map(Resource::Hints),
        ];
        (vec(vec(distance, nodes as usize), nodes as usize), vec(resource, 1..4))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn merged_hints_are_those_of_the_twin(
        (distances, resources) in merges(),
        config in topology_manager(),
        one_provider in any::<bool>(),
    ) {
        let all: Nodes = (0..distances.len() as u32).collect();
        let lists: Vec<Vec<Hint>> = resources.iter().map(Resource::list).collect();
        let numa = Numa { all: &all, distances: &distances };
        let naive = merge(&numa, config.policy, config.prefer_closest_numa_nodes, &lists);
        // Whether resources come from one provider or from several makes no difference.
        let told: Vec<ResourceHints> = resources.iter().map(Resource::told).collect();
        let providers: Vec<ProviderHints> = if one_provider {
            vec![ProviderHints::Resources(told)]
        } else {
            told.into_iter().map(|hints| ProviderHints::Resources(vec![hints])).collect()
        };
        let info = NumaInfo::of_nodes(all.iter().copied(), distances.clone());
        let (merged, admits) = merge_hints(&info, config, &providers);
        prop_assert_eq!((Hint::from(merged), admits), naive);
    }
}

/// Rule 53: of as many nodes the closer ones, unless one node is asked for.
#[test]
fn closer_nodes_win_ties_only() {
    let distances = vec![vec![10, 21, 11], vec![21, 10, 21], vec![11, 21, 10]];
    let all: Nodes = (0..3).collect();
    let pair = |ids: [u32; 2]| Hint { nodes: Some(ids.into()), preferred: true };
    let lists = [vec![pair([0, 1]), pair([0, 2])]];
    let numa = Numa { all: &all, distances: &distances };
    // {0, 1}: 10 + 21 + 21 + 10 = 62; {0, 2}: 10 + 11 + 11 + 10 = 42.
    let merged = |closest| merge(&numa, PolicyName::Restricted, closest, &lists).0;
    assert_eq!((merged(false), merged(true)), (pair([0, 1]), pair([0, 2])));
}
