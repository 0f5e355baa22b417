//! The strategy `RollingUpdate` (`rolloutRolling`): one step, up or down.

use std::rc::Rc;

use super::actions::SyncError;
use super::member::{Member, available_replicas, by_creation, spec_replicas};
use super::new_replica_set::new_rs_new_replicas;
use super::state::{ReplicaSets, SyncState};

impl SyncState<'_> {
    pub(super) fn rollout_rolling(&mut self) -> Result<(), SyncError> {
        let sets = self.all_replica_sets_and_sync_revision(true)?;
        let scaled = self.reconcile_new_replica_set(&sets)? || self.reconcile_old_replica_sets(&sets);
        let deployment = self.deployment();
        // Judged by the status stored before this sync.
        if !scaled && self.status.is_complete(deployment.replicas, deployment.generation) {
            self.cleanup(&sets.old)?;
        }
        self.sync_rollout_status(&sets)
    }

    /// Brings the new ReplicaSet to its size; whether that changed anything.
    fn reconcile_new_replica_set(&mut self, sets: &ReplicaSets) -> Result<bool, SyncError> {
        let deployment = self.deployment();
        let new = sets.new.as_ref().expect("a rolling update creates the new ReplicaSet");
        if new.replicas == deployment.replicas {
            return Ok(false);
        }
        let size = if new.replicas > deployment.replicas {
            deployment.replicas
        } else {
            let all = spec_replicas(sets.all());
            new_rs_new_replicas(deployment.strategy, deployment.replicas, new.replicas, all)
        };
        self.scale_to(&mut Rc::clone(new), size)
    }

    /// Scales the old ReplicaSets down as far as availability allows; whether that changed anything. An
    /// error ends the scale-down and nothing else: what was written before stands, the sync goes on.
    fn reconcile_old_replica_sets(&mut self, sets: &ReplicaSets) -> bool {
        let mut old: Vec<Rc<Member>> = sets.old.iter().filter(|member| member.is_active()).cloned().collect();
        if old.is_empty() {
            return false;
        }
        let new = sets.new.as_ref().expect("a rolling update creates the new ReplicaSet");
        let min_available = self.deployment().replicas.wrapping_sub(self.max_unavailable());
        let new_unavailable = new.replicas.wrapping_sub(new.status.available_replicas);
        let all = spec_replicas(sets.all());
        let max_scaled_down = all.wrapping_sub(min_available).wrapping_sub(new_unavailable);
        if max_scaled_down <= 0 {
            return false;
        }
        old.sort_by(|a, b| by_creation(a, b));
        let Ok(cleaned) = self.cleanup_unhealthy_replicas(&mut old, max_scaled_down) else {
            return false;
        };
        let available = available_replicas(old.iter().chain([new]).map(Rc::as_ref));
        if available <= min_available {
            return cleaned > 0;
        }
        let most = available.wrapping_sub(min_available);
        self.scale_down_old_replica_sets(&mut old, most).is_ok_and(|scaled| cleaned.wrapping_add(scaled) > 0)
    }

    /// Takes pods that are not available from the old ReplicaSets, the oldest first, `most` in all.
    /// The number taken; an error if a write is refused, or a status shows more available pods than the
    /// spec wants (it is stale).
    fn cleanup_unhealthy_replicas(
        &mut self,
        old: &mut [Rc<Member>],
        most: i32,
    ) -> Result<i32, ScaleDownEnds> {
        let mut total = 0;
        for member in old {
            if total >= most {
                break;
            }
            let unavailable = member.replicas.wrapping_sub(member.status.available_replicas);
            if member.replicas == 0 || unavailable == 0 {
                continue;
            }
            let down = unavailable.min(most.wrapping_sub(total));
            let size = member.replicas.wrapping_sub(down);
            if size > member.replicas {
                return Err(ScaleDownEnds);
            }
            self.scale_to(member, size)?;
            total = total.wrapping_add(down);
        }
        Ok(total)
    }

    /// Takes `most` pods from the old ReplicaSets, the oldest first. The number taken.
    fn scale_down_old_replica_sets(
        &mut self,
        old: &mut [Rc<Member>],
        most: i32,
    ) -> Result<i32, ScaleDownEnds> {
        let mut total = 0;
        for member in old {
            if total >= most {
                break;
            }
            let down = member.replicas.min(most.wrapping_sub(total));
            let size = member.replicas.wrapping_sub(down);
            self.scale_to(member, size)?;
            total = total.wrapping_add(down);
        }
        Ok(total)
    }
}

/// More pods are available than a ReplicaSet wants, or a write was refused.
struct ScaleDownEnds;

impl From<SyncError> for ScaleDownEnds {
    fn from(_: SyncError) -> Self {
        Self
    }
}
