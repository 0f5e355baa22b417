//! What one sync of a Deployment sees.

use std::sync::Arc;

use super::actions::{DeploymentWrite, SyncError};
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
    /// Why the API server would refuse a write, if it would: the object is not as in the cache any more
    /// (its resource version is another), or the write is invalid. Asked before each write; a sync that
    /// writes an object twice is asked as if the object were as the first write left it.
    pub refuses: &'a dyn Fn(&DeploymentWrite) -> Option<SyncError>,
    /// Whether a write of an object that the sync has written since it read it is sent, to be refused, as the API
    /// server does; else such a write succeeds.
    pub versions_count: bool,
    /// Whether the ReplicaSet owns a pod that is neither Succeeded nor Failed; terminating pods
    /// count. Asked only for the strategy Recreate.
    pub has_unfinished_pods: &'a dyn Fn(ReplicaSetId) -> bool,
}

/// A name that a new ReplicaSet cannot have.
#[derive(Clone, Debug)]
pub enum TakenName {
    /// The ReplicaSet that has it was not in the controller's cache: the sync must wait for its cache.
    NotYetSeen,
    /// It came into the cache while the sync went on, belongs to the Deployment and has its template: it is the
    /// new ReplicaSet.
    Ours(Arc<ReplicaSet>),
    /// It belongs to somebody else or has another template: the hash collides.
    Foreign,
}
