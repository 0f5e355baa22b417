//! What a plugin at PostFilter finds for a pod that fits on no node (`PostFilterResult` of kube-scheduler v1.34).

use super::status::Status;
use crate::api::{NodeId, PodId};

/// A way out: the node that the pod may go to, and what has to happen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayOut {
    /// The node that the pod is nominated for.
    pub node: NodeId,
    /// Pods on the node that have to go first, most important first.
    pub victims: Vec<PodId>,
    /// Those of them that are to be deleted; the others are going already.
    pub evicted: Vec<PodId>,
    /// Pods that are no longer nominated for the node.
    pub passed_over: Vec<PodId>,
}

impl From<NodeId> for WayOut {
    /// A node for which nothing has to happen.
    fn from(node: NodeId) -> Self {
        Self { node, victims: Vec::new(), evicted: Vec::new(), passed_over: Vec::new() }
    }
}

/// There is no way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoWayOut {
    /// Why.
    pub status: Status,
    /// The pod gives up the node that it was nominated for.
    pub gives_up_node: bool,
}

impl From<Status> for NoWayOut {
    /// The pod keeps its nomination, if it has one.
    fn from(status: Status) -> Self {
        Self { status, gives_up_node: false }
    }
}
