//! Which nodes should have a pod, and on which one may go on (`NodeShouldRunDaemonPod`).
//!
//! `spec.unschedulable` is not looked at, and its taint is tolerated.

use crate::api::{Node, PodSpec, Taint, TaintEffect};
use crate::component_helpers::node_affinity::pod_admits_node;
use crate::kernel::Interner;

/// What a DaemonSet makes of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeVerdict {
    /// The node should have a pod.
    pub should_run: bool,
    /// A pod that is there may go on.
    pub may_continue: bool,
}

/// The verdict on a node. `pod`: of the template, with the tolerations that the controller adds.
pub fn verdict(pod: &PodSpec, node: &Node, names: &Interner) -> NodeVerdict {
    let fits_name = pod.node_name.is_none_or(|name| name == node.name);
    if !fits_name || !pod_admits_node(pod, node, names) {
        return NodeVerdict { should_run: false, may_continue: false };
    }
    let mut untolerated = node.taints.iter().filter(|taint| !taint.is_tolerated_by(&pod.tolerations));
    let should_run = !untolerated.clone().any(Taint::keeps_away);
    NodeVerdict { should_run, may_continue: !untolerated.any(|taint| taint.effect == TaintEffect::NoExecute) }
}
