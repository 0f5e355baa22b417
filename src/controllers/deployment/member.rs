//! A Deployment's ReplicaSets as a sync handles them, and their orders.

use std::cmp::Ordering;
use std::sync::Arc;

use super::actions::ReplicaSetUpdate;
use super::annotations::replicas_annotation;
use crate::api::{ReplicaSet, ReplicaSetId, ReplicaSetStatus, Timestamp};
use crate::component_helpers::revision::revision_number;

/// A ReplicaSet of the Deployment: what the controller reads and changes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which ReplicaSet; `None` for one that this sync creates.
    pub id: Option<ReplicaSetId>,
    /// `metadata.name`.
    pub name: Arc<str>,
    /// `metadata.creationTimestamp`.
    pub created: Timestamp,
    /// `metadata.generation`.
    pub generation: i64,
    /// Waits for garbage collection.
    pub deleted: bool,
    /// `spec.replicas`.
    pub replicas: i32,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: i32,
    /// The annotation `revision`.
    pub revision: Option<Arc<str>>,
    /// The annotation `desired-replicas`.
    pub desired_replicas: Option<Arc<str>>,
    /// The annotation `max-replicas`.
    pub max_replicas: Option<Arc<str>>,
    /// `status`.
    pub status: ReplicaSetStatus,
    /// Which version it is: how many of this sync's own writes it contains.
    pub version: u32,
}

impl Member {
    /// Reads a stored ReplicaSet.
    pub fn new(replica_set: &ReplicaSet) -> Self {
        Self {
            id: Some(replica_set.id),
            name: Arc::clone(&replica_set.name),
            created: replica_set.created,
            generation: replica_set.generation,
            deleted: replica_set.deleted,
            replicas: replica_set.replicas,
            min_ready_seconds: replica_set.min_ready_seconds,
            revision: replica_set.revision.clone(),
            desired_replicas: replica_set.desired_replicas.clone(),
            max_replicas: replica_set.max_replicas.clone(),
            status: replica_set.status.clone(),
            version: 0,
        }
    }

    /// Whether pods are wanted of it.
    pub fn is_active(&self) -> bool {
        self.replicas > 0
    }

    /// The number in `desired-replicas`, if there is a valid one.
    pub fn desired(&self) -> Option<i32> {
        replicas_annotation(self.desired_replicas.as_deref())
    }

    /// The number in `max-replicas`, if there is a valid one.
    pub fn max(&self) -> Option<i32> {
        replicas_annotation(self.max_replicas.as_deref())
    }

    /// The number in `revision`: 0 if absent, `None` if it is not a number.
    pub fn revision(&self) -> Option<i64> {
        revision_number(self.revision.as_deref())
    }

    /// The write that stores the changeable fields; `None` for a ReplicaSet that is being created.
    pub(super) fn update(&self) -> Option<ReplicaSetUpdate> {
        Some(ReplicaSetUpdate {
            id: self.id?,
            replicas: self.replicas,
            min_ready_seconds: self.min_ready_seconds,
            revision: self.revision.clone(),
            desired_replicas: self.desired_replicas.clone(),
            max_replicas: self.max_replicas.clone(),
            held: self.version,
        })
    }
}

/// Older first, then by name.
pub(super) fn by_creation(a: &Member, b: &Member) -> Ordering {
    a.created.cmp(&b.created).then_with(|| a.name.cmp(&b.name))
}

/// Larger first, then older, then by name.
pub(super) fn by_size_older(a: &Member, b: &Member) -> Ordering {
    b.replicas.cmp(&a.replicas).then_with(|| by_creation(a, b))
}

/// Larger first, then newer, then by name backwards.
pub(super) fn by_size_newer(a: &Member, b: &Member) -> Ordering {
    b.replicas.cmp(&a.replicas).then_with(|| by_creation(b, a))
}

/// The sum of `spec.replicas`.
pub(super) fn spec_replicas<'a>(members: impl IntoIterator<Item = &'a Member>) -> i32 {
    sum(members, |member| member.replicas)
}

/// The sum of `status.availableReplicas`.
pub(super) fn available_replicas<'a>(members: impl IntoIterator<Item = &'a Member>) -> i32 {
    sum(members, |member| member.status.available_replicas)
}

/// A sum that wraps around as Go's.
pub(super) fn sum<'a>(members: impl IntoIterator<Item = &'a Member>, number: impl Fn(&Member) -> i32) -> i32 {
    members.into_iter().fold(0, |sum, member| sum.wrapping_add(number(member)))
}
