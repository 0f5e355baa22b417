//! Whether a rollout is complete, moves on, or is stuck (`syncRolloutStatus`, `requeueStuckDeployment`).
//!
//! A missed deadline changes a condition and nothing else.

use super::actions::{Recheck, SyncError};
use super::conditions::{
    NEW_REPLICA_SET_AVAILABLE, PROGRESS_DEADLINE_EXCEEDED, REPLICA_SET_UPDATED, condition, has_reason,
    set_condition,
};
use super::state::{ReplicaSets, SyncState};
use crate::api::{DeploymentStatus, Timestamp};
use crate::kernel::SimDuration;

const SECOND: i64 = Timestamp::NANOS;

/// Whether there is a deadline: neither absent nor the largest number.
pub fn has_progress_deadline(progress_deadline_seconds: Option<i32>) -> bool {
    progress_deadline_seconds.is_some_and(|seconds| seconds != i32::MAX)
}

/// Whether there are more new pods, fewer old ones, or more ready or available ones than before
/// (`DeploymentProgressing`).
pub fn deployment_progressing(old: &DeploymentStatus, new: &DeploymentStatus) -> bool {
    new.updated_replicas > old.updated_replicas
        || new.replicas.wrapping_sub(new.updated_replicas) < old.replicas.wrapping_sub(old.updated_replicas)
        || new.ready_replicas > old.ready_replicas
        || new.available_replicas > old.available_replicas
}

/// Whether the last progress lies more than the deadline back (`DeploymentTimedOut`). Once it did,
/// that stands; after a complete rollout nothing times out.
pub fn deployment_timed_out(
    deadline_seconds: Option<i32>,
    status: &DeploymentStatus,
    now: Timestamp,
) -> bool {
    let Some(seconds) = deadline_seconds.filter(|_| has_progress_deadline(deadline_seconds)) else {
        return false;
    };
    let Some(progressing) = &status.progressing else { return false };
    match &*progressing.reason {
        NEW_REPLICA_SET_AVAILABLE => false,
        PROGRESS_DEADLINE_EXCEEDED => true,
        _ => now.nanos_since(progressing.last_update) > i64::from(seconds) * SECOND,
    }
}

impl SyncState<'_> {
    /// Writes the status of a sync that rolls out; if nothing changed, sees to it that the deadline is
    /// looked at in time.
    pub(super) fn sync_rollout_status(&mut self, sets: &ReplicaSets) -> Result<(), SyncError> {
        let mut status = self.calculate_status(sets);
        if has_progress_deadline(self.deployment().progress_deadline_seconds) {
            self.judge_progress(&mut status);
        } else {
            status.progressing = None;
        }
        let mut failures = sets.new.iter().chain(&sets.old);
        match failures.find_map(|member| member.status.replica_failure.as_deref()) {
            // The ReplicaSet's condition carries no time here; it counts from when it is copied.
            Some(reason) => set_condition(&mut status.replica_failure, condition("True", reason, self.now)),
            None => status.replica_failure = None,
        }
        if status == self.status {
            self.actions.recheck = self.recheck_of_stuck_rollout(&status);
        }
        self.status = status;
        self.write_deployment()
    }

    fn judge_progress(&self, status: &mut DeploymentStatus) {
        let deployment = self.deployment();
        let current = self.status.progressing.as_ref();
        let no_rollout =
            status.replicas == status.updated_replicas && has_reason(current, NEW_REPLICA_SET_AVAILABLE);
        if no_rollout {
            return;
        }
        if status.is_complete(deployment.replicas, deployment.generation) {
            set_condition(&mut status.progressing, condition("True", NEW_REPLICA_SET_AVAILABLE, self.now));
        } else if deployment_progressing(&self.status, status) {
            // The time of the last update moves even if status and reason stay.
            let mut progressing = condition("True", REPLICA_SET_UPDATED, self.now);
            if let Some(current) = current.filter(|current| current.status == "True") {
                progressing.last_transition = current.last_transition;
            }
            status.progressing = Some(progressing);
        } else if deployment_timed_out(deployment.progress_deadline_seconds, status, self.now) {
            set_condition(&mut status.progressing, condition("False", PROGRESS_DEADLINE_EXCEEDED, self.now));
        }
    }

    fn recheck_of_stuck_rollout(&self, status: &DeploymentStatus) -> Option<Recheck> {
        let deployment = self.deployment();
        let deadline = deployment.progress_deadline_seconds;
        let seconds = deadline.filter(|_| has_progress_deadline(deadline))?;
        let current = self.status.progressing.as_ref()?;
        if status.is_complete(deployment.replicas, deployment.generation)
            || &*current.reason == PROGRESS_DEADLINE_EXCEEDED
        {
            return None;
        }
        let left = (i64::from(seconds) * SECOND).saturating_sub(self.now.nanos_since(current.last_update));
        if left < 0 {
            // DIFFERENCE: the deadline is over and the look that found so changed nothing, as with a
            // Deployment that was complete before it was scaled up. Kubernetes looks again every 5 ms for
            // ever; no such look can change anything, and what could puts the key into the queue itself.
            return None;
        }
        if left < SECOND {
            return Some(Recheck::RateLimited);
        }
        // A second more against inexact timers.
        Some(Recheck::After(SimDuration(left.saturating_add(SECOND).unsigned_abs())))
    }
}
