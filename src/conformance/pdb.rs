//! Kind `pdb`: one sync of a budget, and evictions against the status that it wrote.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::recorded_times::timestamp;
use super::rollout_objects::{int_or_percent, read};
use crate::api::PodPhase;
use crate::controllers::disruption::{
    Admission, Budget, Limit, Member, Scale, UnhealthyPodEvictionPolicy, evict, status,
};

#[derive(Deserialize)]
struct Vector {
    r#in: Input,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    now: f64,
    min_available: Value,
    max_unavailable: Value,
    controllers: Option<Vec<Controller>>,
    pods: Option<Vec<PodInput>>,
    disrupted_pods: Option<BTreeMap<String, f64>>,
    unhealthy_pod_eviction_policy: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Controller {
    name: String,
    kind: String,
    replicas: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PodInput {
    name: String,
    owner: String,
    ready: bool,
    phase: String,
    #[serde(default)]
    terminating: bool,
}

/// A phase by name.
pub(super) fn phase(name: &str) -> Result<PodPhase, String> {
    Ok(match name {
        "Pending" => PodPhase::Pending,
        "Running" => PodPhase::Running,
        "Succeeded" => PodPhase::Succeeded,
        "Failed" => PodPhase::Failed,
        "Unknown" => PodPhase::Unknown,
        other => return Err(format!("the phase {other:?} is not known")),
    })
}

fn scale(owner: &str, controllers: &[Controller]) -> Result<Scale, String> {
    if owner.is_empty() {
        return Ok(Scale::Unmanaged);
    }
    let place = controllers.iter().position(|one| one.name == owner);
    let place = place.ok_or_else(|| format!("the owner {owner:?} is not among the controllers"))?;
    let Controller { kind, replicas, .. } = &controllers[place];
    if kind.starts_with("Missing") {
        return Ok(Scale::Missing);
    }
    Ok(Scale::Of { controller: place as u32, replicas: *replicas })
}

fn limit(input: &Input) -> Result<Option<Limit>, String> {
    Ok(match (&input.min_available, &input.max_unavailable) {
        (Value::Null, Value::Null) => None,
        (Value::Null, share) => Some(Limit::MaxUnavailable(int_or_percent(share)?)),
        (share, _) => Some(Limit::MinAvailable(int_or_percent(share)?)),
    })
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input = read::<Vector>(vector)?.r#in;
    let controllers = input.controllers.as_deref().unwrap_or_default();
    let pods = input.pods.as_deref().unwrap_or_default();
    let members: Vec<Member<'_>> = pods
        .iter()
        .map(|pod| {
            Ok(Member {
                name: &pod.name,
                ready: pod.ready,
                terminating: pod.terminating,
                phase: phase(&pod.phase)?,
                scale: scale(&pod.owner, controllers)?,
            })
        })
        .collect::<Result<_, String>>()?;
    let disrupted = input.disrupted_pods.iter().flatten();
    let budget = Budget {
        limit: limit(&input)?,
        disrupted_pods: disrupted.map(|(name, since)| (name.clone(), timestamp(*since))).collect(),
    };
    let mut found = match status(&budget, &members, timestamp(input.now)) {
        Ok(found) => found,
        Err(error) => return Ok(json!({ "expect": { "error": error.to_string() } })),
    };
    let policy = match input.unhealthy_pod_eviction_policy.as_deref() {
        Some("AlwaysAllow") => UnhealthyPodEvictionPolicy::AlwaysAllow,
        None | Some("IfHealthyBudget") => UnhealthyPodEvictionPolicy::IfHealthyBudget,
        Some(other) => return Err(format!("the policy {other:?} is not known")),
    };
    let mut expect = json!({
        "condition": format!(
            "{}/{}", if found.disruptions_allowed > 0 { "True" } else { "False" }, found.reason()
        ),
        "currentHealthy": found.current_healthy,
        "desiredHealthy": found.desired_healthy,
        "disruptedPods": found.disrupted_pods.keys().collect::<Vec<_>>(),
        "disruptionsAllowed": found.disruptions_allowed,
        "expectedPods": found.expected_pods,
        "unmanaged": found.unmanaged,
    });
    let evictions = members.iter().map(|pod| {
        let word = match evict(pod.phase, pod.ready, pod.terminating, policy, &mut found) {
            Admission::WithoutBudget => "ignored",
            Admission::Unhealthy => "unhealthy",
            Admission::Charged => "budget",
            Admission::Refused => "429",
        };
        json!([pod.name, word])
    });
    expect["evictions"] = evictions.collect();
    Ok(json!({ "expect": expect }))
}
