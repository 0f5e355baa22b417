//! A StatefulSet's status (`updateStatus`, `completeRollingUpdate`).

use super::view::{StatefulSetView, is_running_and_ready};
use crate::api::{Pod, StatefulSetStatus, StatefulSetStrategy};

/// The counts over these pods.
pub(super) fn counted<'p>(
    view: &StatefulSetView<'_>,
    pods: impl Iterator<Item = &'p Pod>,
) -> StatefulSetStatus {
    let mut status = StatefulSetStatus {
        observed_generation: view.set.generation,
        current_revision: Some(view.current),
        update_revision: Some(view.update),
        collision_count: view.set.status.collision_count,
        ..StatefulSetStatus::default()
    };
    for pod in pods {
        status.replicas += 1;
        status.ready_replicas += i32::from(is_running_and_ready(pod));
        status.available_replicas += i32::from(is_running_and_ready(pod) && view.is_available(pod));
        if pod.deleted.is_none() {
            let revision = (view.revision_of)(pod);
            status.current_replicas += i32::from(revision == Some(view.current));
            status.updated_replicas += i32::from(revision == Some(view.update));
        }
    }
    status
}

/// With `RollingUpdate`, the revision that is wanted becomes the current one when all pods have it and are ready.
pub(super) fn complete(view: &StatefulSetView<'_>, mut status: StatefulSetStatus) -> StatefulSetStatus {
    let by_replicas = view.behaviour.stateful_set_completes_by_replicas;
    let wanted = if by_replicas { view.set.replicas } else { status.replicas };
    let all = [status.updated_replicas, status.ready_replicas, status.replicas];
    if view.set.strategy != StatefulSetStrategy::OnDelete && all == [wanted; 3] {
        status.current_replicas = status.updated_replicas;
        status.current_revision = status.update_revision;
    }
    status
}

/// Whether a status is written (`inconsistentStatus`).
pub fn needs_update(held: &StatefulSetStatus, new: &StatefulSetStatus) -> bool {
    let observed = new.observed_generation.max(held.observed_generation);
    *held
        != StatefulSetStatus {
            observed_generation: observed,
            collision_count: held.collision_count,
            ..new.clone()
        }
}
