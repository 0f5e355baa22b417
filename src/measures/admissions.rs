//! What kubelets with a machine decided about the pods that arrived, and where exclusive CPUs lie.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::{CpuSet, NodeId, PodId};
use crate::cluster::decision::Decision;
use crate::cluster::setup::KubeletSetup;
use crate::kernel::SimTime;
use crate::kubelet::admission::Refusal;
use crate::kubelet::cpu_manager::FaultKind;

/// A pod that was refused, or a container that got CPUs for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmissionRow {
    /// When.
    pub time: SimTime,
    /// The pod.
    pub pod: PodId,
    /// Its node.
    pub node: NodeId,
    /// The container, by its place: init containers first; `None` of a pod that was refused.
    pub container: Option<usize>,
    /// Its CPUs.
    pub cpus: CpuSet,
    /// On how many NUMA nodes they are.
    pub numa_nodes: usize,
    /// On how many sockets they are.
    pub sockets: usize,
    /// At how many last-level caches they are, as the kubelet is told of them.
    pub caches: usize,
    /// `status.reason` of a pod that was refused.
    pub reason: Cow<'static, str>,
    /// `status.message` of a pod that was refused.
    pub message: String,
}

/// All admissions of a run.
#[derive(Clone, Debug, Default)]
pub struct Admissions {
    /// Refusals and allocations in order, if details were asked for.
    pub rows: Vec<AdmissionRow>,
    /// Whether any node has a machine: without one there is nothing to tell.
    pub any_machine: bool,
    /// Pods that were admitted.
    pub admitted: usize,
    /// Pods that were refused, by reason.
    pub refused: BTreeMap<Cow<'static, str>, usize>,
    /// Faults of the kubelet.
    pub faults: BTreeMap<FaultKind, usize>,
    /// Containers that got CPUs for themselves.
    pub pinned: usize,
    /// Those with CPUs on more than one NUMA node.
    pub across_numa_nodes: usize,
    /// Those with CPUs on more than one socket.
    pub across_sockets: usize,
    /// Those with CPUs at more than one last-level cache.
    pub across_caches: usize,
    /// Those with devices, and CPUs on a NUMA node that has none of them.
    pub off_device_nodes: usize,
}

impl Admissions {
    /// Takes note of a decision.
    pub(super) fn observe(
        &mut self,
        (now, details): (SimTime, bool),
        (pod, node): (PodId, NodeId),
        decision: &Decision,
        kubelet: Option<&Arc<KubeletSetup>>,
    ) {
        for fault in &decision.faults {
            *self.faults.entry(fault.kind).or_default() += 1;
        }
        let row = AdmissionRow {
            time: now,
            pod,
            node,
            container: None,
            cpus: CpuSet::EMPTY,
            numa_nodes: 0,
            sockets: 0,
            caches: 0,
            reason: "".into(),
            message: String::new(),
        };
        if let Some(refusal) = &decision.refusal {
            // A pod whose kubelet hangs is not refused; it waits for ever.
            if *refusal != Refusal::WouldNotReturn {
                *self.refused.entry(refusal.reason()).or_default() += 1;
            }
            if details {
                self.rows.push(AdmissionRow {
                    reason: refusal.reason(),
                    message: refusal.to_string(),
                    ..row
                });
            }
            return;
        }
        self.admitted += usize::from(!decision.again);
        let Some(policy) = kubelet.and_then(|kubelet| kubelet.cpu_policy.as_ref()) else { return };
        for (container, cpus) in decision.assigned.iter() {
            let topology = policy.topology();
            let numa_nodes = topology.numa_nodes().iter().filter(|node| node.any_free(cpus)).count();
            let sockets = topology.sockets().iter().filter(|socket| socket.any_free(cpus)).count();
            let caches = topology.uncores().iter().filter(|cache| cache.any_free(cpus)).count();
            self.pinned += 1;
            self.across_numa_nodes += usize::from(numa_nodes > 1);
            self.across_sockets += usize::from(sockets > 1);
            self.across_caches += usize::from(caches > 1);
            let devices = decision.device_nodes.iter().find(|(with, _)| with == container);
            self.off_device_nodes += usize::from(devices.is_some_and(|(_, nodes)| {
                let mut used = topology.numa_nodes().iter().filter(|node| node.any_free(cpus));
                used.any(|node| !nodes.contains(node.id))
            }));
            if details {
                let container = Some(*container);
                let cpus = *cpus;
                self.rows.push(AdmissionRow { container, cpus, numa_nodes, sockets, caches, ..row.clone() });
            }
        }
    }
}
