//! The strategy Recreate (`rolloutRecreate`): no new pod before the last old one is gone.

use std::rc::Rc;

use super::actions::SyncError;
use super::state::{ReplicaSets, SyncState};

impl SyncState<'_> {
    pub(super) fn rollout_recreate(&mut self) -> Result<(), SyncError> {
        let mut sets = self.all_replica_sets_and_sync_revision(false)?;
        let mut scaled_down = false;
        for member in sets.old.iter().filter(|member| member.is_active()) {
            scaled_down |= self.scale_to(&mut Rc::clone(member), 0)?;
        }
        if scaled_down || self.old_pods_running(&sets) {
            return self.sync_rollout_status(&sets);
        }
        let deployment = self.deployment();
        match &sets.new {
            Some(new) => {
                self.scale_to(&mut Rc::clone(new), deployment.replicas)?;
            }
            // It is created in its full size.
            None => sets = self.all_replica_sets_and_sync_revision(true)?,
        }
        if self.status.is_complete(deployment.replicas, deployment.generation) {
            self.cleanup(&sets.old)?;
        }
        self.sync_rollout_status(&sets)
    }

    /// Whether an old ReplicaSet reports pods or still owns one that may run, terminating ones
    /// included.
    fn old_pods_running(&self, sets: &ReplicaSets) -> bool {
        sets.old.iter().any(|member| {
            member.status.replicas > 0 || member.id.is_some_and(|id| (self.view.has_unfinished_pods)(id))
        })
    }
}
