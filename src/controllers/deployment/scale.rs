//! Scaling (`sync`, `scale`, `GetReplicaSetProportion`): in proportion where several ReplicaSets have
//! pods.

use std::rc::Rc;
use std::sync::Arc;

use super::actions::SyncError;
use super::annotations::number_text;
use super::fenceposts::max_surge;
use super::member::{Member, by_size_newer, by_size_older, spec_replicas};
use super::state::{ReplicaSets, SyncState};
use crate::api::{Deployment, Strategy};

/// Whether the new ReplicaSet has all pods, all available, and was sized for the present `replicas`.
pub fn is_saturated(replicas: i32, new: &Member) -> bool {
    new.replicas == replicas
        && new.desired_replicas.as_deref().and_then(go_int) == Some(replicas)
        && new.status.available_replicas == replicas
}

/// A number as `strconv.Atoi` reads it, cut to 32 bits.
fn go_int(text: &str) -> Option<i32> {
    text.parse::<i64>().ok().map(|number| number as i32)
}

/// The share of one ReplicaSet, positive or negative, in `to_add` pods that the Deployment gains or
/// loses, `added` of which are given to others already.
pub fn replica_set_proportion(member: &Member, deployment: &Deployment, to_add: i32, added: i32) -> i32 {
    if member.replicas == 0 || to_add == 0 || to_add == added {
        return 0;
    }
    let fraction = replica_set_fraction(member, deployment);
    let allowed = to_add.wrapping_sub(added);
    if to_add > 0 { fraction.min(allowed) } else { fraction.max(allowed) }
}

/// The change that keeps the ReplicaSet's part of the Deployment what it was when it was last sized.
fn replica_set_fraction(member: &Member, deployment: &Deployment) -> i32 {
    if deployment.replicas == 0 {
        return member.replicas.wrapping_neg();
    }
    let target = deployment.replicas.wrapping_add(max_surge(deployment.strategy, deployment.replicas));
    let before = match member.max() {
        None | Some(0) => deployment.status.replicas,
        Some(max) => max,
    };
    if before == 0 {
        return 0;
    }
    // The product is an int32 in Go and wraps around like one.
    let size = f64::from(member.replicas.wrapping_mul(target)) / f64::from(before);
    // `f64::round` is half away from zero, as Kubernetes' RoundToInt32.
    (size.round() as i32).wrapping_sub(member.replicas)
}

impl SyncState<'_> {
    /// The sync of a paused or newly scaled Deployment: sizes only.
    pub(super) fn sync_scale(&mut self) -> Result<(), SyncError> {
        let sets = self.all_replica_sets_and_sync_revision(false)?;
        self.scale(&sets)?;
        if self.deployment().paused {
            self.cleanup(&sets.old)?;
        }
        self.sync_deployment_status(&sets)
    }

    /// Brings the ReplicaSets to the Deployment's new size.
    pub(super) fn scale(&mut self, sets: &ReplicaSets) -> Result<(), SyncError> {
        let deployment = self.deployment();
        let active: Vec<&Rc<Member>> =
            sets.old.iter().chain(&sets.new).filter(|member| member.is_active()).collect();
        if active.len() <= 1 {
            // Without any active one, the new or else the newest.
            let newest = || sets.new.as_ref().or(sets.old.last());
            if let Some(member) = active.first().copied().or_else(newest) {
                self.scale_to(&mut Rc::clone(member), deployment.replicas)?;
            }
            return Ok(());
        }
        if sets.new.as_ref().is_some_and(|new| is_saturated(deployment.replicas, new)) {
            for member in sets.old.iter().rev().filter(|member| member.is_active()) {
                self.scale_to(&mut Rc::clone(member), 0)?;
            }
            return Ok(());
        }
        match deployment.strategy {
            Strategy::Recreate => Ok(()),
            Strategy::RollingUpdate { .. } => self.scale_in_proportion(active.into_iter().cloned().collect()),
        }
    }

    fn scale_in_proportion(&mut self, mut active: Vec<Rc<Member>>) -> Result<(), SyncError> {
        let deployment = self.deployment();
        let allowed =
            if deployment.replicas > 0 { deployment.replicas.wrapping_add(self.max_surge()) } else { 0 };
        let to_add = allowed.wrapping_sub(spec_replicas(active.iter().map(Rc::as_ref)));
        if to_add > 0 {
            active.sort_by(|a, b| by_size_newer(a, b));
        } else if to_add < 0 {
            active.sort_by(|a, b| by_size_older(a, b));
        }
        let mut added = 0_i32;
        let mut sizes = Vec::with_capacity(active.len());
        for member in &active {
            // A Deployment's status is that of the sync, which did not touch the counts so far.
            let share = replica_set_proportion(member, deployment, to_add, added);
            added = added.wrapping_add(share);
            sizes.push(member.replicas.wrapping_add(share));
        }
        // The largest one gets what rounding left over.
        if to_add != 0 {
            sizes[0] = sizes[0].wrapping_add(to_add.wrapping_sub(added)).max(0);
        }
        for (member, size) in active.iter_mut().zip(sizes) {
            self.resize(member, size)?;
        }
        Ok(())
    }

    /// Scales a ReplicaSet and notes on it what it was sized for. Without a change of size nothing
    /// is written. Whether something was.
    pub(super) fn scale_to(&mut self, member: &mut Rc<Member>, size: i32) -> Result<bool, SyncError> {
        let scales = member.replicas != size;
        if scales {
            self.resize(member, size)?;
        }
        Ok(scales)
    }

    /// As [`SyncState::scale_to`], but the notes are brought up to date in any case.
    fn resize(&mut self, member: &mut Rc<Member>, size: i32) -> Result<(), SyncError> {
        let replicas = self.deployment().replicas;
        let changed = Rc::make_mut(member);
        changed.replicas = size;
        for (place, value) in [
            (&mut changed.desired_replicas, replicas),
            (&mut changed.max_replicas, replicas.wrapping_add(self.max_surge())),
        ] {
            let text = number_text(value);
            if place.as_ref() != Some(&text) {
                *place = Some(Arc::clone(&text));
            }
        }
        self.write_replica_set(member)
    }
}
