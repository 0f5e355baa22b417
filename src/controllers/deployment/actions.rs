//! What one sync of a Deployment does.

use std::sync::Arc;

use crate::api::{Deployment, DeploymentStatus, ReplicaSet, ReplicaSetId};
use crate::kernel::SimDuration;

/// The outcome of a sync.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentActions {
    /// Writes to the API, in order, without those that it refuses. None of them is without effect.
    pub writes: Vec<DeploymentWrite>,
    /// When to sync again although nothing may have changed (progress deadline).
    pub recheck: Option<Recheck>,
    /// The sync failed after its writes: it is put into the queue again with rate limiting.
    pub error: Option<SyncError>,
}

impl DeploymentActions {
    /// Whether the sync wrote nothing.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeploymentWrite {
    /// A new ReplicaSet for the Deployment's present template.
    CreateReplicaSet(NewReplicaSet),
    /// New spec or annotations of a ReplicaSet.
    UpdateReplicaSet(ReplicaSetUpdate),
    /// A ReplicaSet beyond `revisionHistoryLimit` goes.
    DeleteReplicaSet(ReplicaSetId),
    /// New status or revision of the Deployment.
    UpdateDeployment(DeploymentUpdate),
}

/// A ReplicaSet to create. Template, selector and labels are the Deployment's with the label
/// `pod-template-hash: <hash>` added; the Deployment controls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReplicaSet {
    /// `metadata.name`.
    pub name: Arc<str>,
    /// The value of `pod-template-hash`.
    pub hash: Arc<str>,
    /// `spec.replicas`.
    pub replicas: i32,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: i32,
    /// The annotation `deployment.kubernetes.io/revision`.
    pub revision: Arc<str>,
    /// The annotation `deployment.kubernetes.io/desired-replicas`.
    pub desired_replicas: Arc<str>,
    /// The annotation `deployment.kubernetes.io/max-replicas`.
    pub max_replicas: Arc<str>,
}

/// All fields of a ReplicaSet that the Deployment controller may change, with their new values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaSetUpdate {
    /// Which ReplicaSet.
    pub id: ReplicaSetId,
    /// `spec.replicas`.
    pub replicas: i32,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: i32,
    /// The annotation `deployment.kubernetes.io/revision`.
    pub revision: Option<Arc<str>>,
    /// The annotation `deployment.kubernetes.io/desired-replicas`.
    pub desired_replicas: Option<Arc<str>>,
    /// The annotation `deployment.kubernetes.io/max-replicas`.
    pub max_replicas: Option<Arc<str>>,
    /// Which version is written over: how many of the sync's own writes it contains.
    pub held: u32,
}

impl ReplicaSetUpdate {
    /// Whether both leave the same behind.
    pub fn writes_the_same(&self, other: &Self) -> bool {
        let values = |one: &Self| (one.id, one.replicas, one.min_ready_seconds);
        let notes = [
            (&self.revision, &other.revision),
            (&self.desired_replicas, &other.desired_replicas),
            (&self.max_replicas, &other.max_replicas),
        ];
        values(self) == values(other) && notes.iter().all(|(mine, others)| mine == others)
    }

    /// Writes the values into the object. As in the API server, the generation grows by one if the
    /// spec changes; annotations leave it as it is.
    pub fn apply(&self, replica_set: &mut ReplicaSet) {
        let spec_changes =
            self.replicas != replica_set.replicas || self.min_ready_seconds != replica_set.min_ready_seconds;
        replica_set.generation += i64::from(spec_changes);
        replica_set.replicas = self.replicas;
        replica_set.min_ready_seconds = self.min_ready_seconds;
        replica_set.revision.clone_from(&self.revision);
        replica_set.desired_replicas.clone_from(&self.desired_replicas);
        replica_set.max_replicas.clone_from(&self.max_replicas);
    }
}

/// A write to the Deployment's `status` subresource, which carries annotations as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentUpdate {
    /// The annotation `deployment.kubernetes.io/revision`; 0 if absent.
    pub revision: i64,
    /// `status`. Times of conditions are the `now` of the sync, which may have fractions of a
    /// second: where objects are stored with whole seconds, the store cuts them.
    pub status: DeploymentStatus,
}

impl DeploymentUpdate {
    /// Whether it changes the Deployment.
    pub fn changes(&self, deployment: &Deployment) -> bool {
        self.revision != deployment.revision || self.status != deployment.status
    }

    /// Writes the values into the object; the generation stays.
    pub fn apply(&self, deployment: &mut Deployment) {
        deployment.revision = self.revision;
        deployment.status.clone_from(&self.status);
    }
}

/// When to sync again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recheck {
    /// This long from now.
    After(SimDuration),
    /// At once, with rate limiting (the progress deadline is less than a second away).
    RateLimited,
}

/// Why a sync failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncError {
    /// The new ReplicaSet's name is taken by a ReplicaSet that is not the Deployment's;
    /// `status.collisionCount` was raised, so that the next sync tries another name.
    HashCollision,
    /// The new ReplicaSet exists already, but the controller's cache does not show it yet.
    AlreadyExists,
    /// The object to be written is not what the cache showed: somebody wrote it in between.
    Conflict,
    /// The API server's validation refused a write (a negative number of replicas).
    Invalid,
}
