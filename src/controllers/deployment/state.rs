//! The state that the parts of a sync share: what it read, holds and has written.
//!
//! ReplicaSets are handed on by reference count; whoever changes one gets a copy of its own.

use std::rc::Rc;

use super::actions::{DeploymentActions, DeploymentUpdate, DeploymentWrite, NewReplicaSet, SyncError};
use super::fenceposts::{max_surge, max_unavailable};
use super::member::{Member, by_creation};
use super::view::DeploymentView;
use crate::api::{ControllersBehaviour, Deployment, DeploymentStatus, ReplicaSet, Timestamp};

/// The ReplicaSets by role.
#[derive(Clone, Debug)]
pub(super) struct ReplicaSets {
    /// The one with the Deployment's template.
    pub(super) new: Option<Rc<Member>>,
    /// The others, in order of creation.
    pub(super) old: Vec<Rc<Member>>,
}

impl ReplicaSets {
    /// Old ones, then the new one.
    pub(super) fn all(&self) -> impl Iterator<Item = &Member> {
        self.old.iter().chain(&self.new).map(Rc::as_ref)
    }
}

/// A sync in progress.
pub(super) struct SyncState<'a> {
    pub(super) view: &'a DeploymentView<'a>,
    pub(super) now: Timestamp,
    pub(super) behaviour: ControllersBehaviour,
    /// The Deployment as the sync holds it: revision and status change on the way.
    pub(super) revision: i64,
    pub(super) status: DeploymentStatus,
    /// The ReplicaSets as read at the beginning, in order of creation.
    pub(super) cached: Vec<Rc<Member>>,
    /// Which of them has the Deployment's template; of several the oldest.
    pub(super) new: Option<usize>,
    pub(super) actions: DeploymentActions,
    /// What the API server holds after the writes so far.
    stored: Vec<Rc<Member>>,
    stored_deployment: DeploymentUpdate,
}

impl<'a> SyncState<'a> {
    pub(super) fn new(view: &'a DeploymentView<'a>, now: Timestamp, behaviour: ControllersBehaviour) -> Self {
        let deployment = view.deployment;
        let mut sets: Vec<_> =
            view.replica_sets.iter().map(|replica_set| (Member::new(replica_set), replica_set)).collect();
        sets.sort_by(|a, b| by_creation(&a.0, &b.0));
        let new = sets.iter().position(|(_, set)| set.template.equals(&deployment.template));
        let cached: Vec<Rc<Member>> = sets.into_iter().map(|(member, _)| Rc::new(member)).collect();
        let stored_deployment =
            DeploymentUpdate { revision: deployment.revision, status: deployment.status.clone() };
        Self {
            view,
            now,
            behaviour,
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

    /// Sends a write to the API server.
    pub(super) fn write(&mut self, write: DeploymentWrite) -> Result<(), SyncError> {
        if let Some(error) = (self.view.refuses)(&write) {
            return Err(error);
        }
        self.actions.writes.push(write);
        Ok(())
    }

    /// A ReplicaSet that came into the cache while the sync went on: it may be written as those of the view.
    pub(super) fn take_in(&mut self, there: &ReplicaSet) -> Rc<Member> {
        let member = Rc::new(Member::new(there));
        self.stored.push(Rc::clone(&member));
        member
    }

    /// Stores the changeable fields of a ReplicaSet, if they differ from what is stored; where versions count, from
    /// the version that the writer holds.
    pub(super) fn write_replica_set(&mut self, member: &mut Rc<Member>) -> Result<(), SyncError> {
        let update = member.update().expect("a ReplicaSet is created in its final size");
        let place = self.stored.iter().position(|stored| stored.id == member.id);
        let place = place.expect("only ReplicaSets of the view are written");
        let is_first = self.view.versions_count && member.version == 0;
        let read = self.cached.get(place).filter(|_| is_first);
        let held = read.unwrap_or(&self.stored[place]);
        if !held.update().is_some_and(|held| held.writes_the_same(&update)) {
            self.write(DeploymentWrite::UpdateReplicaSet(update))?;
            Rc::make_mut(member).version += 1;
            self.stored[place] = Rc::clone(member);
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
