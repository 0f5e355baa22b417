//! The ReplicaSet of the Deployment's template: found or created, numbered, sized
//! (`getNewReplicaSet`, `NewRSNewReplicas`).

use std::rc::Rc;
use std::sync::Arc;

use super::actions::{NewReplicaSet, SyncError};
use super::annotations::number_text;
use super::conditions::{FOUND_NEW_REPLICA_SET, NEW_REPLICA_SET_CREATED, condition, set_condition};
use super::member::{Member, spec_replicas};
use super::progress::has_progress_deadline;
use super::state::{ReplicaSets, SyncState};
use super::view::TakenName;
use crate::api::{ReplicaSetStatus, Strategy};
use crate::component_helpers::revision::revision_number;

/// The size that the new ReplicaSet should have, given its own size and the sum of all sizes, its own
/// included.
pub fn new_rs_new_replicas(strategy: Strategy, replicas: i32, new_replicas: i32, all_replicas: i32) -> i32 {
    match strategy {
        Strategy::Recreate => replicas,
        Strategy::RollingUpdate { max_surge, .. } => {
            let most = replicas.wrapping_add(max_surge.scaled(replicas, true));
            if all_replicas >= most {
                return new_replicas;
            }
            let room = most.wrapping_sub(all_replicas);
            new_replicas.wrapping_add(room.min(replicas.wrapping_sub(new_replicas)))
        }
    }
}

impl SyncState<'_> {
    /// Finds the ReplicaSets by role. The new one gets the next revision number and the Deployment's
    /// `minReadySeconds`; it is created if asked for and missing.
    pub(super) fn all_replica_sets_and_sync_revision(
        &mut self,
        create_if_missing: bool,
    ) -> Result<ReplicaSets, SyncError> {
        let mut old = self.cached.clone();
        let new = self.new.map(|place| old.remove(place));
        let revisions = old.iter().filter_map(|member| member.revision());
        let next_revision = revisions.max().unwrap_or(0).max(0).wrapping_add(1);
        let new = match new {
            Some(member) => Some(self.sync_existing(member, next_revision)?),
            None if create_if_missing => Some(self.create(&old, next_revision)?),
            None => None,
        };
        Ok(ReplicaSets { new, old })
    }

    fn sync_existing(&mut self, mut member: Rc<Member>, next_revision: i64) -> Result<Rc<Member>, SyncError> {
        let deployment = self.deployment();
        let outdated = member.revision().is_some_and(|revision| revision < next_revision);
        if outdated || member.min_ready_seconds != deployment.min_ready_seconds {
            let changed = Rc::make_mut(&mut member);
            if outdated {
                changed.revision = Some(next_revision.to_string().into());
            }
            changed.min_ready_seconds = deployment.min_ready_seconds;
            self.write_replica_set(&mut member)?;
            // The Deployment follows in the next sync.
            return Ok(member);
        }
        self.revision = revision_number(member.revision.as_deref()).unwrap_or(self.revision);
        if has_progress_deadline(deployment.progress_deadline_seconds) && self.status.progressing.is_none() {
            let found = condition("True", FOUND_NEW_REPLICA_SET, self.now);
            set_condition(&mut self.status.progressing, found);
        }
        self.write_deployment()?;
        Ok(member)
    }

    fn create(&mut self, old: &[Rc<Member>], revision: i64) -> Result<Rc<Member>, SyncError> {
        let deployment = self.deployment();
        let replicas = new_rs_new_replicas(
            deployment.strategy,
            deployment.replicas,
            0,
            spec_replicas(old.iter().map(Rc::as_ref)),
        );
        let name: Arc<str> = format!("{}-{}", deployment.name, self.view.template_hash).into();
        match (self.view.taken)(&name) {
            Some(TakenName::NotYetSeen) => return Err(SyncError::AlreadyExists),
            Some(TakenName::Ours(there)) => {
                self.revision = revision;
                self.write_deployment()?;
                return Ok(self.take_in(&there));
            }
            Some(TakenName::Foreign) => {
                self.status.collision_count = self.status.collision_count.wrapping_add(1);
                // Whether that was accepted or not, the sync ends.
                let _ = self.write_deployment();
                return Err(SyncError::HashCollision);
            }
            None => {}
        }
        let new = NewReplicaSet {
            name,
            hash: self.view.template_hash.into(),
            replicas,
            min_ready_seconds: deployment.min_ready_seconds,
            revision: revision.to_string().into(),
            desired_replicas: number_text(deployment.replicas),
            max_replicas: number_text(deployment.replicas.wrapping_add(self.max_surge())),
        };
        let member = Member {
            id: None,
            name: Arc::clone(&new.name),
            created: self.now,
            generation: 1,
            deleted: false,
            replicas,
            min_ready_seconds: new.min_ready_seconds,
            revision: Some(Arc::clone(&new.revision)),
            desired_replicas: Some(Arc::clone(&new.desired_replicas)),
            max_replicas: Some(Arc::clone(&new.max_replicas)),
            status: ReplicaSetStatus::default(),
            version: 0,
        };
        self.create_replica_set(new)?;
        self.revision = revision;
        if has_progress_deadline(deployment.progress_deadline_seconds) {
            let created = condition("True", NEW_REPLICA_SET_CREATED, self.now);
            set_condition(&mut self.status.progressing, created);
        }
        self.write_deployment()?;
        Ok(Rc::new(member))
    }
}
