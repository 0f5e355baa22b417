//! A DaemonSet's status (`updateDaemonSetStatus`).

use super::DaemonSetView;
use super::pods::{ByNode, sorted};
use crate::api::DaemonSetStatus;
use crate::kernel::SimDuration;

/// The status of what is seen: of each node the oldest pod is looked at. `observed`: whether the sync worked on the
/// DaemonSet; it did not while it waits to see its own creations and deletions.
pub fn calculate_status(view: &DaemonSetView<'_>, observed: bool) -> DaemonSetStatus {
    let held = &view.daemon_set.status;
    let mut status = DaemonSetStatus {
        observed_generation: if observed { view.daemon_set.generation } else { held.observed_generation },
        collision_count: held.collision_count,
        ..DaemonSetStatus::default()
    };
    let by_node = ByNode::new(view);
    for node in view.nodes {
        let pods = by_node.of(node.name);
        if !node.verdict.should_run {
            status.misscheduled += i32::from(!pods.is_empty());
            continue;
        }
        status.desired += 1;
        let Some(oldest) = sorted(pods).first().copied() else { continue };
        status.current += 1;
        status.ready += i32::from(oldest.is_ready());
        status.available += i32::from(oldest.is_ready() && view.is_available(oldest));
        status.updated += i32::from(view.is_updated(oldest));
    }
    status.unavailable = status.desired - status.available;
    status
}

/// How long after a sync the DaemonSet is looked at again, for pods that are ready and not available yet.
pub fn recheck_after_sync(view: &DaemonSetView<'_>, status: &DaemonSetStatus) -> Option<SimDuration> {
    let seconds = u64::try_from(view.daemon_set.min_ready_seconds).unwrap_or(0);
    (seconds > 0 && status.ready != status.available).then(|| SimDuration::from_secs(seconds))
}

/// How long after a pod turned ready its DaemonSet is looked at again.
pub fn recheck_after_ready(min_ready_seconds: i32) -> Option<SimDuration> {
    let seconds = u64::try_from(min_ready_seconds).unwrap_or(0);
    (seconds > 0).then(|| SimDuration::from_secs(seconds + 1))
}
