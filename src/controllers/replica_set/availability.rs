//! When a pod is available (`IsPodAvailable`), and when to look again.
//!
//! v1.32: available if `readySince + minReadySeconds` lies *before* now. v1.34: at equality too.
//! Becoming available is no event in the API: somebody must look. When, is another difference between
//! the releases ([`recheck_after_ready`], [`recheck_after_sync`]).

use crate::api::{ControllersBehaviour, Pod, ReplicaSet, ReplicaSetStatus, Timestamp};
use crate::kernel::SimDuration;

fn seconds(min_ready_seconds: i32) -> SimDuration {
    SimDuration::from_secs(u64::try_from(min_ready_seconds).unwrap_or(0))
}

/// The moment that `minReadySeconds` after the pod became ready; `None` if it is not ready or its
/// condition carries no time.
fn ready_long_enough_at(pod: &Pod, min_ready_seconds: i32) -> Option<Timestamp> {
    let condition = pod.ready.filter(|condition| condition.ready)?;
    Some(condition.since?.plus(seconds(min_ready_seconds)))
}

/// Whether the pod is available at `now`.
pub fn is_available(
    pod: &Pod,
    min_ready_seconds: i32,
    now: Timestamp,
    behaviour: ControllersBehaviour,
) -> bool {
    if !pod.is_ready() {
        return false;
    }
    if min_ready_seconds == 0 {
        return true;
    }
    ready_long_enough_at(pod, min_ready_seconds)
        .is_some_and(|at| at < now || (behaviour.available_at_min_ready && at == now))
}

/// The first moment, to the nanosecond, at which the pod is available if nothing happens to it;
/// `None` if it is not ready or `minReadySeconds` is 0.
pub fn available_from(
    pod: &Pod,
    min_ready_seconds: i32,
    behaviour: ControllersBehaviour,
) -> Option<Timestamp> {
    if min_ready_seconds <= 0 {
        return None;
    }
    let at = ready_long_enough_at(pod, min_ready_seconds)?;
    Some(if behaviour.available_at_min_ready { at } else { at.plus(SimDuration(1)) })
}

/// How long after it saw a pod turn ready the controller of v1.32 looks at its ReplicaSet again: a second
/// more than `minReadySeconds`, against clocks that differ. `None` if `minReadySeconds` is 0.
///
/// The look goes into a queue that keeps one time for each ReplicaSet, the earliest: of pods that turn
/// ready one after the other, only the first gets a look of its own. v1.34 needs no such look.
pub fn recheck_after_ready(min_ready_seconds: i32, behaviour: ControllersBehaviour) -> Option<SimDuration> {
    let asked = min_ready_seconds > 0 && !behaviour.availability_checks_on_time;
    asked.then(|| seconds(min_ready_seconds).plus(SimDuration::from_secs(1)))
}

/// How long after a sync the ReplicaSet is looked at again, for pods that are ready and not available yet.
///
/// v1.34: until the next of them becomes available. v1.32: `minReadySeconds`, and only if all pods are
/// there and ready; `status` is the one of this sync.
pub fn recheck_after_sync(
    active: &[&Pod],
    replica_set: &ReplicaSet,
    status: &ReplicaSetStatus,
    now: Timestamp,
    behaviour: ControllersBehaviour,
) -> Option<SimDuration> {
    let min_ready_seconds = replica_set.min_ready_seconds;
    if behaviour.availability_checks_on_time {
        return next_available_after(active, min_ready_seconds, now, behaviour);
    }
    let all_ready = status.ready_replicas == replica_set.replicas;
    let waits = min_ready_seconds > 0 && all_ready && status.available_replicas != replica_set.replicas;
    waits.then(|| seconds(min_ready_seconds))
}

/// How long it takes until the next of these pods becomes available; `None` if no pod is ready without
/// being available.
fn next_available_after(
    active: &[&Pod],
    min_ready_seconds: i32,
    now: Timestamp,
    behaviour: ControllersBehaviour,
) -> Option<SimDuration> {
    let due = active.iter().filter_map(|pod| available_from(pod, min_ready_seconds, behaviour));
    let left = due.map(|at| at.nanos_since(now)).filter(|left| *left > 0).min()?;
    Some(SimDuration(left.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::deployment::fixtures::{BEHAVIOUR, replica_set};

    #[test]
    fn v1_32_looks_again_a_second_late() {
        let v1_32 = ControllersBehaviour { availability_checks_on_time: false, ..BEHAVIOUR };
        assert_eq!(recheck_after_ready(10, v1_32), Some(SimDuration::from_secs(11)));
        assert_eq!(recheck_after_ready(0, v1_32), None);
        assert_eq!(recheck_after_ready(10, BEHAVIOUR), None, "v1.34 plans its looks at each sync");
    }

    #[test]
    fn v1_32_looks_after_a_sync_only_if_all_pods_are_ready() {
        let v1_32 = ControllersBehaviour { availability_checks_on_time: false, ..BEHAVIOUR };
        let mut set = replica_set(0, "web", 3, 0);
        set.min_ready_seconds = 10;
        let after = |ready, available| {
            let status = ReplicaSetStatus {
                ready_replicas: ready,
                available_replicas: available,
                ..set.status.clone()
            };
            recheck_after_sync(&[], &set, &status, Timestamp(0), v1_32)
        };
        assert_eq!(after(3, 1), Some(SimDuration::from_secs(10)));
        assert_eq!((after(2, 1), after(3, 3)), (None, None));
    }
}
