//! Examples of the rules about hints and allocators, worked out by hand.
//!
//! Unless it says otherwise, the machine is `2s2n4c2t`: NUMA nodes 0 and 1 on socket 0, 2 and 3 on socket 1;
//! node n has the cores 4n to 4n + 3, and core c the CPUs c and c + 16.

use std::collections::BTreeSet;
use std::sync::Arc;

use kubecast::api::{CpuSet, PodId};
use kubecast::kubelet::admission::{Refusal, admit};
use kubecast::kubelet::cpu_manager::{
    CpuGroup, CpuHints, CpuManager, CpuTopology, Distribution, Reservation, SortingStrategy, StaticPolicy,
    StaticPolicyOptions, take_distributed,
};
use kubecast::kubelet::demand::{ContainerDemand, ContainerKind, PodDemand};
use kubecast::kubelet::device_manager::DeviceManager;
use kubecast::kubelet::topology_manager::{
    NumaInfo, NumaMask, PolicyName, TopologyHint, TopologyManagerConfig,
};

use super::cases::{behaviour, machine};

/// `2s2n4c2t` with another numbering of NUMA nodes: 0 and 2 on socket 0, 1 and 3 on socket 1.
const INTERLEAVED: &str = "2s2n4c2t-interleaved";

pub(crate) fn cpus(list: &str) -> CpuSet {
    CpuSet::parse(list).expect("a list")
}

pub(crate) fn options(set: impl Fn(&mut StaticPolicyOptions)) -> StaticPolicyOptions {
    let mut options = StaticPolicyOptions::default();
    set(&mut options);
    options
}

/// `align-by-socket` alone.
fn by_socket() -> StaticPolicyOptions {
    options(|options| options.align_by_socket = true)
}

fn policy(formula: &str, options: StaticPolicyOptions, reservation: Reservation) -> StaticPolicy {
    let topology = Arc::new(CpuTopology::new(&machine(formula)));
    StaticPolicy::new(topology, options, reservation, behaviour()).expect("a policy")
}

/// An idle kubelet.
pub(crate) struct Kubelet {
    numa: NumaInfo,
    config: TopologyManagerConfig,
    pub(crate) manager: CpuManager,
    /// The NUMA nodes of the merged hints, in order.
    pub(crate) merged: Vec<Option<Vec<u32>>>,
    next: u32,
}

impl Kubelet {
    pub(crate) fn new(
        formula: &str,
        policy_name: PolicyName,
        options: StaticPolicyOptions,
        reserved: &str,
    ) -> Self {
        let policy = policy(formula, options, Reservation::Cpus(cpus(reserved)));
        Self {
            numa: NumaInfo::new(&machine(formula)),
            config: TopologyManagerConfig { policy: policy_name, ..TopologyManagerConfig::default() },
            manager: CpuManager::start(policy, None).expect("an idle machine"),
            merged: Vec::new(),
            next: 0,
        }
    }

    pub(crate) fn admit(&mut self, pod: &PodDemand) -> Result<(), Refusal> {
        let merged = &mut self.merged;
        let note = &mut |_: Option<usize>, _: &[_], hint: TopologyHint| {
            merged.push(hint.affinity.map(|nodes| nodes.ids().collect()));
        };
        let outcome = admit(
            &self.numa,
            self.config,
            &mut DeviceManager::new(self.numa.all(), []),
            Some(&mut self.manager),
            pod,
            note,
        );
        if outcome.is_err() {
            self.manager.remove(pod.pod);
        }
        outcome
    }

    pub(crate) fn pod(&mut self, containers: &[(ContainerKind, usize)]) -> PodDemand {
        self.next += 1;
        let demand = |(kind, exclusive_cpus): &(ContainerKind, usize)| ContainerDemand {
            kind: *kind,
            exclusive_cpus: *exclusive_cpus,
            devices: Vec::new(),
        };
        PodDemand { pod: PodId(self.next), containers: containers.iter().map(demand).collect() }
    }

    /// A pod of one container; the CPUs that it is given.
    pub(crate) fn add(&mut self, count: usize) -> Result<String, Refusal> {
        let pod = self.pod(&[(ContainerKind::App, count)]);
        self.admit(&pod)?;
        Ok(self.manager.state().assigned(pod.pod, 0).expect("exclusive CPUs").to_string())
    }
}

/// Rule 46: Of 8 CPUs a node, 0 is reserved. 5 go to node 0, which keeps 2; 5 to node 1, as node 0 has not so
/// many, which keeps 3. Then 4 would fit one node of the empty machine, so that the one hint, {0, 1} with
/// 2 + 3, is wider than it could be: not preferred, and refused.
#[test]
fn rule_46_the_least_number_of_nodes_counts_used_cpus() {
    let mut kubelet = Kubelet::new("2s1n4c2t", PolicyName::Restricted, options(|_| {}), "0");
    let nodes: Vec<Vec<u32>> =
        kubelet.manager.topology().numa_nodes().iter().map(|node| node.cpus.iter().collect()).collect();
    assert_eq!(nodes, [[0, 1, 2, 3, 8, 9, 10, 11], [4, 5, 6, 7, 12, 13, 14, 15]]);
    assert!(kubelet.add(5).is_ok() && kubelet.add(5).is_ok());
    assert_eq!(kubelet.add(4), Err(Refusal::TopologyAffinity));
    assert_eq!(kubelet.merged, [Some(vec![0]), Some(vec![1]), Some(vec![0, 1])]);
    // Best effort gives what is there.
    kubelet.config.policy = PolicyName::BestEffort;
    assert!(kubelet.add(4).is_ok());
}

fn preferred(formula: &str, request: usize) -> BTreeSet<Vec<u32>> {
    let topology = CpuTopology::new(&machine(formula));
    let hints = CpuHints::new(&topology, topology.all(), &CpuSet::EMPTY, request, true);
    let preferred = hints.list().into_iter().filter(|hint| hint.preferred);
    preferred.filter_map(|hint| hint.affinity).map(|nodes| nodes.ids().collect()).collect()
}

/// Rule 47: Two nodes a socket, 8 CPUs a node. 4 CPUs need one node, so ceil(1 / 2) = 1 socket: single nodes and
/// the pairs of a socket. 10 need two nodes, and still ceil(2 / 2) = 1 socket: all pairs, but no triple, as
/// each lies on two sockets. 18 need three nodes, so ceil(3 / 2) = 2 sockets: every triple, all four; pairs
/// have not enough.
#[test]
fn rule_47_hints_are_preferred_by_sockets_too() {
    let sets = |sets: &[&[u32]]| sets.iter().map(|set| set.to_vec()).collect::<BTreeSet<Vec<u32>>>();
    let four = preferred("2s2n4c2t", 4);
    assert_eq!(four, sets(&[&[0], &[1], &[2], &[3], &[0, 1], &[2, 3]]));
    let pairs: [&[u32]; 6] = [&[0, 1], &[0, 2], &[0, 3], &[1, 2], &[1, 3], &[2, 3]];
    assert_eq!(preferred("2s2n4c2t", 10), sets(&pairs));
    let wide: [&[u32]; 5] = [&[0, 1, 2], &[0, 1, 3], &[0, 2, 3], &[1, 2, 3], &[0, 1, 2, 3]];
    assert_eq!(preferred("2s2n4c2t", 18), sets(&wide));
    // One socket: every one of the 2^4 - 1 sets is on it.
    assert_eq!(preferred("1s4n4c2t", 4).len(), 15);
}

/// Rule 48: Core 0 is reserved. 4 CPUs go to the cores 1 and 2 of node 0, which keeps core 3. Of 6 CPUs node 0
/// has not enough: the hint is {1}. It is widened to socket 0, where node 0 with 2 free CPUs comes before
/// node 1 with 8: core 3 is taken first, then 4 and 5.
#[test]
fn rule_48_a_hint_is_widened_to_its_sockets() {
    let mut kubelet = Kubelet::new("2s2n4c2t", PolicyName::Restricted, by_socket(), "0,16");
    assert_eq!(kubelet.add(4).as_deref(), Ok("1-2,17-18"));
    assert_eq!(kubelet.add(6).as_deref(), Ok("3-5,19-21"));
    assert_eq!(kubelet.merged, [Some(vec![0]), Some(vec![1])]);
    // Without the option CPUs stay within the hint: the cores 4 to 6 of node 1.
    let mut kubelet = Kubelet::new("2s2n4c2t", PolicyName::Restricted, options(|_| {}), "0,16");
    assert_eq!(kubelet.add(4).as_deref(), Ok("1-2,17-18"));
    assert_eq!(kubelet.add(6).as_deref(), Ok("4-6,20-22"));
}

/// Rule 49: As before, but nobody asks for hints. 4 CPUs: socket 0 has fewest free, node 0 in it: cores 1, 2.
/// 12 CPUs: no socket is free as a whole and small enough; node 1 is, 8 CPUs, 4 are left; node 2 is too
/// large. Core 3 is first, in the fuller socket, then core 8 of node 2: two sockets, though socket 1 alone
/// had 16.
#[test]
fn rule_49_without_a_topology_manager_the_whole_machine_is_used() {
    for options in [by_socket(), options(|_| {})] {
        let mut kubelet = Kubelet::new("2s2n4c2t", PolicyName::None, options, "0,16");
        assert_eq!(kubelet.add(4).as_deref(), Ok("1-2,17-18"));
        assert_eq!(kubelet.add(12).as_deref(), Ok("3-8,19-24"));
        assert!(kubelet.merged.is_empty(), "there are no hints");
    }
}

/// Rule 61: 8 nodes of 5 CPUs, all free; 18 CPUs need 4 nodes, 4 CPUs each and 2 over. {0, 1, 2, 3} is rated
/// first, all others as well, so none is better. But its fourth element stands in memory that {0, 1, 2, 4}
/// to {0, 1, 2, 7} are written to next (from {0, 1, 3, …} on the third is another, in an array of its own).
/// So nodes 0, 1, 2 and 7 give 4 each, and 0 and 1, which the remainder fell to, one more.
#[test]
fn rule_61_the_best_combination_is_overwritten() {
    let topology = CpuTopology::new(&machine("2s4n5c1t"));
    let how = Distribution {
        group_size: 1,
        strategy: SortingStrategy::Packed,
        within_free: false,
        by_socket: false,
    };
    let taken = take_distributed(&topology, topology.all(), 18, how).expect("there are 40");
    assert_eq!((taken.cpus, taken.aliased), (cpus("0-13,35-38"), true));
}

/// Rule 69: On the empty machine 5 CPUs are less than a socket or a node: the cores 0 and 1, then one CPU of
/// core 2. Across cores: in ascending number on socket 0.
#[test]
fn rule_69_reserving_by_count_uses_the_options() {
    let reserved = |options| policy("2s2n4c2t", options, Reservation::Count(5)).reserved().to_string();
    assert_eq!(reserved(options(|_| {})), "0-2,16-17");
    assert_eq!(reserved(options(|options| options.distribute_cpus_across_cores = true)), "0-4");
}

/// The narrowest hint for a request on what is free, and the CPUs that are then picked.
fn picked(formula: &str, options: StaticPolicyOptions, free: &str, request: usize) -> (NumaMask, CpuSet) {
    let policy = policy(formula, options, Reservation::Cpus(CpuSet::EMPTY));
    let free = cpus(free);
    let align = options.align_by_socket;
    let hints = CpuHints::new(policy.topology(), &free, &CpuSet::EMPTY, request, align);
    let hint = hints.narrowest().filter(|hint| hint.preferred).expect("a preferred hint");
    let affinity = hint.affinity.expect("nodes");
    (affinity, policy.pick(&free, request, Some(affinity)).expect("enough").cpus)
}

fn nodes_and_sockets(formula: &str, cpus: &CpuSet) -> (Vec<u32>, Vec<u32>) {
    let topology = CpuTopology::new(&machine(formula));
    let of = |groups: &[CpuGroup]| {
        groups.iter().filter(|group| group.any_free(cpus)).map(|group| group.id).collect()
    };
    (of(topology.numa_nodes()), of(topology.sockets()))
}

/// Rule 79: Free are the cores 1 to 3 (6 CPUs) and 4 (2) on socket 0, 8 to 11 (8) and 12 (2) on socket 1.
///
/// Interleaved, these are nodes 0, 2, 1, 3. 12 CPUs need two nodes of 8; {0, 1} has 6 + 8 and is the lowest
/// mask that has enough. Without the option CPUs come from those two: node 1 as a whole, 8, and of node 0
/// the cores 1 and 2. With the option both sockets are open: of the nodes, only node 1 is free as a whole,
/// 8. That leaves socket 1 with 2 free CPUs and socket 0 with 8, so that of the cores 12 on node 3 comes
/// first, then, of socket 0's nodes the one with fewest free, 4 on node 2. Three NUMA nodes instead of two, of which
/// only one is in the hint.
#[test]
fn rule_79_interleaved_nodes_make_align_by_socket_worse() {
    let free = "1-4,8-12,17-20,24-28";
    let (hint, off) = picked(INTERLEAVED, options(|_| {}), free, 12);
    assert_eq!((hint, off), ([0, 1].into_iter().collect(), cpus("1-2,8-11,17-18,24-27")));
    assert_eq!(nodes_and_sockets(INTERLEAVED, &off), (vec![0, 1], vec![0, 1]));
    let (hint, on) = picked(INTERLEAVED, by_socket(), free, 12);
    assert_eq!((hint, on), ([0, 1].into_iter().collect(), cpus("4,8-12,20,24-28")));
    assert_eq!(nodes_and_sockets(INTERLEAVED, &on), (vec![1, 2, 3], vec![0, 1]));
}

/// Rule 79, the other numbering: on the empty machine 12 CPUs get {0, 1} either way. By socket that is socket 0,
/// where the option changes nothing: node 0 as a whole, then the cores 4 and 5. Interleaved it is one node
/// of each socket: without the option node 0 as a whole and the cores 8 and 9 of node 1. With it both
/// sockets are open, and what best fit finds first is node 0, then, socket 0 being the fuller, node 2: the
/// cores 4 and 5.
#[test]
fn rule_79_both_numberings() {
    let all = "0-31";
    let pair: NumaMask = [0, 1].into_iter().collect();
    for (formula, options, expected) in [
        ("2s2n4c2t", options(|_| {}), "0-5,16-21"),
        ("2s2n4c2t", by_socket(), "0-5,16-21"),
        (INTERLEAVED, options(|_| {}), "0-3,8-9,16-19,24-25"),
        (INTERLEAVED, by_socket(), "0-5,16-21"),
    ] {
        assert_eq!(picked(formula, options, all, 12), (pair, cpus(expected)), "{formula} {options:?}");
    }
}
