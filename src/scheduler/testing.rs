//! Nodes and pods for the tests of this layer.

use std::sync::Arc;

use crate::api::{
    Labels, Node, NodeId, Pod, PodAffinity, PodId, PodPhase, PodRequests, PodSpec, Resources, Timestamp, Uid,
};
use crate::kernel::{Identity, Interner};

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
        created: Timestamp(0),
    }
}

/// A pod in namespace `default` that waits for a node and asks for nothing.
pub(crate) fn pod(names: &mut Interner, id: u32, name: &str) -> Pod {
    let spec = PodSpec {
        namespace: names.intern("default"),
        labels: Labels::default(),
        scheduler_name: names.intern("default-scheduler"),
        node_name: None,
        priority: 0,
        requests: PodRequests::default(),
        node_selector: Labels::default(),
        required_node_terms: None,
        preferred_node_terms: Vec::new(),
        tolerations: Vec::new(),
        host_ports: Vec::new(),
        spread_constraints: Vec::new(),
        affinity: PodAffinity::default(),
        anti_affinity: PodAffinity::default(),
        images: Vec::new(),
        scheduling_gates: Vec::new(),
        termination_grace_seconds: 30,
        readiness_initial_delay_seconds: 0,
        run_for: None,
        containers: Vec::new(),
    };
    Pod {
        id: PodId(id),
        name: name.into(),
        uid: Uid(u128::from(id)),
        identity: Identity { ordinal: id, ..Identity::default() },
        spec: Arc::new(spec),
        controller: None,
        created: Some(Timestamp(0)),
        deleted: None,
        node: None,
        phase: PodPhase::Pending,
        ready: None,
        deletion_cost: 0,
        restarts: 0,
        sidecar_restarts: 0,
    }
}
