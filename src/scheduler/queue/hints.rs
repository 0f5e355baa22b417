//! Queueing hints: whether an event may help a pod that a plugin rejected.
//!
//! One file per plugin, each following the `isSchedulableAfter…` functions of kube-scheduler v1.34.

mod context;
mod dispatch;
mod inter_pod_affinity;
mod node_affinity;
mod node_name;
mod node_ports;
mod node_resources_fit;
mod node_unschedulable;
mod pod_topology_spread;
mod scheduling_gates;
mod taint_toleration;

pub use context::HintContext;
pub(super) use dispatch::{Question, crosses_topology, first_to_queue};
