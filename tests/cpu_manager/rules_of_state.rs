//! Examples of the rules about what containers hold, failures and restarts, worked out by hand.

use kubecast::kubelet::admission::Refusal;
use kubecast::kubelet::cpu_manager::{CpuAllocationError, CpuManager, FaultKind};
use kubecast::kubelet::demand::ContainerKind::{App, Init};
use kubecast::kubelet::topology_manager::PolicyName;

use super::rules::{Kubelet, options};

/// Rule 62: Four nodes of 4 cores; 0 and 4 are reserved, so nodes 0 and 1 have 7 CPUs free, 2 and 3 have 8.
///
/// 4 CPUs leave the nodes most even if a full one gives them: node 2 (7, 7, 4, 8), then node 3 (7, 7, 4, 4).
/// 2 CPUs: node 0 (5, 7, 4, 4), then node 1 (5, 5, 4, 4). Of 14 CPUs, in groups of 2, two nodes have 10,
/// three have 12 in groups, four have 16: each gives 14 / 4 rounded down to 2, and leaves 3, 3, 2, 2. The
/// other 6 are handed out by subsets: to {0, 1} the first round gives 2 each, 1 and 1 are left, no node
/// has a group any more, and 2 CPUs are still to be had, for ever.
#[test]
fn rule_62_an_allocation_that_never_returns() {
    let options = options(|options| {
        options.full_pcpus_only = true;
        options.distribute_cpus_across_numa = true;
    });
    let mut kubelet = Kubelet::new("1s4n4c2t", PolicyName::None, options, "0,4");
    for (count, left) in [(4, [7, 7, 4, 8]), (4, [7, 7, 4, 4]), (2, [5, 7, 4, 4]), (2, [5, 5, 4, 4])] {
        assert!(kubelet.add(count).is_ok());
        let available = kubelet.manager.available();
        let nodes = kubelet.manager.topology().numa_nodes();
        assert_eq!(nodes.iter().map(|node| node.free(&available)).collect::<Vec<_>>(), left);
    }
    assert_eq!(kubelet.add(14), Err(Refusal::WouldNotReturn));
    let faults: Vec<FaultKind> = kubelet.manager.take_faults().iter().map(|fault| fault.kind).collect();
    assert_eq!(faults, [FaultKind::WouldNotReturn]);
}

fn not_enough(requested: usize, available: usize) -> Result<(), Refusal> {
    let error = CpuAllocationError::NotEnoughWholeCores { requested, cpus_per_core: 2, available };
    Err(Refusal::SmtAlignment(error))
}

/// Rule 63: 8 CPUs, core 0 reserved: 6 are left. The init container takes them; the next container could use
/// them again, but the check only sees the shared pool less the reserved core: 0.
#[test]
fn rule_63_whole_cores_are_counted_without_what_can_be_used_again() {
    let full = options(|options| options.full_pcpus_only = true);
    let mut kubelet = Kubelet::new("1s1n4c2t", PolicyName::None, full, "0,4");
    let pod = kubelet.pod(&[(Init, 6), (App, 6)]);
    assert_eq!(kubelet.admit(&pod), not_enough(6, 0));
    // Without the option the init container's CPUs are used again.
    let mut kubelet = Kubelet::new("1s1n4c2t", PolicyName::None, options(|_| {}), "0,4");
    let pod = kubelet.pod(&[(Init, 6), (App, 6)]);
    assert_eq!(kubelet.admit(&pod), Ok(()));
}

/// Rule 63: Of 6 CPUs a running pod has 4. After a restart it is admitted again: 4 are asked for, 2 are in the
/// shared pool besides the reserved core, and that it has its own already is looked at too late.
#[test]
fn rule_63_a_running_pod_is_refused_after_a_restart() {
    let full = options(|options| options.full_pcpus_only = true);
    let mut kubelet = Kubelet::new("1s1n4c2t", PolicyName::Restricted, full, "0,4");
    let pod = kubelet.pod(&[(App, 4)]);
    assert_eq!(kubelet.admit(&pod), Ok(()));
    let policy = kubelet.manager.policy().clone();
    let state = kubelet.manager.clone().checkpoint();
    kubelet.manager = CpuManager::start(policy, Some(state)).expect("a state of its own");
    assert_eq!(kubelet.admit(&pod), not_enough(4, 2));
}

/// Rule 67: Two nodes of 2 CPUs, 0 is reserved: 3 are left, and 4 have no hint at all. Best effort admits with
/// all nodes; 3 CPUs are taken from them, then the fourth from nothing.
#[test]
fn rule_67_best_effort_admits_what_then_fails() {
    let mut kubelet = Kubelet::new("1s2n2c1t", PolicyName::BestEffort, options(|_| {}), "0");
    let refusal = kubelet.add(4).expect_err("there are 3");
    assert_eq!(kubelet.merged, [Some(vec![0, 1])]);
    assert_eq!(refusal.reason(), "UnexpectedAdmissionError");
    assert_eq!(
        refusal.to_string(),
        "Allocate failed due to not enough cpus available to satisfy request: requested=1, available=0, \
         which is unexpected"
    );
    // Under another policy the pod comes no further than the hints.
    let mut kubelet = Kubelet::new("1s2n2c1t", PolicyName::Restricted, options(|_| {}), "0");
    assert_eq!(kubelet.add(4), Err(Refusal::TopologyAffinity));
}
