//! Kind `replicaset-status`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::rollout_objects::{controllers, pod, pod_spec, read, replica_set, template};
use crate::api::{Labels, Pod, Timestamp};
use crate::controllers::replica_set::status::{ManageOutcome, calculate_status};
use crate::kernel::Interner;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    replicas: i32,
    min_ready_seconds: i32,
    template_labels: BTreeMap<String, String>,
    pods: Vec<Counted>,
    manage_error: bool,
    had_replica_failure: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counted {
    name: String,
    labels: BTreeMap<String, String>,
    ready: bool,
    ready_for_seconds: i64,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let mut names = Interner::new();
    let mut labels = |map: &BTreeMap<String, String>| {
        Labels::new(map.iter().map(|(key, value)| (names.intern(key), names.intern(value))))
    };
    let now = Timestamp::from_unix_seconds(1_000_000);
    let mut set = replica_set(0, "web", Timestamp(0), template("web"));
    set.replicas = input.replicas;
    set.min_ready_seconds = input.min_ready_seconds;
    set.pod = pod_spec(labels(&input.template_labels)).into();
    set.status.replica_failure = input.had_replica_failure.then(|| "FailedCreate".into());
    let pods: Vec<Pod> = (0..)
        .zip(&input.pods)
        .map(|(id, counted)| {
            let since =
                Timestamp(now.0.saturating_sub(counted.ready_for_seconds.saturating_mul(Timestamp::NANOS)));
            pod(id, &counted.name, labels(&counted.labels), Timestamp(0), counted.ready.then_some(since))
        })
        .collect();
    let active: Vec<&Pod> = pods.iter().collect();
    let outcome = if input.manage_error { ManageOutcome::Failed } else { ManageOutcome::Done };
    let status = calculate_status(&set, &active, outcome, now, controllers(&input.kubernetes)?);
    Ok(json!({ "expect": {
        "replicas": status.replicas,
        "fullyLabeledReplicas": status.fully_labeled_replicas,
        "readyReplicas": status.ready_replicas,
        "availableReplicas": status.available_replicas,
        "replicaFailureReasons": status.replica_failure.as_deref().into_iter().collect::<Vec<_>>(),
    } }))
}
