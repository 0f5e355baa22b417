//! Kind `cronjob`: the next times of a schedule, and one sync.

use serde::Deserialize;
use serde_json::{Value, json};

use super::rollout_objects::read;
use crate::api::Timestamp;
use crate::controllers::cron_job::sync::{ChildJob, ConcurrencyPolicy, CronJobView, JobEnd, sync};
use crate::controllers::cron_job::{Schedule, Zone};

#[derive(Deserialize)]
struct Vector {
    r#in: Input,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    mode: String,
    schedule: String,
    time_zone: Option<String>,
    from: Option<i64>,
    n: Option<usize>,
    now: Option<i64>,
    created_at: Option<i64>,
    concurrency_policy: Option<String>,
    starting_deadline_seconds: Option<i64>,
    suspend: Option<bool>,
    last_schedule_time: Option<i64>,
    last_successful_time: Option<i64>,
    jobs: Option<Vec<JobInput>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JobInput {
    name: String,
    in_active_list: bool,
    finished: String,
    completion_time: Option<i64>,
    #[serde(default)]
    missing: bool,
}

fn next_times(input: &Input) -> Value {
    let zone = input.time_zone.as_deref().map_or(Ok(Zone::UTC), Zone::named);
    let Ok(schedule) =
        zone.and_then(|zone| Schedule::parse(&input.schedule, zone).map_err(|error| error.to_string()))
    else {
        return json!({ "error": true });
    };
    let from = input.from.unwrap_or_default();
    let times = std::iter::successors(schedule.next(from), |time| schedule.next(*time));
    json!({ "next": times.take(input.n.unwrap_or_default()).collect::<Vec<_>>() })
}

fn one_sync(input: &Input) -> Result<Value, String> {
    let time = |seconds: Option<i64>| seconds.map(Timestamp::from_unix_seconds);
    let jobs = input.jobs.as_deref().unwrap_or_default();
    let there = jobs.iter().filter(|job| !job.missing);
    let children: Vec<ChildJob<'_>> = there
        .map(|job| {
            let end = match job.finished.as_str() {
                "" => None,
                "Complete" => Some(JobEnd::Complete(time(job.completion_time))),
                "Failed" => Some(JobEnd::Failed),
                other => return Err(format!("the end {other:?} is not known")),
            };
            Ok(ChildJob { name: &job.name, end })
        })
        .collect::<Result<_, String>>()?;
    let view = CronJobView {
        name: "cj",
        created: time(input.created_at).ok_or("createdAt is missing")?,
        schedule: &input.schedule,
        time_zone: input.time_zone.as_deref(),
        concurrency_policy: match input.concurrency_policy.as_deref() {
            Some("Forbid") => ConcurrencyPolicy::Forbid,
            Some("Replace") => ConcurrencyPolicy::Replace,
            _ => ConcurrencyPolicy::Allow,
        },
        starting_deadline_seconds: input.starting_deadline_seconds,
        suspend: input.suspend.unwrap_or_default(),
        deleted: false,
        active: jobs.iter().filter(|job| job.in_active_list).map(|job| job.name.clone()).collect(),
        last_schedule_time: time(input.last_schedule_time),
        last_successful_time: time(input.last_successful_time),
    };
    let now = time(input.now).ok_or("now is missing")?;
    let actions = sync(&view, &children, &|_| false, now);
    let seconds = |time: Option<Timestamp>| time.map(|time| time.0 / Timestamp::NANOS);
    Ok(json!({
        "created": actions.creates.as_slice(),
        "deleted": actions.deletes,
        "active": actions.active,
        "lastScheduleTime": seconds(actions.last_schedule_time),
        "lastSuccessfulTime": seconds(actions.last_successful_time),
        "requeueAfterMs": actions.requeue_after.map(|wait| wait.0 / 1_000_000),
        "statusChanged": actions.status_changed,
        "events": actions.events,
        "error": actions.failed,
    }))
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input = read::<Vector>(vector)?.r#in;
    let expect = match input.mode.as_str() {
        "next" => next_times(&input),
        "sync" => one_sync(&input)?,
        other => return Err(format!("the mode {other:?} is not known")),
    };
    Ok(json!({ "expect": expect }))
}
