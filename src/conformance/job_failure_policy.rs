//! Kind `job-failure-policy`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::job_objects::{Policy, bare_pod, rules};
use super::rollout_objects::read;
use crate::controllers::job::ContainerEnd;
use crate::controllers::job::failure_policy::match_policy;
use crate::controllers::job::spec::Action;

#[derive(Deserialize)]
struct Vector {
    r#in: Input,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    pod_failure_policy: Policy,
    pod_status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    #[serde(default)]
    conditions: Vec<Condition>,
    #[serde(default)]
    container_statuses: Vec<Container>,
    #[serde(default)]
    init_container_statuses: Vec<Container>,
}

#[derive(Deserialize)]
struct Condition {
    r#type: String,
    status: String,
}

#[derive(Deserialize)]
struct Container {
    name: String,
    state: State,
}

#[derive(Deserialize)]
struct State {
    terminated: Option<Terminated>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Terminated {
    exit_code: i32,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let Input { pod_failure_policy, pod_status } = read::<Vector>(vector)?.r#in;
    let rules = rules(pod_failure_policy)?;
    let mut pod = bare_pod("default/p");
    pod.containers = containers(&pod_status.container_statuses);
    pod.init_containers = containers(&pod_status.init_container_statuses);
    let conditions = pod_status.conditions.iter();
    pod.conditions = conditions.map(|one| (one.r#type.as_str(), one.status.as_str())).collect();
    let found = match_policy(Some(&rules), &pod);
    Ok(json!({ "expect": {
        "action": found.action.map(Action::name),
        "countFailed": found.counts,
        "message": found.message,
    } }))
}

fn containers(list: &[Container]) -> Vec<ContainerEnd<'_>> {
    let exit_code = |one: &Container| one.state.terminated.as_ref().map(|end| end.exit_code);
    let ends = list.iter().map(|one| (one.name.as_str(), exit_code(one)));
    ends.map(|(name, exit_code)| ContainerEnd { name, exit_code, finished_at: None }).collect()
}
