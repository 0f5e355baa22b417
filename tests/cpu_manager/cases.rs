//! Random machines, settings of the kubelet, and courses of pods.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubecast::api::behaviour::Behaviour;
use kubecast::api::{CpuSet, KubeletBehaviour, Release};
use kubecast::kubelet::Machine;
use kubecast::kubelet::cpu_manager::{CpuTopology, Reservation, StaticPolicyOptions};
use kubecast::kubelet::demand::{ContainerDemand, ContainerKind};
use kubecast::kubelet::topology_manager::{PolicyName, Scope, TopologyManagerConfig};
use kubecast::machine_files::catalogue;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// What happens to the kubelet.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A pod arrives.
    Add(Arc<[ContainerDemand]>),
    /// One of the running pods, counted round, ends.
    Remove(usize),
    /// The kubelet restarts.
    Restart,
}

/// A machine, the kubelet's settings, and what happens.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The machine.
    pub(crate) machine: Machine,
    /// Whether all its sockets, NUMA nodes and cores are alike.
    pub(crate) regular: bool,
    /// Options of the static policy.
    pub(crate) options: StaticPolicyOptions,
    /// The reserved CPUs.
    pub(crate) reservation: Reservation,
    /// What hangs on the release.
    pub(crate) behaviour: KubeletBehaviour,
    /// The Topology Manager's settings.
    pub(crate) config: TopologyManagerConfig,
    /// What happens.
    pub(crate) steps: Vec<Step>,
}

pub(crate) fn machine(formula: &str) -> Machine {
    catalogue::find(formula).unwrap_or_else(|error| panic!("{formula}: {error}")).machine
}

/// 1.32 as the vectors have it, with options of every stage.
pub(crate) fn behaviour() -> KubeletBehaviour {
    let gates: BTreeMap<String, bool> = ["CPUManagerPolicyAlphaOptions", "CPUManagerPolicyBetaOptions"]
        .map(|gate| (gate.to_owned(), true))
        .into();
    Behaviour::resolve(Release::parse("1.32").expect("a release"), &gates).expect("the gates exist").0.kubelet
}

/// Machines whose sockets, NUMA nodes and cores are alike.
pub(crate) fn regular_machines() -> impl Strategy<Value = Machine> {
    let numberings = select(vec!["", "-compact", "-round-robin"]);
    let caches = select(vec![0_u32, 1, 2]);
    ((1..=2_u32, 1..=4_u32, 1..=4_u32, 1..=3_u32), numberings, any::<bool>(), caches).prop_map(
        |((sockets, nodes, cores, threads), cpus, interleaved, cache)| {
            let numa = if interleaved { "-interleaved" } else { "" };
            // One core to a cache, or the cores of a NUMA node.
            let cache = match cache {
                0 => String::new(),
                1 => "-uncore1".to_owned(),
                _ => format!("-uncore{cores}"),
            };
            machine(&format!("{sockets}s{nodes}n{cores}c{threads}t{cpus}{numa}{cache}"))
        },
    )
}

/// Machines, and whether they are regular: some have CPUs offline.
pub(crate) fn machines() -> impl Strategy<Value = (Machine, bool)> {
    let offline = prop_oneof![Just(Vec::new()), vec(any::<u16>(), 1..6)];
    (regular_machines(), offline).prop_map(|(machine, offline)| {
        let cpus = machine.cpus();
        let offline: CpuSet = offline.iter().map(|at| cpus[usize::from(*at) % cpus.len()].cpu).collect();
        match machine.without(&offline) {
            Ok(rest) => (rest, offline.is_empty()),
            // Nothing would be left.
            Err(_) => (machine, true),
        }
    })
}

/// Every combination of the static policy's options that the kubelet reads.
fn option_combinations() -> Vec<StaticPolicyOptions> {
    let known = behaviour().cpu_manager_options;
    let names = [
        "full-pcpus-only",
        "distribute-cpus-across-numa",
        "align-by-socket",
        "distribute-cpus-across-cores",
        "strict-cpu-reservation",
        "prefer-align-cpus-by-uncorecache",
    ];
    let of = |bits: u32| {
        let chosen = names.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1);
        let options = chosen.map(|(_, name)| ((*name).to_owned(), "true".to_owned())).collect();
        StaticPolicyOptions::parse(&options, &known).ok()
    };
    (0..64).filter_map(of).collect()
}

#[test]
fn the_refused_pairs_leave_twenty_eight_combinations() {
    // Across-cores excludes three others: 2 × 2 with it. Without it, full-pcpus-only is free, and of
    // across-numa and uncore at most one is on: 2 × 3 × 2 × 2.
    assert_eq!(option_combinations().len(), 4 + 24);
}

/// The Topology Manager's settings.
pub(crate) fn topology_manager() -> impl Strategy<Value = TopologyManagerConfig> {
    use PolicyName::{BestEffort, None, Restricted, SingleNumaNode};
    (
        select(vec![None, BestEffort, Restricted, SingleNumaNode]),
        select(vec![Scope::Container, Scope::Pod]),
        any::<bool>(),
    )
        .prop_map(|(policy, scope, prefer_closest_numa_nodes)| TopologyManagerConfig {
            policy,
            scope,
            prefer_closest_numa_nodes,
        })
}

/// A container: mostly small, some as large as half the machine.
fn container() -> impl Strategy<Value = (u8, u16)> {
    (prop_oneof![1 => Just(0_u8), 1 => Just(1), 4 => Just(2)], prop_oneof![3 => 0..5_u16, 1 => any::<u16>()])
}

fn pod(containers: &[(u8, u16)], cpus: usize) -> Arc<[ContainerDemand]> {
    let mut demands: Vec<ContainerDemand> = containers
        .iter()
        .map(|(kind, size)| ContainerDemand {
            kind: [ContainerKind::Init, ContainerKind::Sidecar, ContainerKind::App][usize::from(*kind)],
            exclusive_cpus: usize::from(*size) % (cpus / 2 + 2),
            devices: Vec::new(),
        })
        .collect();
    demands.sort_by_key(|container| container.kind == ContainerKind::App);
    demands.into()
}

fn reservation(machine: &Machine, kind: u8, picks: &[u16]) -> Reservation {
    let topology = CpuTopology::new(machine);
    let (cpus, cores) = (machine.cpus(), topology.cores());
    let pick = |pick: &u16, of: usize| usize::from(*pick) % of;
    match kind {
        0 => Reservation::Count(picks.len()),
        1 => Reservation::Cpus(picks.iter().map(|at| cpus[pick(at, cpus.len())].cpu).collect()),
        _ => Reservation::Cpus(
            picks.iter().fold(CpuSet::EMPTY, |all, at| all.union(&cores[pick(at, cores.len())].cpus)),
        ),
    }
}

/// What was drawn of a step: its kind, a pod's containers, the place of the pod that ends.
type Drawn = (u8, Vec<(u8, u16)>, usize);

fn steps(drawn: Vec<Drawn>, cpus: usize) -> Vec<Step> {
    let step = |(kind, containers, at): Drawn| match kind {
        0..=4 => Step::Add(pod(&containers, cpus)),
        5..=7 => Step::Remove(at),
        _ => Step::Restart,
    };
    drawn.into_iter().map(step).collect()
}

/// Anything that can happen to a kubelet.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let drawn = vec((0..9_u8, vec(container(), 1..4), any::<u8>().prop_map(usize::from)), 1..16);
    let release = (any::<bool>(), any::<bool>());
    let reserved = (0..3_u8, vec(any::<u16>(), 1..4));
    (machines(), select(option_combinations()), reserved, release, topology_manager(), drawn).prop_map(
        |((machine, regular), mut options, (kind, picks), (odd_counts, heeds_sockets), config, drawn)| {
            // What the kubelet would refuse on this machine.
            let topology = CpuTopology::new(&machine);
            options.align_by_socket &= options.check(&topology, config.policy).is_ok();
            let behaviour = KubeletBehaviour {
                uncore_takes_odd_counts: odd_counts,
                distribution_heeds_sockets: heeds_sockets,
                ..behaviour()
            };
            Case {
                reservation: reservation(&machine, kind, &picks),
                steps: steps(drawn, machine.cpus().len()),
                machine,
                regular,
                options,
                behaviour,
                config,
            }
        },
    )
}
