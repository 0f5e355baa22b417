//! backoffQ: pods that may be tried again when their back-off is over (`backoff_queue.go` of
//! kube-scheduler v1.34).
//!
//! Two queues: one for pods that a plugin rejected, one for pods whose attempt ended in an error. Both
//! are polled at every whole second; only from the first one does an empty activeQ take pods before
//! their time.
//!
//! With `SchedulerPopFromBackoffQ` a back-off ends in a *window*, the second in which it runs out:
//!
//! ```text
//! second     4         5         6         7
//!            |---------|---------|---------|
//! attempt ends 4.3 ─ 1 s ─> 5.3 = window 5, over as soon as window 6 begins: polled at 6
//! attempt ends 4.0 ─ 1 s ─> 5.0 = window 5, polled at 6 as well
//! ```
//!
//! Within a window pods are in the order of activeQ. Without the gate the end is exact and the order
//! that of the ends; the polls still come at whole seconds, so that the moves happen at the same times,
//! but an event at 5.5 finds the back-off of the first example over.
//!
//! DIFFERENCE: a back-off that ends exactly at a poll lasts until the next one, as in 1.34; up to 1.32
//! it ended with that poll. With real clocks the two times are never equal.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::attempts::Failures;
use super::config::QueueConfig;
use crate::api::PodId;
use crate::kernel::{SimDuration, SimTime};

/// The time between two polls, and the length of a window.
const WINDOW: SimDuration = SimDuration::from_secs(1);

/// The last whole multiple of a period that is not after `time`.
pub(super) fn aligned(time: SimTime, period: SimDuration) -> SimTime {
    SimTime(time.0 - time.0 % period.0)
}

/// The first whole multiple of a period after `time`: the poll that sees `time` as past.
pub(super) fn poll_after(time: SimTime, period: SimDuration) -> SimTime {
    aligned(time, period).plus(period)
}

fn window(time: SimTime, config: &QueueConfig) -> SimTime {
    if config.pop_from_backoff_q { aligned(time, WINDOW) } else { time }
}

/// When a pod's back-off ends, or the window in which it does; `None` if there is no back-off.
pub(super) fn expiry(failures: Failures, timestamp: SimTime, config: &QueueConfig) -> Option<SimTime> {
    failures.backoff(config).map(|backoff| window(timestamp.plus(backoff), config))
}

/// Whether a back-off is not over yet. In the window in which it ends it still lasts.
pub(super) fn is_backing_off(expiry: Option<SimTime>, now: SimTime, config: &QueueConfig) -> bool {
    expiry.is_some_and(|expiry| expiry >= window(now, config))
}

/// A pod's place in the order: end of the back-off, then the order of activeQ (Kubernetes leaves it open
/// without the gate and among errors), then the order of arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct BackoffKey {
    expiry: SimTime,
    priority: Reverse<i32>,
    timestamp: SimTime,
    arrival: u64,
    pod: PodId,
}

/// Where a pod is in backoffQ.
#[derive(Clone, Copy, Debug)]
pub(super) struct BackoffSpot {
    key: BackoffKey,
    poll: SimTime,
    is_error: bool,
}

/// A pod on its way into backoffQ.
#[derive(Clone, Copy, Debug)]
pub(super) struct BackingOff {
    pub(super) pod: PodId,
    /// `None`: the pod may be tried at the next poll.
    pub(super) expiry: Option<SimTime>,
    pub(super) priority: i32,
    pub(super) timestamp: SimTime,
    /// No plugin rejected it, the attempt ended in an error.
    pub(super) is_error: bool,
}

/// Both queues.
#[derive(Clone, Debug, Default)]
pub(super) struct BackoffQueue {
    rejected: BTreeSet<BackoffKey>,
    errors: BTreeSet<BackoffKey>,
    /// The poll that will take each pod.
    polls: BTreeSet<(SimTime, PodId)>,
    arrivals: u64,
}

impl BackoffQueue {
    /// Puts a pod in.
    pub(super) fn insert(&mut self, entry: BackingOff, now: SimTime) -> BackoffSpot {
        let BackingOff { pod, expiry, priority, timestamp, is_error } = entry;
        let expiry = expiry.unwrap_or(SimTime(0));
        let arrival = self.arrivals;
        self.arrivals += 1;
        let key = BackoffKey { expiry, priority: Reverse(priority), timestamp, arrival, pod };
        let spot = BackoffSpot { key, poll: poll_after(expiry.max(now), WINDOW), is_error };
        self.queue(is_error).insert(key);
        self.polls.insert((spot.poll, pod));
        spot
    }

    fn queue(&mut self, is_error: bool) -> &mut BTreeSet<BackoffKey> {
        if is_error { &mut self.errors } else { &mut self.rejected }
    }

    /// Takes a pod out.
    pub(super) fn remove(&mut self, spot: &BackoffSpot) {
        let found = self.queue(spot.is_error).remove(&spot.key);
        let polled = self.polls.remove(&(spot.poll, spot.key.pod));
        assert!(found && polled, "a pod in backoffQ has its key there");
    }

    /// The pod that an empty activeQ takes; never one that had an error.
    pub(super) fn first(&self) -> Option<PodId> {
        self.rejected.first().map(|key| key.pod)
    }

    /// The pods whose back-off the last poll saw as over, in the order in which they leave: errors last.
    pub(super) fn completed(&self, now: SimTime) -> Vec<PodId> {
        let poll = aligned(now, WINDOW);
        let over = |queue: &BTreeSet<BackoffKey>| -> Vec<PodId> {
            queue.iter().take_while(|key| key.expiry < poll).map(|key| key.pod).collect()
        };
        let mut pods = over(&self.rejected);
        pods.append(&mut over(&self.errors));
        pods
    }

    /// The first poll that takes a pod.
    pub(super) fn next_poll(&self) -> Option<SimTime> {
        self.polls.first().map(|(poll, _)| *poll)
    }

    /// How many pods there are.
    pub(super) fn len(&self) -> usize {
        self.rejected.len() + self.errors.len()
    }
}
