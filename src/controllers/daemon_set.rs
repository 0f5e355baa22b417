//! The DaemonSet controller (`pkg/controller/daemon` of kube-controller-manager v1.32.10): which nodes have a pod, and how
//! pods come to another template.
//!
//! Pods are pinned to their node by node affinity and placed by the scheduler.

pub mod back_off;
pub mod expectations;
pub mod limits;
pub mod manage;
pub mod nodes;
pub mod pods;
pub mod rolling;
pub mod status;
#[cfg(test)]
mod tests;
pub mod tolerations;

use std::sync::Arc;

use self::nodes::NodeVerdict;
use crate::api::{ControllersBehaviour, DaemonSet, NodeId, Pod, Symbol, Timestamp};

/// A node, and what the DaemonSet makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenNode {
    /// Its name.
    pub name: Symbol,
    /// Whether it should have a pod ([`nodes::verdict`]).
    pub verdict: NodeVerdict,
}

/// What a sync sees.
#[derive(Clone, Copy)]
pub struct DaemonSetView<'a> {
    /// The DaemonSet, status included.
    pub daemon_set: &'a DaemonSet,
    /// Every node, in the order in which they are visited. (A Go map gives Kubernetes' list an order that is random and new
    /// at each sync.)
    pub nodes: &'a [SeenNode],
    /// The pods that it controls. Of pods of a node that are alike the earlier comes first.
    pub pods: &'a [Arc<Pod>],
    /// The name of a node that is there or was.
    pub name_of: &'a dyn Fn(NodeId) -> Symbol,
    /// The hash of the template that is wanted.
    pub hash: Symbol,
    /// The time.
    pub now: Timestamp,
    /// The release's switches.
    pub behaviour: ControllersBehaviour,
}
