//! `spec.scheduler`: settings of kube-scheduler, as written. They override what a KubeSchedulerConfiguration
//! among the manifests says.

use schemars::JsonSchema;
use serde::Deserialize;

use super::time::Duration;
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[
    ("percentageOfNodesToScore", Simulated),
    ("podInitialBackoff", Simulated),
    ("podMaxBackoff", Simulated),
    ("requeue", Simulated),
    ("tieBreak", Simulated),
];

/// Settings of kube-scheduler. What is left out is as a KubeSchedulerConfiguration among the manifests says,
/// or keeps its default.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct SchedulerSettings {
    /// The share of feasible nodes that are scored, in per cent; 0 adapts to the cluster's size, as
    /// Kubernetes does. A profile's own share stays. Default 0.
    #[schemars(range(min = 0, max = 100))]
    pub(super) percentage_of_nodes_to_score: Option<i32>,
    /// How one of several best nodes is chosen. Default kubernetes.
    #[serde(default)]
    pub(super) tie_break: TieBreak,
    /// When pods that did not fit are tried again. Default kubernetes.
    #[serde(default)]
    pub(super) requeue: Requeue,
    /// The wait before a pod is tried a second time; it doubles from then on. Default 1s.
    pub(super) pod_initial_backoff: Option<Duration>,
    /// The longest wait between two tries. Default 10s.
    pub(super) pod_max_backoff: Option<Duration>,
}

/// How one of several best nodes is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum TieBreak {
    /// As the release does: up to 1.34 at random, from 1.35 on the top of a heap.
    #[default]
    Kubernetes,
    /// At random, each equally likely.
    Random,
    /// The top of a heap of the nodes in the scheduler's order.
    Heap,
    /// The bytewise first name.
    First,
}

/// When pods that did not fit are tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Requeue {
    /// When an event happens that may help them, after a back-off, as kube-scheduler.
    #[default]
    Kubernetes,
    /// At once when anything at all has changed, without back-off.
    AnyChange,
}
