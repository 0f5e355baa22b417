//! One sync of a CronJob (`syncCronJob`).
//!
//! DIFFERENCE: a Job of the wanted name that is there already and is not the CronJob's counts as not there.

use super::missed::{Due, Missed, Window, due, requeue_after};
use super::schedule::Schedule;
use super::zone::Zone;
use crate::api::Timestamp;
use crate::kernel::SimDuration;

/// `spec.concurrencyPolicy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConcurrencyPolicy {
    /// Jobs may run beside each other.
    #[default]
    Allow,
    /// While one runs, no other is started.
    Forbid,
    /// Those that run are deleted first.
    Replace,
}

/// How a Job has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEnd {
    /// `Complete`, and when.
    Complete(Option<Timestamp>),
    /// `Failed`.
    Failed,
}

/// A Job that the CronJob controls.
#[derive(Clone, Debug)]
pub struct ChildJob<'a> {
    /// Its name.
    pub name: &'a str,
    /// How it has ended, if it has.
    pub end: Option<JobEnd>,
}

/// A CronJob and its status, as read.
#[derive(Clone, Debug)]
pub struct CronJobView<'a> {
    /// `metadata.name`.
    pub name: &'a str,
    /// `metadata.creationTimestamp`.
    pub created: Timestamp,
    /// `spec.schedule`.
    pub schedule: &'a str,
    /// `spec.timeZone`.
    pub time_zone: Option<&'a str>,
    /// `spec.concurrencyPolicy`.
    pub concurrency_policy: ConcurrencyPolicy,
    /// `spec.startingDeadlineSeconds`.
    pub starting_deadline_seconds: Option<i64>,
    /// `spec.suspend`.
    pub suspend: bool,
    /// It is being deleted.
    pub deleted: bool,
    /// `status.active`: names of Jobs.
    pub active: Vec<String>,
    /// `status.lastScheduleTime`.
    pub last_schedule_time: Option<Timestamp>,
    /// `status.lastSuccessfulTime`.
    pub last_successful_time: Option<Timestamp>,
}

/// What a sync does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CronJobActions {
    /// Jobs that are deleted first, by name.
    pub deletes: Vec<String>,
    /// The Job that is made, by name.
    pub creates: Option<String>,
    /// `status.active` afterwards.
    pub active: Vec<String>,
    /// `status.lastScheduleTime` afterwards.
    pub last_schedule_time: Option<Timestamp>,
    /// `status.lastSuccessfulTime` afterwards.
    pub last_successful_time: Option<Timestamp>,
    /// The status has changed and is written.
    pub status_changed: bool,
    /// When the CronJob is looked at again, from now.
    pub requeue_after: Option<SimDuration>,
    /// Reasons of events, in order.
    pub events: Vec<&'static str>,
    /// A Job that was to be replaced is not there: the sync is tried again.
    pub failed: bool,
}

/// The name of the Job for a start (`getJobName`).
pub fn job_name(cron_job: &str, start: Timestamp) -> String {
    format!("{cron_job}-{}", start.0 / Timestamp::NANOS / 60)
}

/// Decides one sync. `exists` says of a name in the active list whether the API server has that Job, where it is not among
/// `jobs`.
pub fn sync(
    view: &CronJobView<'_>,
    jobs: &[ChildJob<'_>],
    exists: &dyn Fn(&str) -> bool,
    now: Timestamp,
) -> CronJobActions {
    let mut actions = CronJobActions {
        active: view.active.clone(),
        last_schedule_time: view.last_schedule_time,
        last_successful_time: view.last_successful_time,
        ..CronJobActions::default()
    };
    look_at_jobs(jobs, &mut actions);
    let known = |name: &str| jobs.iter().any(|job| job.name == name) || exists(name);
    for name in actions.active.clone().into_iter().filter(|name| !known(name)) {
        actions.events.push("MissingJob");
        actions.active.retain(|active| *active != name);
        actions.status_changed = true;
    }
    if !view.deleted {
        start_what_is_due(view, &known, now, &mut actions);
    }
    actions
}

/// What has become of the Jobs since the last sync.
fn look_at_jobs(jobs: &[ChildJob<'_>], actions: &mut CronJobActions) {
    for job in jobs {
        let listed = actions.active.iter().any(|active| active == job.name);
        match (listed, &job.end) {
            (false, None) => actions.events.push("UnexpectedJob"),
            (true, Some(_)) => {
                actions.active.retain(|active| active != job.name);
                actions.events.push("SawCompletedJob");
                actions.status_changed = true;
            }
            (false, Some(end)) => {
                let at = match end {
                    JobEnd::Complete(at) => *at,
                    JobEnd::Failed => None,
                };
                // The first finished Job has the status written, whether or not it tells a time.
                if actions.last_successful_time.is_none() || at > actions.last_successful_time {
                    actions.last_successful_time = at;
                    actions.status_changed = true;
                }
            }
            (true, None) => {}
        }
    }
}

fn start_what_is_due(
    view: &CronJobView<'_>,
    known: &dyn Fn(&str) -> bool,
    now: Timestamp,
    actions: &mut CronJobActions,
) {
    let Ok(zone) = view.time_zone.map_or(Ok(Zone::UTC), Zone::named) else {
        actions.events.push("UnknownTimeZone");
        return;
    };
    if view.suspend {
        return;
    }
    let Ok(schedule) = Schedule::parse(view.schedule, zone) else {
        actions.events.push("UnparseableSchedule");
        return;
    };
    let since = view.last_schedule_time.unwrap_or(view.created);
    let window = Window { since, deadline_seconds: view.starting_deadline_seconds };
    let Ok(Due { latest, missed, .. }) = due(&schedule, window, now) else {
        actions.events.push("InvalidSchedule");
        return;
    };
    let Some(start) = latest else {
        actions.requeue_after = requeue_after(&schedule, since, now);
        return;
    };
    if missed == Missed::Many {
        actions.events.push("TooManyMissedTimes");
    }
    if is_started(view, start, now, actions) {
        actions.requeue_after = requeue_after(&schedule, since, now);
        return;
    }
    if view.concurrency_policy == ConcurrencyPolicy::Replace {
        for name in std::mem::take(&mut actions.active) {
            if !known(&name) {
                actions.events.push("FailedGet");
                actions.active.push(name);
                actions.failed = true;
                return;
            }
            actions.events.push("SuccessfulDelete");
            actions.deletes.push(name);
            actions.status_changed = true;
        }
    }
    let name = job_name(view.name, start);
    actions.events.push("SuccessfulCreate");
    actions.active.push(name.clone());
    actions.creates = Some(name);
    actions.last_schedule_time = Some(start);
    actions.status_changed = true;
    actions.requeue_after = requeue_after(&schedule, start, now);
}

/// Whether the start is not to be made: it is too late, it was made, or a Job runs that forbids another.
fn is_started(
    view: &CronJobView<'_>,
    start: Timestamp,
    now: Timestamp,
    actions: &mut CronJobActions,
) -> bool {
    let deadline = view.starting_deadline_seconds.map(|seconds| seconds.saturating_mul(Timestamp::NANOS));
    if deadline.is_some_and(|deadline| start.0.saturating_add(deadline) < now.0) {
        actions.events.push("MissSchedule");
        return true;
    }
    if actions.active.contains(&job_name(view.name, start)) || view.last_schedule_time == Some(start) {
        return true;
    }
    let forbids = view.concurrency_policy == ConcurrencyPolicy::Forbid && !actions.active.is_empty();
    if forbids {
        actions.events.push("JobAlreadyActive");
    }
    forbids
}
