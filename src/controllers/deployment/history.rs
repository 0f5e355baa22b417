//! Old ReplicaSets beyond `revisionHistoryLimit` (`cleanupDeployment`).

use std::cmp::Ordering;
use std::rc::Rc;

use super::actions::{DeploymentWrite, SyncError};
use super::member::{Member, by_creation};
use super::state::SyncState;
use crate::component_helpers::go_sort::sort;

/// Lower revisions first. Where one of two cannot be read, or they are equal, the older first: with
/// unreadable numbers among them that is no order.
fn by_revision(a: &Member, b: &Member) -> Ordering {
    match (a.revision(), b.revision()) {
        (Some(mine), Some(others)) => mine.cmp(&others).then_with(|| by_creation(a, b)),
        _ => by_creation(a, b),
    }
}

impl SyncState<'_> {
    /// Deletes the oldest revisions, those that have or want no pods.
    pub(super) fn cleanup(&mut self, old: &[Rc<Member>]) -> Result<(), SyncError> {
        let Some(limit) = self.deployment().revision_history_limit.filter(|limit| *limit != i32::MAX) else {
            return Ok(());
        };
        let mut alive: Vec<&Member> = old.iter().map(Rc::as_ref).filter(|member| !member.deleted).collect();
        let excess = alive.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
        if excess == 0 {
            return Ok(());
        }
        sort(&mut alive, &|a, b| by_revision(a, b) == Ordering::Less);
        for member in alive.into_iter().take(excess) {
            let unused = member.status.replicas == 0
                && member.replicas == 0
                && member.generation <= member.status.observed_generation;
            if let Some(id) = member.id.filter(|_| unused) {
                self.write(DeploymentWrite::DeleteReplicaSet(id))?;
            }
        }
        Ok(())
    }
}
