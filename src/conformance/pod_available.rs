//! Kind `pod-available`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::recorded_pod::pod;
use super::rollout_objects::{behaviour, read};
use crate::api::Timestamp;
use crate::controllers::replica_set::is_available;
use crate::kernel::Interner;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    now: String,
    min_ready_seconds: i32,
    pod: Value,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let behaviour = behaviour(&input.kubernetes)?;
    let pod = pod(0, &input.pod, &behaviour, &mut Interner::new())?;
    let now = Timestamp::parse(&input.now)?;
    Ok(json!({ "expect": {
        "ready": pod.is_ready(),
        "available": is_available(&pod, input.min_ready_seconds, now, behaviour.controllers),
        "active": pod.is_active(),
    } }))
}
