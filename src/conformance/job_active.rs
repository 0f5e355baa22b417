//! Kind `job-active`: one sync of a Job.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::job_objects::{Policy, bare_pod, rules};
use super::pdb::phase;
use super::recorded_times::timestamp;
use super::rollout_objects::read;
use crate::api::Timestamp;
use crate::controllers::job::back_off::Record;
use crate::controllers::job::sync::{JobActions, JobView, Verdict, sync};
use crate::controllers::job::{ContainerEnd, JobPod, JobSpec};

/// Pods that are terminating were deleted five seconds ago.
const DELETED_BEFORE_NS: i64 = 5 * Timestamp::NANOS;

#[derive(Deserialize)]
struct Vector {
    r#in: Input,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    now: f64,
    spec: Spec,
    restart_policy: String,
    status_succeeded: i32,
    status_failed: i32,
    #[serde(default)]
    status_completed_indexes: String,
    #[serde(default)]
    status_failed_indexes: String,
    start_time: Option<f64>,
    pods: Option<Vec<PodInput>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    parallelism: i32,
    completions: Option<i32>,
    active_deadline_seconds: Option<i64>,
    pod_failure_policy: Option<Policy>,
    backoff_limit: i32,
    backoff_limit_per_index: Option<i32>,
    max_failed_indexes: Option<i32>,
    completion_mode: String,
    #[serde(default)]
    suspend: bool,
    pod_replacement_policy: String,
    #[serde(rename = "template")]
    _template: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the vectors' own fields")]
struct PodInput {
    name: String,
    phase: String,
    #[serde(default)]
    ready: bool,
    #[serde(default)]
    scheduled: bool,
    #[serde(default)]
    terminating: bool,
    #[serde(default)]
    already_counted: bool,
    index: Option<u32>,
    index_failure_count: Option<i32>,
    #[serde(default)]
    index_ignored_failure_count: i32,
    exit_code: Option<i32>,
    finished_at: Option<f64>,
    #[serde(default)]
    disruption_target: bool,
    #[serde(default)]
    restarts: i32,
    created_at: f64,
}

fn pod(input: &PodInput, now: Timestamp) -> Result<JobPod<'_>, String> {
    let end = input.finished_at.map(timestamp);
    let container = ContainerEnd { name: "main", exit_code: input.exit_code, finished_at: end };
    Ok(JobPod {
        phase: phase(&input.phase)?,
        scheduled: input.scheduled,
        ready: input.ready,
        deleted: input.terminating.then_some(Timestamp(now.0 - DELETED_BEFORE_NS)),
        created: timestamp(input.created_at),
        containers: vec![container],
        conditions: if input.disruption_target { vec![("DisruptionTarget", "True")] } else { Vec::new() },
        restarts: input.restarts,
        index: input.index,
        index_failures: input.index_failure_count.unwrap_or(0),
        index_ignored_failures: input.index_ignored_failure_count,
        uncounted: !input.already_counted,
        ..bare_pod(&input.name)
    })
}

fn spec(spec: Spec, restart_policy: &str) -> Result<JobSpec, String> {
    Ok(JobSpec {
        parallelism: spec.parallelism,
        completions: spec.completions,
        indexed: spec.completion_mode == "Indexed",
        backoff_limit: spec.backoff_limit,
        backoff_limit_per_index: spec.backoff_limit_per_index,
        max_failed_indexes: spec.max_failed_indexes,
        active_deadline_seconds: spec.active_deadline_seconds,
        suspend: spec.suspend,
        pod_failure_policy: spec.pod_failure_policy.map(rules).transpose()?,
        replaces_failed_only: spec.pod_replacement_policy == "Failed",
        success_policy: Vec::new(),
        restarts_on_failure: restart_policy == "OnFailure",
    })
}

fn expectation(actions: &JobActions, spec: &JobSpec) -> Value {
    let (finished, reason) = match &actions.verdict {
        None => ("", ""),
        Some(Verdict::Complete) => ("Complete", ""),
        Some(Verdict::SuccessPolicy) => ("SuccessCriteriaMet", "SuccessPolicy"),
        Some(Verdict::Failed(reason)) => ("Failed", *reason),
    };
    let mut deletes = actions.deletes.clone();
    deletes.sort();
    let mut expect = json!({
        "creates": actions.creates.len(),
        "deletes": deletes,
        "finished": finished,
        "reason": reason,
        "succeeded": actions.succeeded,
        "failed": actions.failed,
        "requeueAfterMs": actions.requeue_after.iter().map(|wait| wait.0 / 1_000_000).collect::<Vec<_>>(),
    });
    if spec.indexed && actions.completed_indexes.count() > 0 {
        expect["completedIndexes"] = json!(actions.completed_indexes.to_string());
    }
    if spec.counts_by_index() {
        expect["failedIndexes"] = json!(actions.failed_indexes.to_string());
    }
    if spec.indexed && !actions.creates.is_empty() {
        expect["createIndexes"] = actions.creates.iter().map(|new| json!(new.index)).collect();
    }
    let counts = actions
        .creates
        .iter()
        .filter_map(|new| Some((new.index?.to_string(), json!(new.failures?.0.to_string()))));
    let counts: Map<String, Value> = counts.collect();
    if !counts.is_empty() {
        expect["failureCounts"] = Value::Object(counts);
    }
    expect
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input = read::<Vector>(vector)?.r#in;
    let now = timestamp(input.now);
    let spec = spec(input.spec, &input.restart_policy)?;
    let pods: Vec<JobPod<'_>> =
        input.pods.iter().flatten().map(|one| pod(one, now)).collect::<Result<_, String>>()?;
    let view = JobView {
        spec: &spec,
        started: input.start_time.map(timestamp),
        succeeded: input.status_succeeded,
        failed: input.status_failed,
        completed_indexes: &input.status_completed_indexes,
        failed_indexes: &input.status_failed_indexes,
        back_off: Record::default(),
        pods: &pods,
    };
    Ok(json!({ "expect": expectation(&sync(&view, now), &spec) }))
}
