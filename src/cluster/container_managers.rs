//! The managers of the kubelets that have a machine: admission of pods that arrive, release of CPUs.
//!
//! Follows kubelet v1.32: a pod that is bound to the node is admitted or refused once; its CPUs are
//! released when it is no longer active (ended, or gone after its grace period). Pods that run or
//! terminate at time 0 are admitted like new ones, by their number, as their CPUs are not in any dump; one
//! that would be refused there stays, in the shared pool. A kubelet that would not return from an
//! allocation hangs: it looks at no pod any more, neither at new ones nor at those to be stopped. A restart
//! keeps what the checkpoints hold, and ends it.

use std::sync::Arc;

use super::decision::Decision;
use super::setup::{ClusterSetup, KubeletSetup};
use crate::api::{CpuSet, NodeId, Pod, PodId};
use crate::kernel::LookupMap;
use crate::kubelet::admission::{Refusal, admit};
use crate::kubelet::cpu_manager::CpuManager;
use crate::kubelet::demand::PodDemand;
use crate::kubelet::device_manager::DeviceManager;
use crate::kubelet::topology_manager::NumaMask;

/// Why a kubelet does not start again, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestartError(pub String);

/// The managers of all nodes.
#[derive(Default)]
pub struct ContainerManagers {
    nodes: Vec<Option<NodeManagers>>,
    homes: LookupMap<PodId, NodeId>,
}

struct NodeManagers {
    setup: Arc<KubeletSetup>,
    /// `None` under the CPU Manager policy `none`.
    cpus: Option<CpuManager>,
    devices: DeviceManager,
    /// Whether the kubelet does not return from an allocation, or did not start again.
    hangs: bool,
}

impl NodeManagers {
    /// Where the devices of a pod's containers sit; those without a NUMA node are left out.
    fn device_nodes(&self, demand: &PodDemand) -> Arc<[(usize, NumaMask)]> {
        let nodes_of = |container: usize| -> NumaMask {
            let sit = self.devices.assigned(demand.pod, container).flat_map(|(resource, ordinals)| {
                let devices = &self.setup.devices[resource].1.devices;
                ordinals.filter_map(|ordinal| devices[ordinal])
            });
            sit.collect()
        };
        let all = (0..demand.containers.len()).map(|container| (container, nodes_of(container)));
        all.filter(|(_, nodes)| nodes.count() > 0).collect()
    }
}

impl ContainerManagers {
    /// Those of a setup; the nodes are idle.
    pub fn new(setup: &ClusterSetup) -> Self {
        let start = |setup: &Arc<KubeletSetup>| NodeManagers {
            cpus: setup
                .cpu_policy
                .clone()
                .map(|policy| CpuManager::start(policy, None).expect("a policy starts on an empty state")),
            devices: DeviceManager::new(
                setup.numa.all(),
                setup.devices.iter().map(|(_, resource)| resource.clone()),
            ),
            hangs: false,
            setup: Arc::clone(setup),
        };
        let nodes = setup.kubelets.iter().map(|kubelet| kubelet.as_ref().map(start)).collect();
        Self { nodes, homes: LookupMap::default() }
    }

    /// Whether a node's kubelet hangs.
    pub fn hangs(&self, node: NodeId) -> bool {
        self.nodes.get(node.index()).and_then(Option::as_ref).is_some_and(|managers| managers.hangs)
    }

    /// The exclusive CPUs of a pod's containers.
    pub fn assigned(&self, pod: PodId, node: NodeId) -> Vec<(usize, CpuSet)> {
        let managers = self.nodes.get(node.index()).and_then(Option::as_ref);
        let cpus = managers.and_then(|managers| managers.cpus.as_ref());
        cpus.map_or_else(Vec::new, |cpus| cpus.state().of(pod).to_vec())
    }

    /// A pod arrives at its node, whose kubelet does not hang. `None` where the node has no machine.
    pub fn arrive(&mut self, pod: &Pod, node: NodeId) -> Option<Decision> {
        let managers = self.nodes.get_mut(node.index())?.as_mut()?;
        let devices = &managers.setup.devices;
        let demand = PodDemand::of(pod, |name| devices.iter().position(|(of, _)| *of == name));
        let (numa, config) = (&managers.setup.numa, managers.setup.topology_manager);
        let outcome =
            admit(numa, config, &mut managers.devices, managers.cpus.as_mut(), &demand, &mut |_, _, _| {});
        let mut decision = Decision { refusal: outcome.err(), ..Decision::default() };
        if let Some(cpus) = &mut managers.cpus {
            decision.faults = cpus.take_faults();
            if decision.refusal.is_some() {
                cpus.remove(pod.id);
            } else {
                decision.assigned = cpus.state().of(pod.id).into();
            }
        }
        managers.hangs = decision.refusal == Some(Refusal::WouldNotReturn);
        if decision.refusal.is_some() {
            managers.devices.remove(pod.id);
        } else {
            decision.device_nodes = managers.device_nodes(&demand);
            self.homes.insert(pod.id, node);
        }
        Some(decision)
    }

    /// The kubelets of an entry of `spec.kubelets`, or that on one node.
    pub fn of_entry(&self, entry: usize, node: Option<NodeId>) -> Vec<NodeId> {
        let all = (0..self.nodes.len() as u32).map(NodeId).filter(|id| node.is_none_or(|node| node == *id));
        let of_entry = |id: &NodeId| {
            self.nodes[id.index()].as_ref().is_some_and(|managers| managers.setup.entry == entry)
        };
        all.filter(of_entry).collect()
    }

    /// A kubelet restarts with the settings it had, or with others. Its checkpoints outlive it: exclusive
    /// CPUs and devices stay with their pods, if it starts at all. If it does not, it looks at no pod.
    pub fn restart(
        &mut self,
        node: NodeId,
        settings: Option<&Arc<KubeletSetup>>,
    ) -> Result<(), RestartError> {
        let Some(managers) = self.nodes.get_mut(node.index()).and_then(Option::as_mut) else { return Ok(()) };
        let setup = settings.unwrap_or(&managers.setup);
        managers.hangs = true;
        let name = |there: bool| if there { "static" } else { "none" };
        let (now, then) = (setup.cpu_policy.is_some(), managers.setup.cpu_policy.is_some());
        if now != then {
            return Err(RestartError(format!(
                "could not restore state from checkpoint: configured policy {:?} differs from state checkpoint \
                 policy {:?}, please drain this node and delete the CPU manager checkpoint file \
                 \"/var/lib/kubelet/cpu_manager_state\" before restarting Kubelet",
                name(now),
                name(then)
            )));
        }
        if let (Some(policy), Some(cpus)) = (&setup.cpu_policy, &managers.cpus) {
            let started = CpuManager::start(policy.clone(), Some(cpus.state().clone()));
            managers.cpus = Some(started.map_err(|error| {
                RestartError(format!(
                    "static policy invalid state, please drain node and remove policy state file: {error}"
                ))
            })?);
        }
        managers.setup = Arc::clone(setup);
        managers.hangs = false;
        Ok(())
    }

    /// A pod is no longer active.
    pub fn leave(&mut self, pod: PodId) {
        let Some(node) = self.homes.remove(&pod) else { return };
        let Some(managers) = self.nodes.get_mut(node.index()).and_then(Option::as_mut) else { return };
        managers.devices.remove(pod);
        if let Some(cpus) = &mut managers.cpus {
            cpus.remove(pod);
        }
    }
}
