//! Conditions of a Deployment (`SetDeploymentCondition`) and their reasons.
//!
//! DIFFERENCE: messages are left out.

use crate::api::{DeploymentCondition, Timestamp};

/// A ReplicaSet was scaled, or its pods became ready or available.
pub const REPLICA_SET_UPDATED: &str = "ReplicaSetUpdated";
/// The new ReplicaSet was created.
pub const NEW_REPLICA_SET_CREATED: &str = "NewReplicaSetCreated";
/// A ReplicaSet with the Deployment's template was there already.
pub const FOUND_NEW_REPLICA_SET: &str = "FoundNewReplicaSet";
/// The rollout is complete.
pub const NEW_REPLICA_SET_AVAILABLE: &str = "NewReplicaSetAvailable";
/// No progress for `progressDeadlineSeconds`.
pub const PROGRESS_DEADLINE_EXCEEDED: &str = "ProgressDeadlineExceeded";
/// The Deployment is paused; progress is not judged.
pub const DEPLOYMENT_PAUSED: &str = "DeploymentPaused";
/// The Deployment was resumed; the deadline starts again.
pub const DEPLOYMENT_RESUMED: &str = "DeploymentResumed";
/// Enough pods are available.
pub const MINIMUM_REPLICAS_AVAILABLE: &str = "MinimumReplicasAvailable";
/// Too few pods are available.
pub const MINIMUM_REPLICAS_UNAVAILABLE: &str = "MinimumReplicasUnavailable";

/// A condition that begins now.
pub(super) fn condition(status: &'static str, reason: &str, now: Timestamp) -> DeploymentCondition {
    DeploymentCondition { status, reason: reason.into(), last_update: now, last_transition: now }
}

/// Puts a condition in its place. The same status and reason change nothing; the same status keeps
/// the time of its transition.
pub(super) fn set_condition(place: &mut Option<DeploymentCondition>, mut new: DeploymentCondition) {
    if let Some(old) = place {
        if old.status == new.status && old.reason == new.reason {
            return;
        }
        if old.status == new.status {
            new.last_transition = old.last_transition;
        }
    }
    *place = Some(new);
}

/// Whether a condition is there with this reason.
pub(super) fn has_reason(place: Option<&DeploymentCondition>, reason: &str) -> bool {
    place.is_some_and(|condition| &*condition.reason == reason)
}
