//! A Deployment's status (`calculateStatus`, `syncDeploymentStatus`).

use super::actions::SyncError;
use super::conditions::{MINIMUM_REPLICAS_AVAILABLE, MINIMUM_REPLICAS_UNAVAILABLE, condition, set_condition};
use super::member::{available_replicas, spec_replicas, sum};
use super::state::{ReplicaSets, SyncState};
use crate::api::DeploymentStatus;

impl SyncState<'_> {
    /// The status by the ReplicaSets as they were before this sync scaled them.
    pub(super) fn calculate_status(&self, sets: &ReplicaSets) -> DeploymentStatus {
        let deployment = self.deployment();
        let available = available_replicas(sets.all());
        let sufficient = available >= deployment.replicas.wrapping_sub(self.max_unavailable());
        let mut status = DeploymentStatus {
            observed_generation: deployment.generation,
            replicas: sum(sets.all(), |member| member.status.replicas),
            updated_replicas: sum(sets.new.as_deref(), |member| member.status.replicas),
            ready_replicas: sum(sets.all(), |member| member.status.ready_replicas),
            available_replicas: available,
            unavailable_replicas: spec_replicas(sets.all()).wrapping_sub(available).max(0),
            ..self.status.clone()
        };
        if self.behaviour.terminating_replicas {
            let counts = sets.all().filter_map(|member| member.status.terminating_replicas);
            status.terminating_replicas = Some(counts.fold(0, i32::wrapping_add));
        }
        let minimum = if sufficient {
            condition("True", MINIMUM_REPLICAS_AVAILABLE, self.now)
        } else {
            condition("False", MINIMUM_REPLICAS_UNAVAILABLE, self.now)
        };
        set_condition(&mut status.available, minimum);
        status
    }

    /// Writes the status of a sync that does not judge progress.
    pub(super) fn sync_deployment_status(&mut self, sets: &ReplicaSets) -> Result<(), SyncError> {
        self.status = self.calculate_status(sets);
        self.write_deployment()
    }
}
