//! Kind `deployment-new-replicas`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::rollout_objects::{read, strategy};
use crate::controllers::deployment::new_replica_set::new_rs_new_replicas;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    replicas: i32,
    strategy: String,
    max_surge: Value,
    new_replica_set_replicas: i32,
    old_replica_set_replicas: Vec<i32>,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let old = input.old_replica_set_replicas.iter().copied();
    let all = old.fold(input.new_replica_set_replicas, i32::wrapping_add);
    // Only maxSurge counts here; a wrong maxUnavailable is not even looked at.
    let outcome = match strategy(&input.strategy, &input.max_surge, &Value::Null) {
        Ok(Some(strategy)) => {
            Ok(new_rs_new_replicas(strategy, input.replicas, input.new_replica_set_replicas, all))
        }
        Ok(None) => Err(format!("deployment type {} isn't supported", input.strategy)),
        Err(error) => Err(error),
    };
    Ok(match outcome {
        Ok(replicas) => json!({ "expect": { "newReplicaSetReplicas": replicas } }),
        Err(error) => json!({ "expect": { "error": error } }),
    })
}
