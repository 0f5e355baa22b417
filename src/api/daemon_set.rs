//! DaemonSets.

use std::sync::Arc;

use super::{DaemonSetId, IntOrPercent, LabelSelector, PodTemplate, Timestamp, Uid};
use crate::kernel::Symbol;

/// An apps/v1 DaemonSet.
#[derive(Clone, Debug)]
pub struct DaemonSet {
    /// Its number.
    pub id: DaemonSetId,
    /// `metadata.namespace`.
    pub namespace: Symbol,
    /// `metadata.name`.
    pub name: Arc<str>,
    /// `metadata.uid`.
    pub uid: Uid,
    /// `metadata.creationTimestamp`.
    pub created: Timestamp,
    /// `metadata.generation`.
    pub generation: i64,
    /// `spec.selector`.
    pub selector: LabelSelector,
    /// `spec.updateStrategy`.
    pub strategy: DaemonSetStrategy,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: i32,
    /// `spec.revisionHistoryLimit`.
    pub revision_history_limit: i32,
    /// `spec.template`.
    pub template: PodTemplate,
    /// `status`.
    pub status: DaemonSetStatus,
}

impl DaemonSet {
    /// Whether two DaemonSets want the same (their `spec` is equal).
    pub fn wants_the_same(&self, other: &Self) -> bool {
        self.selector == other.selector
            && self.strategy == other.strategy
            && self.min_ready_seconds == other.min_ready_seconds
            && self.revision_history_limit == other.revision_history_limit
            && self.template.equals(&other.template)
    }

    /// Whether its stored status says that its rollout is complete (as `kubectl rollout status` has it).
    pub fn is_complete(&self) -> bool {
        let status = &self.status;
        status.observed_generation >= self.generation
            && status.updated >= status.desired
            && status.available >= status.desired
    }
}

/// How a DaemonSet brings pods to another template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaemonSetStrategy {
    /// Pods are replaced when somebody deletes them.
    OnDelete,
    /// Pods are replaced a few nodes at a time.
    RollingUpdate {
        /// Nodes that may have a new pod beside the old one.
        max_surge: IntOrPercent,
        /// Nodes that may be without an available pod.
        max_unavailable: IntOrPercent,
    },
}

/// A DaemonSet's status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaemonSetStatus {
    /// The newest generation that the controller has seen.
    pub observed_generation: i64,
    /// `desiredNumberScheduled`: nodes that should have a pod.
    pub desired: i32,
    /// `currentNumberScheduled`: those of them that have one.
    pub current: i32,
    /// `numberMisscheduled`: nodes that have a pod and should not.
    pub misscheduled: i32,
    /// `numberReady`.
    pub ready: i32,
    /// `updatedNumberScheduled`.
    pub updated: i32,
    /// `numberAvailable`.
    pub available: i32,
    /// `numberUnavailable`.
    pub unavailable: i32,
    /// Names of earlier hash collisions.
    pub collision_count: i32,
}
