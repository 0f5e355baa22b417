//! A ReplicaSet's status (`calculateStatus`, `updateReplicaSetStatus`).
//!
//! DIFFERENCE: of the condition `ReplicaFailure` only the reason is kept, no time and no message.

use std::cmp::Ordering;
use std::sync::Arc;

use super::availability::is_available;
use crate::api::{ControllersBehaviour, Pod, ReplicaSet, ReplicaSetStatus, Timestamp};

/// Whether the creations or deletions of a sync succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManageOutcome {
    /// All did, or there was nothing to do.
    Done,
    /// One failed.
    Failed,
}

/// The status that a sync finds: counts of the active pods that it listed at its beginning.
pub fn calculate_status(
    replica_set: &ReplicaSet,
    active: &[&Pod],
    outcome: ManageOutcome,
    now: Timestamp,
    behaviour: ControllersBehaviour,
) -> ReplicaSetStatus {
    let (mut fully_labeled, mut ready, mut available) = (0, 0, 0);
    for pod in active {
        let fully = Arc::ptr_eq(&pod.spec, &replica_set.pod)
            || replica_set.pod.labels.iter().all(|(key, value)| pod.spec.labels.get(key) == Some(value));
        fully_labeled += i32::from(fully);
        ready += i32::from(pod.is_ready());
        available += i32::from(is_available(pod, replica_set.min_ready_seconds, now, behaviour));
    }
    let replicas = i32::try_from(active.len()).expect("a ReplicaSet has fewer than 2^31 pods");
    ReplicaSetStatus {
        observed_generation: replica_set.generation,
        replicas,
        fully_labeled_replicas: fully_labeled,
        ready_replicas: ready,
        available_replicas: available,
        replica_failure: failure_reason(replica_set, replicas, outcome),
        terminating_replicas: None,
    }
}

/// A condition that is there keeps its reason until a sync succeeds.
fn failure_reason(replica_set: &ReplicaSet, active: i32, outcome: ManageOutcome) -> Option<Arc<str>> {
    if outcome == ManageOutcome::Done {
        return None;
    }
    let reason = || match active.cmp(&replica_set.replicas) {
        Ordering::Less => "FailedCreate",
        Ordering::Greater => "FailedDelete",
        Ordering::Equal => "",
    };
    Some(replica_set.status.replica_failure.clone().unwrap_or_else(|| reason().into()))
}

/// Whether a status differs from the stored one, so that it is written.
pub fn needs_update(replica_set: &ReplicaSet, status: &ReplicaSetStatus) -> bool {
    replica_set.status != *status
}
