//! One sync of a Deployment (`syncDeployment`), and the state that its parts share.

use super::actions::{DeploymentActions, DeploymentUpdate, DeploymentWrite, NewReplicaSet, SyncError};
use super::conditions::{
    DEPLOYMENT_PAUSED, DEPLOYMENT_RESUMED, PROGRESS_DEADLINE_EXCEEDED, condition, has_reason, set_condition,
};
use super::fenceposts::{max_surge, max_unavailable};
use super::member::{Member, by_creation};
use super::progress::has_progress_deadline;
use super::view::DeploymentView;
use crate::api::{ControllersBehaviour, Deployment, DeploymentStatus, Strategy, Timestamp};

/// One sync at time `now`.
///
/// No switch of [`ControllersBehaviour`] concerns this controller: from v1.32 to v1.34 it decides alike
/// (feature gates that are off by default apart).
pub fn sync(
    view: &DeploymentView<'_>,
    now: Timestamp,
    _behaviour: ControllersBehaviour,
) -> DeploymentActions {
    let mut state = SyncState::new(view, now);
    let result = state.run();
    state.actions.error = result.err();
    state.actions
}

/// The ReplicaSets by role.
#[derive(Clone, Debug)]
pub(super) struct ReplicaSets {
    /// The one with the Deployment's template.
    pub(super) new: Option<Member>,
    /// The others, in order of creation.
    pub(super) old: Vec<Member>,
}

impl ReplicaSets {
    /// Old ones, then the new one.
    pub(super) fn all(&self) -> impl Iterator<Item = &Member> {
        self.old.iter().chain(&self.new)
    }
}

/// A sync in progress.
pub(super) struct SyncState<'a> {
    pub(super) view: &'a DeploymentView<'a>,
    pub(super) now: Timestamp,
    /// The Deployment as the sync holds it: revision and status change on the way.
    pub(super) revision: i64,
    pub(super) status: DeploymentStatus,
    /// The ReplicaSets as read at the beginning, in order of creation.
    pub(super) cached: Vec<Member>,
    /// Which of them has the Deployment's template; of several the oldest.
    pub(super) new: Option<usize>,
    pub(super) actions: DeploymentActions,
    /// What the API server holds after the writes so far.
    stored: Vec<Member>,
    stored_deployment: DeploymentUpdate,
}

impl<'a> SyncState<'a> {
    pub(super) fn new(view: &'a DeploymentView<'a>, now: Timestamp) -> Self {
        let deployment = view.deployment;
        let mut sets: Vec<_> =
            view.replica_sets.iter().map(|replica_set| (Member::new(replica_set), replica_set)).collect();
        sets.sort_by(|a, b| by_creation(&a.0, &b.0));
        let new = sets.iter().position(|(_, set)| set.template.equals(&deployment.template));
        let cached: Vec<Member> = sets.into_iter().map(|(member, _)| member).collect();
        let stored_deployment =
            DeploymentUpdate { revision: deployment.revision, status: deployment.status.clone() };
        Self {
            view,
            now,
            revision: deployment.revision,
            status: deployment.status.clone(),
            stored: cached.clone(),
            cached,
            new,
            actions: DeploymentActions::default(),
            stored_deployment,
        }
    }

    pub(super) fn deployment(&self) -> &'a Deployment {
        self.view.deployment
    }

    pub(super) fn max_surge(&self) -> i32 {
        max_surge(self.deployment().strategy, self.deployment().replicas)
    }

    pub(super) fn max_unavailable(&self) -> i32 {
        max_unavailable(self.deployment().strategy, self.deployment().replicas)
    }

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

    /// Sends a write to the API server.
    pub(super) fn write(&mut self, write: DeploymentWrite) -> Result<(), SyncError> {
        if let Some(error) = (self.view.refuses)(&write) {
            return Err(error);
        }
        self.actions.writes.push(write);
        Ok(())
    }

    /// Stores the changeable fields of a ReplicaSet, if they differ from what is stored.
    pub(super) fn write_replica_set(&mut self, member: &Member) -> Result<(), SyncError> {
        let update = member.update().expect("a ReplicaSet is created in its final size");
        let place = self.stored.iter().position(|stored| stored.id == member.id);
        let place = place.expect("only ReplicaSets of the view are written");
        if self.stored[place].update().as_ref() != Some(&update) {
            self.write(DeploymentWrite::UpdateReplicaSet(update))?;
            self.stored[place].clone_from(member);
        }
        Ok(())
    }

    pub(super) fn create_replica_set(&mut self, new: NewReplicaSet) -> Result<(), SyncError> {
        self.write(DeploymentWrite::CreateReplicaSet(new))
    }

    /// Stores revision and status, if they differ from what is stored.
    pub(super) fn write_deployment(&mut self) -> Result<(), SyncError> {
        let update = DeploymentUpdate { revision: self.revision, status: self.status.clone() };
        if update != self.stored_deployment {
            self.write(DeploymentWrite::UpdateDeployment(update.clone()))?;
            self.stored_deployment = update;
        }
        Ok(())
    }
}
