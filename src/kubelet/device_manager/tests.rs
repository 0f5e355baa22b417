//! Tests of the Device Manager, with results worked out by hand.

mod invariants;

use std::sync::Arc;

use super::*;
use crate::api::{Behaviour, CpuSet};
use crate::kubelet::admission::{Refusal, admit};
use crate::kubelet::cpu_manager::{CpuManager, CpuTopology, Reservation, StaticPolicy, StaticPolicyOptions};
use crate::kubelet::demand::DeviceDemand;
use crate::kubelet::topology_manager::{NumaInfo, PolicyName, Scope, TopologyHint, TopologyManagerConfig};
use crate::kubelet::{LogicalCpu, Machine, NumaNode};

const GPU: usize = 0;
use ContainerKind::{App, Init, Sidecar};

fn mask(ids: &[u32]) -> NumaMask {
    ids.iter().copied().collect()
}

fn gpus(nodes: u32, devices: &[Option<u32>]) -> DeviceManager {
    let resource = DeviceResource { name: "example.com/gpu".to_owned(), devices: devices.to_vec() };
    DeviceManager::new((0..nodes).collect(), [resource])
}

fn demand(kind: ContainerKind, exclusive_cpus: usize, devices: &[(usize, u32)]) -> ContainerDemand {
    let devices = devices.iter().map(|(resource, count)| DeviceDemand { resource: *resource, count: *count });
    ContainerDemand { kind, exclusive_cpus, devices: devices.collect() }
}

/// A pod of containers that ask for GPUs alone.
fn pod(id: u32, containers: &[(ContainerKind, u32)]) -> PodDemand {
    let containers = containers.iter().map(|(kind, count)| demand(*kind, 0, &[(GPU, *count)]));
    PodDemand { pod: PodId(id), containers: containers.collect() }
}

fn list(hints: &ProviderHints) -> Vec<(String, bool)> {
    let ProviderHints::Resources(resources) = hints else { panic!("{hints:?}") };
    let [ResourceHints::List(list)] = &resources[..] else { panic!("{hints:?}") };
    list.iter().map(|hint| (hint.affinity.expect("nodes").to_string(), hint.preferred)).collect()
}

fn given(manager: &DeviceManager, pod: u32, container: usize) -> Vec<(usize, Vec<usize>)> {
    manager.assigned(PodId(pod), container).map(|(of, devices)| (of, devices.collect())).collect()
}

fn no_affinity() -> Vec<ProviderHints> {
    vec![ProviderHints::Resources(vec![ResourceHints::NoPreference])]
}

const UNSATISFIABLE: [(String, bool); 0] = [];

#[test]
fn every_set_of_nodes_with_enough_devices_is_a_hint() {
    let manager = gpus(4, &[Some(0), Some(0), Some(1), Some(1), Some(2)]);
    let hints = list(&manager.hints(&pod(1, &[(App, 2)]), 0));
    let sets: Vec<&str> = hints.iter().map(|(set, _)| set.as_str()).collect();
    assert_eq!(
        sets,
        [
            "{0}",
            "{1}",
            "{0, 1}",
            "{0, 2}",
            "{0, 3}",
            "{1, 2}",
            "{1, 3}",
            "{0, 1, 2}",
            "{0, 1, 3}",
            "{0, 2, 3}",
            "{1, 2, 3}",
            "{0, 1, 2, 3}"
        ]
    );
    assert!(hints.iter().enumerate().all(|(at, (_, preferred))| *preferred == (at < 2)));
}

#[test]
fn what_is_preferred_goes_by_all_devices_not_by_those_available() {
    let mut manager = gpus(3, &[Some(0), Some(0), Some(1), Some(1), Some(2)]);
    for node in [0, 1] {
        manager.allocate(&pod(node, &[(App, 1)]), 0, Some(mask(&[node]))).expect("a device");
    }
    // Two on one node there could be, but there are not now.
    let two = ["{0, 1}", "{0, 2}", "{1, 2}", "{0, 1, 2}"].map(|set| (set.to_owned(), false));
    assert_eq!(list(&manager.hints(&pod(9, &[(App, 2)]), 0)), two);
    // Four need two nodes at the least; four are not left.
    assert_eq!(list(&manager.hints(&pod(9, &[(App, 4)]), 0)), UNSATISFIABLE);
    // Node 2's only device is as good as any.
    assert!(list(&manager.hints(&pod(9, &[(App, 1)]), 0)).contains(&("{2}".to_owned(), true)));
}

#[test]
fn without_topology_there_is_no_preference() {
    let manager = gpus(2, &[None, None]);
    assert_eq!([manager.hints(&pod(1, &[(App, 1)]), 0)], no_affinity()[..]);
    // Not even if there are not so many.
    assert_eq!([manager.hints(&pod(1, &[(App, 3)]), 0)], no_affinity()[..]);
    assert_eq!([manager.pod_hints(&pod(1, &[(App, 3)]))], no_affinity()[..]);
    // Nothing asked of a device plugin.
    let other = PodDemand { pod: PodId(1), containers: Arc::new([demand(App, 0, &[(7, 1)])]) };
    assert_eq!(manager.hints(&other, 0), ProviderHints::NoPreference);
    assert_eq!(manager.pod_hints(&other), ProviderHints::NoPreference);
}

#[test]
fn devices_without_topology_beside_others_make_no_hint() {
    let mut manager = gpus(2, &[Some(0), None]);
    let both = pod(1, &[(App, 2)]);
    assert_eq!(list(&manager.hints(&both, 0)), UNSATISFIABLE);
    manager.allocate(&both, 0, Some(mask(&[0, 1]))).expect("there are two");
    assert_eq!(given(&manager, 1, 0), [(GPU, vec![0, 1])]);
}

#[test]
fn aligned_devices_come_first_then_others_then_those_without_topology() {
    let devices = [None, Some(1), Some(0), Some(1), Some(70)];
    let taken = |count, affinity| {
        let mut manager = gpus(2, &devices);
        manager.allocate(&pod(1, &[(App, count)]), 0, affinity).expect("enough");
        given(&manager, 1, 0)
    };
    let node = Some(mask(&[1]));
    assert_eq!(taken(1, node), [(GPU, vec![1])]);
    assert_eq!(taken(3, node), [(GPU, vec![1, 2, 3])]);
    assert_eq!(taken(4, node), [(GPU, vec![1, 2, 3, 4])]);
    assert_eq!(taken(5, node), [(GPU, vec![0, 1, 2, 3, 4])]);
    assert_eq!(taken(2, None), [(GPU, vec![0, 1])]);
}

#[test]
fn what_is_given_is_hinted_again_after_a_restart() {
    let mut manager = gpus(2, &[Some(0), Some(0), Some(1), Some(1)]);
    let one = pod(1, &[(App, 2)]);
    manager.allocate(&one, 0, Some(mask(&[1]))).expect("two on node 1");
    manager.restart();
    let again = vec![("{1}".to_owned(), true), ("{0, 1}".to_owned(), false)];
    assert_eq!(list(&manager.hints(&one, 0)), again);
    assert_eq!(list(&manager.pod_hints(&one)), again);
    manager.allocate(&one, 0, Some(mask(&[0]))).expect("nothing to do");
    assert_eq!(given(&manager, 1, 0), [(GPU, vec![2, 3])]);
    // The same container with another request.
    let changed = pod(1, &[(App, 3)]);
    assert_eq!(list(&manager.hints(&changed, 0)), UNSATISFIABLE);
    assert_eq!(list(&manager.pod_hints(&changed)), UNSATISFIABLE);
    assert_eq!(
        manager.allocate(&changed, 0, None).unwrap_err(),
        "pod \"1\" container \"0\" changed request for resource \"example.com/gpu\" from 2 to 3"
    );
    manager.remove(PodId(1));
    assert_eq!((manager.available(GPU), manager.capacity(GPU)), (4, 4));
    assert!(given(&manager, 1, 0).is_empty());
}

#[test]
fn devices_of_init_containers_are_used_again_but_not_those_of_sidecars() {
    let mut manager = gpus(1, &[Some(0); 5]);
    let all = pod(1, &[(Init, 3), (Sidecar, 1), (Init, 2), (App, 1), (App, 2)]);
    // 1 + 1 + 2 at the end, 3 at the start, 3 in between.
    assert_eq!(all.most_at_a_time(|container| requested(container, GPU)), 4);
    for container in 0..5 {
        manager.allocate(&all, container, Some(mask(&[0]))).expect("enough");
    }
    let devices: Vec<_> = (0..5).flat_map(|container| given(&manager, 1, container)).collect();
    let expected = [vec![0, 1, 2], vec![0], vec![1, 2], vec![1], vec![2, 3]];
    assert_eq!(devices, expected.map(|devices| (GPU, devices)));
    assert_eq!(manager.available(GPU), 1);
    // What no other pod took is hinted for the pod as a whole: four, as it asks for.
    assert_eq!(list(&manager.pod_hints(&all)), [("{0}".to_owned(), true)]);
    manager.remove(PodId(1));
    assert_eq!(manager.available(GPU), 5);
}

#[test]
fn devices_to_be_used_again_come_first_whatever_the_affinity() {
    let mut manager = gpus(2, &[Some(0), Some(1), Some(1)]);
    let one = pod(1, &[(Init, 1), (App, 2)]);
    manager.allocate(&one, 0, Some(mask(&[0]))).expect("node 0");
    // Two could be on node 1, but the pod's own is on node 0.
    assert_eq!(list(&manager.hints(&one, 1)), [("{0, 1}".to_owned(), false)]);
    // The pod as a whole was given less than it asks for.
    assert_eq!(list(&manager.pod_hints(&one)), UNSATISFIABLE);
    manager.allocate(&one, 1, Some(mask(&[1]))).expect("one of its own, one of node 1");
    assert_eq!(given(&manager, 1, 1), [(GPU, vec![0, 1])]);
}

#[test]
fn another_pod_ends_the_use_of_an_init_containers_devices() {
    let mut manager = gpus(1, &[Some(0); 3]);
    let one = pod(1, &[(Init, 1), (App, 1)]);
    manager.allocate(&one, 0, None).expect("a device");
    manager.allocate(&pod(2, &[(App, 1)]), 0, None).expect("a device");
    manager.allocate(&one, 1, None).expect("a device");
    assert_eq!(given(&manager, 1, 1), [(GPU, vec![2])]);
}

#[test]
fn failures_are_told_in_the_kubelets_words() {
    let info = NumaInfo::of_nodes([0], vec![vec![10]]);
    let mut manager = gpus(1, &[Some(0); 2]);
    let greedy = pod(1, &[(Init, 1), (App, 3)]);
    let none = TopologyManagerConfig::default();
    assert_eq!(none.policy, PolicyName::None);
    let refused = admit(&info, none, &mut manager, None, &greedy, &mut |_, _, _| ()).unwrap_err();
    // What is used again is not counted any more.
    assert_eq!(
        refused.to_string(),
        "Allocate failed due to requested number of devices unavailable for example.com/gpu. Requested: 2, \
         Available: 1, which is unexpected"
    );
    assert_eq!(refused.reason(), "UnexpectedAdmissionError");
    // What was given before stays until the pod is removed.
    assert_eq!(manager.available(GPU), 1);
    manager.remove(PodId(1));
    assert_eq!(manager.available(GPU), 2);
    let restricted = TopologyManagerConfig { policy: PolicyName::Restricted, ..none };
    let refused =
        admit(&info, restricted, &mut manager, None, &pod(2, &[(App, 3)]), &mut |_, _, _| ()).unwrap_err();
    assert_eq!(refused, Refusal::TopologyAffinity);
    assert_eq!(
        gpus(1, &[]).allocate(&pod(1, &[(App, 1)]), 0, None).unwrap_err(),
        "no healthy devices present; cannot allocate unhealthy devices example.com/gpu"
    );
}

#[test]
fn very_many_nodes_come_down_to_those_with_devices() {
    let manager = gpus(34, &[Some(3), Some(33)]);
    let hints = list(&manager.hints(&pod(1, &[(App, 1)]), 0));
    assert_eq!(hints, [("{3}".to_owned(), true), ("{33}".to_owned(), true), ("{3, 33}".to_owned(), false)]);
    let everywhere: Vec<_> = (0..34).map(Some).collect();
    assert_eq!([gpus(34, &everywhere).hints(&pod(1, &[(App, 1)]), 0)], no_affinity()[..]);
}

/// Two sockets of four NUMA nodes of four cores of two threads.
fn machine() -> Machine {
    let cpu = |cpu| LogicalCpu { cpu, core: cpu / 2, socket: cpu / 32, numa: cpu / 8, uncore: None };
    let nodes = (0..8).map(|id| NumaNode { id, memory_bytes: None }).collect();
    let distance = |one: usize, other: usize| match (one == other, one / 4 == other / 4) {
        (true, _) => 10,
        (false, true) => 12,
        (false, false) => 32,
    };
    let distances = (0..8).map(|one| (0..8).map(|other| distance(one, other)).collect()).collect();
    Machine::new("2 x 4 x 4 x 2", (0..64).map(cpu).collect(), nodes, distances).expect("a machine")
}

/// kk 122295: five GPUs on five NUMA nodes, of both sockets, and 40 CPUs. The merged hint names the GPUs'
/// nodes, which have 40 CPUs; align-by-socket widens it to both sockets, and the CPUs come from others too.
#[test]
fn the_merged_hint_names_the_nodes_of_the_devices() {
    let machine = machine();
    let info = NumaInfo::new(&machine);
    let options = StaticPolicyOptions {
        align_by_socket: true,
        distribute_cpus_across_numa: true,
        ..StaticPolicyOptions::default()
    };
    let mut behaviour = Behaviour::default().kubelet;
    behaviour.distribution_heeds_sockets = false;
    let reserved = Reservation::Cpus([63].into_iter().collect());
    let policy = StaticPolicy::new(Arc::new(CpuTopology::new(&machine)), options, reserved, behaviour);
    let config = TopologyManagerConfig {
        policy: PolicyName::Restricted,
        scope: Scope::Container,
        prefer_closest_numa_nodes: true,
    };
    let on_nodes = [0, 1, 3, 4, 6];
    let policy = policy.expect("a policy");
    for scope in [Scope::Container, Scope::Pod] {
        let mut cpus = CpuManager::start(policy.clone(), None).expect("an empty state");
        let gpu = DeviceResource::new("nvidia.com/gpu", on_nodes.map(|node| (node, 1)), 0);
        let mut devices = DeviceManager::new(info.all(), [gpu]);
        let pod = PodDemand { pod: PodId(1), containers: Arc::new([demand(App, 40, &[(GPU, 5)])]) };
        let mut merged = Vec::new();
        let mut observe = |_: Option<usize>, _: &[ProviderHints], hint: TopologyHint| merged.push(hint);
        let config = TopologyManagerConfig { scope, ..config };
        admit(&info, config, &mut devices, Some(&mut cpus), &pod, &mut observe).expect("admitted");
        assert_eq!(merged, [TopologyHint { affinity: Some(mask(&on_nodes)), preferred: true }]);
        assert_eq!(given(&devices, 1, 0), [(GPU, vec![0, 1, 2, 3, 4])]);
        let taken = cpus.state().assigned(PodId(1), 0).expect("exclusive CPUs");
        let near: CpuSet = (0..64).filter(|cpu| on_nodes.contains(&(cpu / 8))).collect();
        assert_eq!((taken.len(), near.len()), (40, 40));
        assert!(!taken.is_subset(&near), "{taken}");
    }
}

#[test]
fn devices_pull_cpus_to_their_node() {
    let machine = machine();
    let info = NumaInfo::new(&machine);
    let topology = Arc::new(CpuTopology::new(&machine));
    let behaviour = Behaviour::default().kubelet;
    let options = StaticPolicyOptions::default();
    let policy = StaticPolicy::new(topology, options, Reservation::Count(2), behaviour).expect("a policy");
    let mut cpus = CpuManager::start(policy, None).expect("an empty state");
    let nic = DeviceResource::new("example.com/nic", [(5, 1), (6, 2)], 1);
    let mut devices = DeviceManager::new(info.all(), [nic]);
    let config =
        TopologyManagerConfig { policy: PolicyName::SingleNumaNode, ..TopologyManagerConfig::default() };
    let pod = |id| PodDemand { pod: PodId(id), containers: Arc::new([demand(App, 4, &[(GPU, 1)])]) };
    // The lowest node with both; then the next, until the device without topology alone is left.
    let mut outcomes = Vec::new();
    for id in 1..=4 {
        let outcome =
            admit(&info, config, &mut devices, Some(&mut cpus), &pod(id), &mut |_, _, _| ()).map(|()| {
                let first = cpus.state().assigned(PodId(id), 0).and_then(CpuSet::first);
                (given(&devices, id, 0)[0].1[0], first)
            });
        outcomes.push(outcome);
    }
    let refused = Err(Refusal::TopologyAffinity);
    assert_eq!(outcomes, [Ok((0, Some(40))), Ok((1, Some(48))), Ok((2, Some(52))), refused]);
    assert_eq!(devices.available_devices(GPU).collect::<Vec<_>>(), [(3, None)]);
}
