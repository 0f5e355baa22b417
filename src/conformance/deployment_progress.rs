//! Kind `deployment-progress`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::rollout_objects::read;
use crate::api::{DeploymentCondition, DeploymentStatus, Timestamp};
use crate::controllers::deployment::progress::{deployment_progressing, deployment_timed_out};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    generation: i64,
    replicas: i32,
    progress_deadline_seconds: Option<i32>,
    now: String,
    old_status: Status,
    new_status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Status {
    observed_generation: i64,
    replicas: i32,
    updated_replicas: i32,
    ready_replicas: i32,
    available_replicas: i32,
    conditions: Vec<Condition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    r#type: String,
    status: String,
    reason: String,
    last_update_time: String,
    last_transition_time: String,
}

impl Status {
    fn compile(&self) -> Result<DeploymentStatus, String> {
        let progressing = self.conditions.iter().find(|condition| condition.r#type == "Progressing");
        Ok(DeploymentStatus {
            observed_generation: self.observed_generation,
            replicas: self.replicas,
            updated_replicas: self.updated_replicas,
            ready_replicas: self.ready_replicas,
            available_replicas: self.available_replicas,
            progressing: progressing.map(Condition::compile).transpose()?,
            ..DeploymentStatus::default()
        })
    }
}

impl Condition {
    fn compile(&self) -> Result<DeploymentCondition, String> {
        let statuses = ["True", "False", "Unknown"];
        let status = statuses.into_iter().find(|status| *status == self.status);
        Ok(DeploymentCondition {
            status: status.ok_or_else(|| format!("condition status {}", self.status))?,
            reason: self.reason.as_str().into(),
            last_update: Timestamp::parse(&self.last_update_time)?,
            last_transition: Timestamp::parse(&self.last_transition_time)?,
        })
    }
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let (old, new) = (input.old_status.compile()?, input.new_status.compile()?);
    let now = Timestamp::parse(&input.now)?;
    Ok(json!({ "expect": {
        "complete": new.is_complete(input.replicas, input.generation),
        "progressing": deployment_progressing(&old, &new),
        "timedOut": deployment_timed_out(input.progress_deadline_seconds, &new, now),
    } }))
}
