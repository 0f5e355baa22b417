//! Kind `slow-start`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::rollout_objects::read;
use crate::controllers::controller_utils::slow_start::slow_start_batch;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    count: usize,
    initial_batch_size: usize,
    fail_after_successes: i64,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    // -1: no creation fails.
    let accepted = usize::try_from(input.fail_after_successes).ok();
    let outcome = slow_start_batch(input.count, input.initial_batch_size, accepted);
    Ok(json!({ "expect": {
        "calls": outcome.calls,
        "successes": outcome.successes,
        "error": outcome.failed,
    } }))
}
