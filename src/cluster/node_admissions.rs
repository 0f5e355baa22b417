//! What kubelets have admitted: the managers of nodes with a machine first, then the general admission of
//! every node, in the kubelet's order.
//!
//! DIFFERENCE: pods that run or terminate at time 0 are counted, not checked; the cluster they come from
//! has admitted them.

use std::sync::Arc;

use super::container_managers::{ContainerManagers, RestartError};
use super::decision::Decision;
use super::setup::{ClusterSetup, KubeletSetup};
use crate::api::{Node, NodeId, Pod, PodId, PodSpec};
use crate::kernel::Interner;
use crate::kubelet::admission::Refusal;
use crate::kubelet::general_admission::NodeLoad;

/// A pod's place in the cluster, as its kubelet sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may be refused.
    New,
    /// It was admitted before its kubelet restarted, and may be refused.
    Again,
    /// It stays whatever its kubelet finds.
    Kept,
}

/// The admissions of all nodes.
#[derive(Default)]
pub struct NodeAdmissions {
    managers: ContainerManagers,
    /// By node.
    loads: Vec<NodeLoad>,
    /// By pod: where it was admitted, and what it takes there.
    admitted: Vec<Option<(NodeId, Arc<PodSpec>)>>,
}

impl NodeAdmissions {
    /// Those of idle nodes.
    pub fn new(setup: &ClusterSetup) -> Self {
        Self { managers: ContainerManagers::new(setup), ..Self::default() }
    }

    /// Whether a node's kubelet hangs, or did not start again.
    pub fn hangs(&self, node: NodeId) -> bool {
        self.managers.hangs(node)
    }

    /// A pod arrives at its node, or is looked at again after a restart. `None`: it is admitted, and there
    /// is nothing new to tell.
    pub fn arrive(
        &mut self,
        pod: &Pod,
        node: (NodeId, Option<&Node>),
        standing: Standing,
        names: &Interner,
    ) -> Option<Decision> {
        let (node, there) = node;
        let again = standing == Standing::Again;
        let held = if again { self.managers.assigned(pod.id, node) } else { Vec::new() };
        let mut decision = self.managers.arrive(pod, node);
        let refused = decision.as_ref().is_some_and(|decision| decision.refusal.is_some());
        if standing == Standing::Kept {
            decision = decision.filter(|_| !refused);
        } else if refused {
            return decision;
        } else if let Some(Err(failure)) = there.map(|there| self.load(node).admits(&pod.spec, there, names))
        {
            self.managers.leave(pod.id);
            let faults = decision.map_or_else(Vec::new, |decision| decision.faults);
            let refusal = Some(Refusal::General(failure));
            return Some(Decision { refusal, faults, ..Decision::default() });
        }
        self.count(pod, node);
        if again {
            let is_new = |decision: &Decision| *decision.assigned != *held || !decision.faults.is_empty();
            return decision.filter(is_new).map(|decision| Decision { again: true, ..decision });
        }
        decision
    }

    fn count(&mut self, pod: &Pod, node: NodeId) {
        self.load(node).add(&pod.spec);
        if self.admitted.len() <= pod.id.index() {
            self.admitted.resize(pod.id.index() + 1, None);
        }
        self.admitted[pod.id.index()] = Some((node, Arc::clone(&pod.spec)));
    }

    fn load(&mut self, node: NodeId) -> &mut NodeLoad {
        if self.loads.len() <= node.index() {
            self.loads.resize(node.index() + 1, NodeLoad::default());
        }
        &mut self.loads[node.index()]
    }

    /// A pod no longer counts; whether it did.
    fn release(&mut self, pod: PodId) -> bool {
        let Some((node, spec)) = self.admitted.get_mut(pod.index()).and_then(Option::take) else {
            return false;
        };
        self.load(node).remove(&spec);
        true
    }

    /// A pod is no longer active.
    pub fn leave(&mut self, pod: PodId) {
        self.release(pod);
        self.managers.leave(pod);
    }

    /// The kubelets of an entry of `spec.kubelets`, or that on one node.
    pub fn of_entry(&self, entry: usize, node: Option<NodeId>) -> Vec<NodeId> {
        self.managers.of_entry(entry, node)
    }

    /// A kubelet restarts: its pods, none of which counts any more, are to arrive again, the oldest first.
    /// If it starts: for each pod, whether it had been admitted.
    pub fn restart(
        &mut self,
        node: NodeId,
        settings: Option<&Arc<KubeletSetup>>,
        pods: &[Arc<Pod>],
    ) -> Result<Vec<bool>, RestartError> {
        self.managers.restart(node, settings)?;
        Ok(pods.iter().map(|pod| self.release(pod.id)).collect())
    }
}
