//! Old ReplicaSets beyond `revisionHistoryLimit` (`cleanupDeployment`).

use super::actions::DeploymentWrite;
use super::member::{Member, by_creation};
use super::sync::SyncState;

impl SyncState<'_> {
    /// Deletes the oldest revisions, those that have or want no pods.
    pub(super) fn cleanup(&mut self, old: &[Member]) {
        let Some(limit) = self.deployment().revision_history_limit.filter(|limit| *limit != i32::MAX) else {
            return;
        };
        let mut alive: Vec<&Member> = old.iter().filter(|member| !member.deleted).collect();
        let excess = alive.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
        if excess == 0 {
            return;
        }
        // Numbers that cannot be read leave the order of creation; as `old` comes in that order, an
        // unreadable number is its own case only between its neighbours.
        alive.sort_by(|a, b| match (a.revision(), b.revision()) {
            (Some(mine), Some(others)) => mine.cmp(&others).then_with(|| by_creation(a, b)),
            _ => by_creation(a, b),
        });
        for member in alive.into_iter().take(excess) {
            let unused = member.status.replicas == 0
                && member.replicas == 0
                && member.generation <= member.status.observed_generation;
            if let Some(id) = member.id.filter(|_| unused) {
                self.actions.writes.push(DeploymentWrite::DeleteReplicaSet(id));
            }
        }
    }
}
