//! Which durations of which hops the pods of a dump show, and which pods show none.
//!
//! | hop | from | to | left out |
//! | --- | --- | --- | --- |
//! | `imagePull` | – | what the kubelet's Event tells of it | pods without such an Event, and without a pull |
//! | `containerStart` | bound | all containers started, less the pulls that Events tell | started again, cannot start |
//! | `readiness` | all containers started, and the probe's initial delay | ready | the same; ready long after: that was not the first time |
//! | `termination` | deleted | all containers ended, at most the grace period | – |
//! | `sandbox` | bound | sandbox there | kubelets before v1.36, which tell it after the pulls |
//!
//! A pod that is bound and does not run yet, or runs and is not ready yet, is censored: its time is longer than it has
//! lasted. A pod that was started again tells neither: `startedAt` is that of the last start, and its `Ready` may be any.
//! A `Ready` that is not the first cannot be told from a late one; it counts if it came within the Deployment's
//! `progressDeadlineSeconds` (else 600 s) of the start, after which a rollout would have failed.

use std::collections::BTreeMap;

use super::seen::Seen;
use crate::api::Timestamp;
use crate::kernel::SimDuration;
use crate::scenario::Reference;
use crate::scenario::pod_times::{ClusterTimes, Moment, PodTimes, Pull};

/// Who takes the time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The components of the cluster, all together.
    Cluster,
    /// Nodes with this label.
    Pool(String, String),
    /// The pods of a workload.
    Workload(Reference),
}

/// What takes the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hop {
    /// `imagePull`.
    ImagePull,
    /// `containerStart`.
    ContainerStart,
    /// Until the sandbox is there: a part of `containerStart`, told but not set.
    Sandbox,
    /// `readiness`.
    Readiness,
    /// `termination`.
    Termination,
    /// `schedulingCycle`.
    SchedulingCycle,
    /// `binding`.
    Binding,
}

/// Why a pod is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// Its containers were started again.
    StartedAgain,
    /// A container cannot start.
    Stuck,
    /// It has waited longer than a rollout would.
    NeverStarted,
    /// It became ready long after its start.
    ReadyAgain,
    /// It was ready before its probe's initial delay was over.
    ReadyEarly,
    /// Its times contradict each other.
    OutOfOrder,
}

/// What was seen of a hop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// The durations.
    pub seen: Vec<Seen>,
    /// Pods that show none, and why.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// In how many of the durations a pull may be that no Event tells of.
    pub with_pulls: u64,
    /// How many began at `status.startTime`, because the time of their binding cannot be right.
    pub from_start_time: u64,
}

/// Samples by who and what.
pub type Samples = BTreeMap<(Subject, Hop), Sample>;

/// After this a rollout has failed whose Deployment says nothing else.
const DEADLINE: SimDuration = SimDuration::from_secs(600);

/// What the pods show.
pub fn observe(times: &ClusterTimes) -> Samples {
    let mut room = Room { now: times.now, samples: Samples::new(), batches: BTreeMap::new() };
    for pod in &times.pods {
        room.take(pod);
    }
    room.samples.retain(|_, sample| !sample.seen.is_empty() || !sample.left_out.is_empty());
    room.samples
}

/// The samples as they are made.
struct Room<'t> {
    now: Option<Timestamp>,
    samples: Samples,
    /// Pods that were bound within the same second: of a workload, or (`None`) of any.
    batches: BTreeMap<(Option<&'t Reference>, Timestamp), u32>,
}

impl<'t> Room<'t> {
    fn take(&mut self, pod: &'t PodTimes) {
        if let Some(workload) = pod.workload.clone().map(Subject::Workload) {
            self.start(&workload, pod);
            self.readiness(&workload, pod);
            self.termination(&workload, pod);
        }
        if let Some((label, value)) = pod.pool.clone() {
            self.start(&Subject::Pool(label, value), pod);
        }
    }

    fn sample(&mut self, subject: &Subject, hop: Hop) -> &mut Sample {
        self.samples.entry((subject.clone(), hop)).or_default()
    }

    fn leave_out(&mut self, subject: &Subject, hop: Hop, why: LeftOut) {
        *self.sample(subject, hop).left_out.entry(why).or_default() += 1;
    }

    /// The newest time of the input as a moment: pods were as they are then or later.
    fn now(&self) -> Option<Moment> {
        self.now.map(|at| Moment { at, exact: true })
    }

    /// From bound to running.
    fn start(&mut self, subject: &Subject, pod: &'t PodTimes) {
        let Some((bound, from_start_time)) = began(pod) else {
            if pod.running.is_some() && (pod.bound.is_some() || pod.acknowledged.is_some()) {
                self.leave_out(subject, Hop::ContainerStart, LeftOut::OutOfOrder);
            }
            return;
        };
        if let Some(why) = tells_no_start(pod) {
            return self.leave_out(subject, Hop::ContainerStart, why);
        }
        let batches = self.batches.len() as u32;
        let whose = pod.workload.as_ref().filter(|_| matches!(subject, Subject::Workload(_)));
        let batch = *self.batches.entry((whose, bound.at)).or_insert(batches);
        let batched = |seen: Seen| Seen { batch: Some(batch), ..seen };
        if let Some(seen) = pod.sandbox.and_then(|sandbox| Seen::between(bound, sandbox)) {
            self.sample(subject, Hop::Sandbox).seen.push(batched(seen));
        }
        let pull = match pod.pull {
            Pull::Unknown => None,
            Pull::Took(took) => Some(took),
        };
        if let Some(took) = pull.filter(|took| took.0 > 0) {
            self.sample(subject, Hop::ImagePull).seen.push(Seen::told(took.as_secs_f64()));
        }
        let seen = match pod.running {
            Some(running) => Seen::between(bound, running),
            None if pod.finished => return,
            None => self.now().and_then(|now| Seen::since(bound, now)),
        };
        let Some(seen) = seen.map(|seen| seen.without(pull.map_or(0.0, SimDuration::as_secs_f64))) else {
            return self.leave_out(subject, Hop::ContainerStart, LeftOut::OutOfOrder);
        };
        if !seen.is_finished() && seen.low > deadline(pod).as_secs_f64() {
            return self.leave_out(subject, Hop::ContainerStart, LeftOut::NeverStarted);
        }
        if seen.high <= 0.0 {
            return self.leave_out(subject, Hop::ContainerStart, LeftOut::OutOfOrder);
        }
        let sample = self.sample(subject, Hop::ContainerStart);
        sample.seen.push(batched(seen));
        sample.with_pulls += u64::from(pull.is_none());
        sample.from_start_time += u64::from(from_start_time);
    }

    /// From running to ready.
    fn readiness(&mut self, subject: &Subject, pod: &PodTimes) {
        let Some(running) = pod.running.filter(|_| !pod.finished && pod.deleted.is_none()) else { return };
        if let Some(why) = tells_no_start(pod) {
            return self.leave_out(subject, Hop::Readiness, why);
        }
        let seen = match pod.ready {
            Some(ready) => Seen::between(running, ready),
            None => self.now().and_then(|now| Seen::since(running, now)),
        };
        let Some(seen) = seen else {
            return self.leave_out(subject, Hop::Readiness, LeftOut::OutOfOrder);
        };
        let seen = seen.without(pod.initial_delay.as_secs_f64());
        if seen.high <= 0.0 {
            return self.leave_out(subject, Hop::Readiness, LeftOut::ReadyEarly);
        }
        if seen.low > deadline(pod).as_secs_f64() {
            let why = if seen.is_finished() { LeftOut::ReadyAgain } else { LeftOut::NeverStarted };
            return self.leave_out(subject, Hop::Readiness, why);
        }
        self.sample(subject, Hop::Readiness).seen.push(seen);
    }

    /// From deleted to ended. What reaches the grace period might have lasted longer.
    fn termination(&mut self, subject: &Subject, pod: &PodTimes) {
        let Some(deleted) = pod.deleted else { return };
        let seen = match pod.stopped {
            Some(stopped) => Seen::between(deleted, stopped),
            None => self.now().and_then(|now| Seen::since(deleted, now)),
        };
        let grace = pod.grace.as_secs_f64();
        match seen {
            Some(seen) if seen.low >= grace => {
                let killed = Seen { low: grace, high: f64::INFINITY, begin_cut: false, ..seen };
                self.sample(subject, Hop::Termination).seen.push(killed);
            }
            Some(seen) => self.sample(subject, Hop::Termination).seen.push(seen),
            None => self.leave_out(subject, Hop::Termination, LeftOut::OutOfOrder),
        }
    }
}

/// When a pod's start began, and whether that is `status.startTime` because the time of its binding lies after it or
/// after the start of its containers. `None`: no time is possible.
fn began(pod: &PodTimes) -> Option<(Moment, bool)> {
    let possible = |begin: Moment| {
        let before = |end: Moment| Seen::between(begin, end).is_some();
        pod.running.is_none_or(before) && pod.acknowledged.is_none_or(before)
    };
    let bound = pod.bound.filter(|bound| possible(*bound)).map(|bound| (bound, false));
    let seen = pod.acknowledged.filter(|seen| possible(*seen));
    // Without a binding the kubelet would not have seen it: a static pod, or one whose conditions are missing.
    bound.or_else(|| seen.map(|seen| (seen, true)))
}

fn tells_no_start(pod: &PodTimes) -> Option<LeftOut> {
    if pod.restarts > 0 {
        return Some(LeftOut::StartedAgain);
    }
    pod.stuck.then_some(LeftOut::Stuck)
}

fn deadline(pod: &PodTimes) -> SimDuration {
    pod.progress_deadline.unwrap_or(DEADLINE)
}
