//! Plans and relaxations against all ways of putting containers on NUMA nodes, tried one by one.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::api::{Behaviour, CpuSet, PodId};
use crate::kubelet::cpu_manager::{CpuTopology, Reservation, StaticPolicyOptions};
use crate::kubelet::demand::ContainerDemand;
use crate::kubelet::topology_manager::{NumaInfo, TopologyManagerConfig};
use crate::kubelet::{LogicalCpu, Machine, NumaNode};

/// Sockets of one NUMA node each, cores of one thread; CPU 0 is reserved.
fn kubelet(sockets: u32, cpus_each: u32, policy: PolicyName) -> KubeletSetup {
    let cpus = (0..sockets * cpus_each).map(|cpu| {
        let socket = cpu / cpus_each;
        LogicalCpu { cpu, core: cpu, socket, numa: socket, uncore: None }
    });
    let nodes = (0..sockets).map(|id| NumaNode { id, memory_bytes: None });
    let machine = Machine::new("test", cpus.collect(), nodes.collect(), Vec::new()).expect("a machine");
    let behaviour = Behaviour::default().kubelet;
    let reservation = Reservation::Cpus(CpuSet::parse("0").expect("a list"));
    let topology = Arc::new(CpuTopology::new(&machine));
    let options = StaticPolicyOptions::default();
    KubeletSetup {
        entry: 0,
        numa: NumaInfo::new(&machine),
        topology_manager: TopologyManagerConfig { policy, ..TopologyManagerConfig::default() },
        cpu_policy: Some(StaticPolicy::new(topology, options, reservation, behaviour).expect("a policy")),
        devices: Vec::new(),
        machine,
    }
}

fn pods(sizes: &[usize]) -> Vec<PodDemand> {
    let pod = |(number, cpus): (usize, &usize)| PodDemand {
        pod: PodId(number as u32),
        containers: Arc::from([ContainerDemand {
            kind: ContainerKind::App,
            exclusive_cpus: *cpus,
            devices: Vec::new(),
        }]),
    };
    sizes.iter().enumerate().map(pod).collect()
}

/// Whether the sizes can be put into bins, whole.
fn packs(sizes: &[usize], bins: &mut [usize]) -> bool {
    let Some((size, rest)) = sizes.split_first() else { return true };
    for bin in 0..bins.len() {
        if bins[bin] >= *size {
            bins[bin] -= size;
            let fits = packs(rest, bins);
            bins[bin] += size;
            if fits {
                return true;
            }
        }
    }
    false
}

fn bounds(kubelet: &KubeletSetup, sizes: &[usize]) -> (bool, bool) {
    let pods = pods(sizes);
    let policy = kubelet.cpu_policy.as_ref().expect("static");
    (Trial::repacked(kubelet, pods.clone()).is_some(), may_fit(kubelet, policy, &pods))
}

/// Two NUMA nodes of 3 and 4 CPUs beside the reserved one.
#[test]
fn examples_by_hand() {
    let single = kubelet(2, 4, PolicyName::SingleNumaNode);
    // 3 | 2 + 2.
    assert_eq!(bounds(&single, &[2, 2, 3]), (true, true));
    // 8 of 7.
    assert_eq!(bounds(&single, &[2, 2, 4]), (false, false));
    // 5 is on no single node, though there are 7.
    assert_eq!(bounds(&single, &[5]), (false, false));
    assert_eq!(bounds(&kubelet(2, 4, PolicyName::Restricted), &[5, 2]), (true, true));
    // Whole items do not go into 11 = 3 + 4 + 4, split ones do: the bounds differ.
    let three = kubelet(3, 4, PolicyName::SingleNumaNode);
    assert_eq!(bounds(&three, &[3, 3, 3, 2]), (false, true));
}

/// Of 2 CPUs each, an idle node of 3 + 4 holds 1 + 2; by the sum alone it would be 3 too. Of 3: 1 + 1, not 2 by the sum.
#[test]
fn the_most_of_a_kind_by_hand() {
    let single = kubelet(3, 5, PolicyName::SingleNumaNode);
    let most =
        |size: usize| most_of_a_kind(&single, single.cpu_policy.as_ref().expect("static"), &pods(&[size])[0]);
    // Groups count with what is reserved: 5 / 3 thrice, and 14 / 3 by the sum.
    assert_eq!(most(3), 3);
    assert_eq!(most(1), 14);
    assert_eq!(most(6), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What a plan admits can be packed, and nothing that can be packed is said not to fit.
    #[test]
    fn plans_are_packings_and_packings_may_fit(sockets in 1_u32..4, each in 2_u32..7, sizes in prop::collection::vec(1_usize..6, 1..7)) {
        let single = kubelet(sockets, each, PolicyName::SingleNumaNode);
        let mut bins = vec![each as usize; sockets as usize];
        bins[0] -= 1;
        let packed = packs(&sizes, &mut bins);
        let (surely, perhaps) = bounds(&single, &sizes);
        prop_assert!(!surely || packed);
        prop_assert!(!packed || perhaps);
        for policy in [PolicyName::Restricted, PolicyName::BestEffort] {
            let (surely, perhaps) = bounds(&kubelet(sockets, each, policy), &sizes);
            prop_assert!(!surely || perhaps, "{policy:?}");
        }
        // Without alignment only the sum counts.
        let wanted: usize = sizes.iter().sum();
        let free = (sockets * each) as usize - 1;
        prop_assert_eq!(bounds(&kubelet(sockets, each, PolicyName::BestEffort), &sizes), (wanted <= free, wanted <= free));
    }
}
