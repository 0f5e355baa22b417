//! What one sync of a Deployment sees.

use std::sync::Arc;

use crate::api::{Deployment, ReplicaSet, ReplicaSetId};

/// The state that a sync reads, from the controller's caches.
#[derive(Clone, Copy)]
pub struct DeploymentView<'a> {
    /// The Deployment, status included.
    pub deployment: &'a Deployment,
    /// The ReplicaSets that it controls, in any order; those that wait for garbage collection
    /// (`deleted`) included.
    pub replica_sets: &'a [Arc<ReplicaSet>],
    /// The value of `pod-template-hash` for the Deployment's template and its present
    /// `status.collisionCount`.
    pub template_hash: &'a str,
    /// Whether a ReplicaSet of that name, other than those above, is in the namespace. Asked at most
    /// once, when a ReplicaSet is about to be created.
    pub taken: &'a dyn Fn(&str) -> Option<TakenName>,
    /// Whether the ReplicaSet owns a pod that is neither Succeeded nor Failed; terminating pods
    /// count. Asked only for the strategy Recreate.
    pub has_unfinished_pods: &'a dyn Fn(ReplicaSetId) -> bool,
}

/// A name that a new ReplicaSet cannot have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenName {
    /// The ReplicaSet that has it belongs to the Deployment and has its template, or is not in the
    /// controller's cache yet: the sync must wait for its cache.
    NotYetSeen,
    /// It belongs to somebody else or has another template: the hash collides.
    Foreign,
}
