//! Queueing hints: whether an event may help a pod that a plugin rejected.
//!
//! One file per plugin, beside it, each following the `isSchedulableAfter…` functions of kube-scheduler
//! v1.34.

mod dispatch;

pub(in crate::scheduler) use dispatch::Question;
pub(super) use dispatch::{crosses_topology, first_to_queue};
