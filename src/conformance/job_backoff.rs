//! Kind `job-backoff`: how long a Job, or an index, waits after failures.

use serde::Deserialize;
use serde_json::{Value, json};

use super::job_objects::bare_pod;
use super::recorded_times::{seconds, timestamp};
use super::rollout_objects::read;
use crate::controllers::job::back_off::{Record, remaining_of_index};
use crate::controllers::job::{ContainerEnd, JobPod};

#[derive(Deserialize)]
struct Vector {
    r#in: Input,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    mode: String,
    steps: Option<Vec<Step>>,
    now: Option<f64>,
    last_failed_pod: Option<PodInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Step {
    now: f64,
    new_succeeded: Vec<PodInput>,
    new_failed: Vec<PodInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PodInput {
    containers_finished_at: Option<Vec<Option<f64>>>,
    ready_false_since: Option<f64>,
    deletion_timestamp: Option<f64>,
    deletion_grace_period_seconds: Option<i64>,
    created_at: f64,
    index_failure_count: Option<String>,
    index_ignored_failure_count: Option<String>,
}

fn pod(input: &PodInput) -> JobPod<'_> {
    let container = |finished: &Option<f64>| ContainerEnd {
        name: "main",
        exit_code: finished.map(|_| 1),
        finished_at: finished.map(timestamp),
    };
    // An annotation that cannot be read is 0.
    let count = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0);
    JobPod {
        containers: input.containers_finished_at.iter().flatten().map(container).collect(),
        ready_false_since: input.ready_false_since.map(timestamp),
        deleted: input.deletion_timestamp.map(timestamp),
        grace_seconds: input.deletion_grace_period_seconds.unwrap_or(0),
        created: timestamp(input.created_at),
        index_failures: count(&input.index_failure_count),
        index_ignored_failures: count(&input.index_ignored_failure_count),
        ..bare_pod("default/p")
    }
}

fn step(record: &mut Record, step: &Step) -> Value {
    let [succeeded, failed]: [Vec<JobPod<'_>>; 2] =
        [&step.new_succeeded, &step.new_failed].map(|pods| pods.iter().map(pod).collect());
    *record = record.with(succeeded.iter(), failed.iter());
    json!({
        "failures": record.failures,
        "lastFailureTime": record.last_failure.map(seconds),
        "remainingMs": record.remaining(timestamp(step.now)).0 / 1_000_000,
    })
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input = read::<Vector>(vector)?.r#in;
    let expect: Value = match input.mode.as_str() {
        "job" => {
            let mut record = Record::default();
            input.steps.iter().flatten().map(|one| step(&mut record, one)).collect()
        }
        "perIndex" => {
            let pod = pod(input.last_failed_pod.as_ref().ok_or("lastFailedPod is missing")?);
            let now = timestamp(input.now.ok_or("now is missing")?);
            json!({
                "finishedAt": seconds(pod.finished()),
                "remainingMs": remaining_of_index(&pod, now).0 / 1_000_000,
            })
        }
        other => return Err(format!("the mode {other:?} is not known")),
    };
    Ok(json!({ "expect": expect }))
}
