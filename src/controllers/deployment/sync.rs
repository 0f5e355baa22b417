//! One sync of a Deployment (`syncDeployment`).

use super::actions::{DeploymentActions, SyncError};
use super::conditions::{
    DEPLOYMENT_PAUSED, DEPLOYMENT_RESUMED, PROGRESS_DEADLINE_EXCEEDED, condition, has_reason, set_condition,
};
use super::progress::has_progress_deadline;
use super::state::SyncState;
use super::view::DeploymentView;
use crate::api::{ControllersBehaviour, Strategy, Timestamp};

/// One sync at time `now`.
///
/// No switch of [`ControllersBehaviour`] concerns this controller: from v1.32 to v1.34 it decides alike
/// (feature gates that are off by default apart).
pub fn sync(view: &DeploymentView<'_>, now: Timestamp, behaviour: ControllersBehaviour) -> DeploymentActions {
    let mut state = SyncState::new(view, now, behaviour);
    let result = state.run();
    state.actions.error = result.err();
    state.actions
}

impl SyncState<'_> {
    fn run(&mut self) -> Result<(), SyncError> {
        let deployment = self.deployment();
        // A Deployment that selects every pod is left alone.
        if deployment.selector.is_empty() {
            if self.status.observed_generation < deployment.generation {
                self.status.observed_generation = deployment.generation;
                // Nobody looks whether it was accepted.
                let _ = self.write_deployment();
            }
            return Ok(());
        }
        self.check_paused_conditions()?;
        if deployment.paused || self.is_scaling_event()? {
            return self.sync_scale();
        }
        match deployment.strategy {
            Strategy::Recreate => self.rollout_recreate(),
            Strategy::RollingUpdate { .. } => self.rollout_rolling(),
        }
    }

    /// Pausing and resuming show in the condition Progressing, so that the time of the pause does not
    /// count against the deadline.
    fn check_paused_conditions(&mut self) -> Result<(), SyncError> {
        let deployment = self.deployment();
        let progressing = self.status.progressing.as_ref();
        if !has_progress_deadline(deployment.progress_deadline_seconds)
            || has_reason(progressing, PROGRESS_DEADLINE_EXCEEDED)
        {
            return Ok(());
        }
        let shown = has_reason(progressing, DEPLOYMENT_PAUSED);
        if deployment.paused == shown {
            return Ok(());
        }
        let reason = if deployment.paused { DEPLOYMENT_PAUSED } else { DEPLOYMENT_RESUMED };
        set_condition(&mut self.status.progressing, condition("Unknown", reason, self.now));
        self.write_deployment()
    }

    /// Whether `replicas` differs from what an active ReplicaSet was last sized for.
    fn is_scaling_event(&mut self) -> Result<bool, SyncError> {
        let sets = self.all_replica_sets_and_sync_revision(false)?;
        let replicas = self.deployment().replicas;
        let mut active = sets.all().filter(|member| member.is_active());
        Ok(active.any(|member| member.desired().is_some_and(|desired| desired != replicas)))
    }
}
