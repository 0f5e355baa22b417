//! When a pod is available (`IsPodAvailable`), and when to look again.
//!
//! v1.32: available if `readySince + minReadySeconds` lies *before* now. v1.34: at equality too.

use crate::api::{ControllersBehaviour, Pod, Timestamp};
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
    Some(if behaviour.available_at_min_ready { at } else { Timestamp(at.0 + 1) })
}

/// How long after it sees a pod turn ready the controller looks at its ReplicaSet again; `None` if
/// `minReadySeconds` is 0.
///
/// v1.32 adds a second against clock skew; with v1.34 equality is enough and the second is gone.
pub fn recheck_after_ready(min_ready_seconds: i32, behaviour: ControllersBehaviour) -> Option<SimDuration> {
    let slack = if behaviour.available_at_min_ready { 0 } else { 1_000_000_000 };
    (min_ready_seconds > 0).then(|| SimDuration(seconds(min_ready_seconds).0 + slack))
}

/// How long it takes until the next of these pods becomes available; `None` if no pod is ready without
/// being available.
///
/// DIFFERENCE: v1.32 does not compute this moment. It looks again [`recheck_after_ready`] after it saw
/// each pod turn ready (so up to some two seconds later), and `minReadySeconds` after a sync that found
/// all pods ready and not all available. v1.34 computes it.
pub fn next_available_after(
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

    #[test]
    fn equality_counts_from_v1_34_on() {
        let behaviour = |available_at_min_ready| ControllersBehaviour {
            available_at_min_ready,
            logarithmic_scale_down: true,
            pod_deletion_cost: true,
        };
        assert_eq!(recheck_after_ready(10, behaviour(false)), Some(SimDuration::from_secs(11)));
        assert_eq!(recheck_after_ready(10, behaviour(true)), Some(SimDuration::from_secs(10)));
        assert_eq!(recheck_after_ready(0, behaviour(true)), None);
    }
}
