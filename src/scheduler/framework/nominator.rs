//! Pods that preemption has promised a node (`nominator.go` of kube-scheduler v1.34): they are not there
//! yet, but the filters count them for pods of no higher priority.

use std::sync::Arc;

use crate::api::{NodeId, Pod, PodId};
use crate::kernel::LookupMap;

/// Nominated pods by node.
#[derive(Clone, Debug, Default)]
pub struct Nominator {
    nodes: LookupMap<PodId, NodeId>,
    pods: LookupMap<NodeId, Vec<Arc<Pod>>>,
    count: usize,
}

impl Nominator {
    /// Nominates a pod for a node. An earlier nomination of it is over.
    pub fn add(&mut self, pod: Arc<Pod>, node: NodeId) {
        self.delete(pod.id);
        self.nodes.insert(pod.id, node);
        self.pods.get_or_insert_with(node, Vec::new).push(pod);
        self.count += 1;
    }

    /// A pod is nominated no more: it was bound, gave the node up or is gone.
    pub fn delete(&mut self, pod: PodId) {
        let Some(node) = self.nodes.remove(&pod) else { return };
        if let Some(pods) = self.pods.get_mut(&node) {
            pods.retain(|other| other.id != pod);
        }
        self.count -= 1;
    }

    /// A pod changed. It keeps its nomination, if it has one.
    pub fn update(&mut self, pod: Arc<Pod>) {
        if let Some(node) = self.node_of(pod.id) {
            self.add(pod, node);
        }
    }

    /// The node that a pod is nominated for.
    pub fn node_of(&self, pod: PodId) -> Option<NodeId> {
        self.nodes.get(&pod).copied()
    }

    /// The pods that are nominated for a node, in the order of their nomination.
    pub fn pods_for(&self, node: NodeId) -> &[Arc<Pod>] {
        self.pods.get(&node).map_or(&[], Vec::as_slice)
    }

    /// Whether no pod is nominated.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::pod;
    use crate::kernel::Interner;

    #[test]
    fn a_pod_is_nominated_for_one_node() {
        let names = &mut Interner::new();
        let (first, second) = (Arc::new(pod(names, 0, "a")), Arc::new(pod(names, 1, "b")));
        let mut nominator = Nominator::default();
        nominator.update(Arc::clone(&first));
        assert!(nominator.is_empty(), "an update nominates nobody");
        nominator.add(Arc::clone(&first), NodeId(3));
        nominator.add(Arc::clone(&second), NodeId(3));
        nominator.update(Arc::clone(&first));
        let on = |nominator: &Nominator, node| -> Vec<u32> {
            nominator.pods_for(NodeId(node)).iter().map(|pod| pod.id.0).collect()
        };
        assert_eq!(on(&nominator, 3), [1, 0], "who is updated comes last");
        nominator.add(second, NodeId(4));
        assert_eq!((on(&nominator, 3), on(&nominator, 4)), (vec![0], vec![1]));
        assert_eq!(nominator.node_of(PodId(1)), Some(NodeId(4)));
        nominator.delete(PodId(0));
        nominator.delete(PodId(0));
        nominator.delete(PodId(1));
        assert!(
            nominator.is_empty() && on(&nominator, 3).is_empty() && nominator.node_of(PodId(1)).is_none()
        );
    }
}
