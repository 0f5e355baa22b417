//! Nodes and pods for tests: the least that can be said of each, so that a test says what matters to it alone.

use std::sync::Arc;

use super::{Interner, Labels, Node, NodeId, Pod, PodId, PodSpec, Resources, Timestamp, Uid};
use crate::kernel::Identity;

/// A node with room for 110 pods and nothing else said.
pub(crate) fn node(names: &mut Interner, id: u32, name: &str) -> Node {
    Node {
        id: NodeId(id),
        name: names.intern(name),
        labels: Labels::default(),
        taints: Vec::new(),
        unschedulable: false,
        allocatable: Resources { pods: 110, ..Resources::default() },
        images: Vec::new(),
        declared_features: Vec::new(),
        created: Timestamp(0),
    }
}

/// A pod in namespace `default` that waits for a node and asks for nothing.
pub(crate) fn pod(names: &mut Interner, id: u32, name: &str) -> Pod {
    let spec = PodSpec::new(names.intern("default"), names.intern("default-scheduler"));
    Pod {
        uid: Uid(u128::from(id)),
        identity: Identity { ordinal: id, ..Identity::default() },
        created: Some(Timestamp(0)),
        ..Pod::new(PodId(id), name, Arc::new(spec))
    }
}
