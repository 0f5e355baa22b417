//! StatefulSets and the revisions that they, like DaemonSets, keep of their templates.

use std::sync::Arc;

use super::{IntOrPercent, LabelSelector, PodTemplate, StatefulSetId, Timestamp, Uid};
use crate::kernel::Symbol;

/// An apps/v1 StatefulSet.
#[derive(Clone, Debug)]
pub struct StatefulSet {
    /// Its number.
    pub id: StatefulSetId,
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
    /// `spec.replicas`.
    pub replicas: i32,
    /// `spec.selector`.
    pub selector: LabelSelector,
    /// `spec.podManagementPolicy`.
    pub pod_management: PodManagementPolicy,
    /// `spec.updateStrategy`.
    pub strategy: StatefulSetStrategy,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: i32,
    /// `spec.ordinals.start`.
    pub start_ordinal: i32,
    /// `spec.revisionHistoryLimit`.
    pub revision_history_limit: i32,
    /// `spec.template`.
    pub template: PodTemplate,
    /// `status`.
    pub status: StatefulSetStatus,
}

/// How a StatefulSet makes and deletes pods when it is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodManagementPolicy {
    /// One after the other, in the order of their ordinals.
    OrderedReady,
    /// All at once.
    Parallel,
}

/// How a StatefulSet brings pods to another template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatefulSetStrategy {
    /// Pods are replaced when somebody deletes them.
    OnDelete,
    /// Pods are replaced from the highest ordinal down.
    RollingUpdate(Option<RollingUpdateStatefulSet>),
}

/// `spec.updateStrategy.rollingUpdate` of a StatefulSet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollingUpdateStatefulSet {
    /// `partition`: so many pods from the first on stay as they are.
    pub partition: i32,
    /// `maxUnavailable`, where the release heeds it.
    pub max_unavailable: Option<IntOrPercent>,
}

/// A StatefulSet's status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatefulSetStatus {
    /// The newest generation that the controller has seen.
    pub observed_generation: i64,
    /// Pods.
    pub replicas: i32,
    /// Ready pods.
    pub ready_replicas: i32,
    /// Available pods.
    pub available_replicas: i32,
    /// Pods of the current revision.
    pub current_replicas: i32,
    /// Pods of the revision that is wanted.
    pub updated_replicas: i32,
    /// The name of the current revision, once there is one.
    pub current_revision: Option<Symbol>,
    /// The name of the revision that is wanted, once there is one.
    pub update_revision: Option<Symbol>,
    /// Names of earlier hash collisions.
    pub collision_count: i32,
}

/// An apps/v1 ControllerRevision: a template that a StatefulSet or DaemonSet has, or had.
#[derive(Clone, Debug)]
pub struct ControllerRevision {
    /// `metadata.name`.
    pub name: Symbol,
    /// `revision`.
    pub revision: i64,
    /// `metadata.creationTimestamp`.
    pub created: Timestamp,
    /// The template in `data`.
    pub template: PodTemplate,
}
