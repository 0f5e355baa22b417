//! Kind `deployment-fenceposts`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::rollout_objects::{int_or_percent, read};
use crate::api::{IntOrPercent, Strategy};
use crate::controllers::deployment::fenceposts::{
    max_surge, max_unavailable, min_available, resolve_fenceposts,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    replicas: i32,
    max_surge: Value,
    max_unavailable: Value,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let limits = int_or_percent(&input.max_surge)
        .and_then(|surge| int_or_percent(&input.max_unavailable).map(|unavailable| (surge, unavailable)));
    let (surge, unavailable): (IntOrPercent, IntOrPercent) = match limits {
        Ok(limits) => limits,
        Err(error) => return Ok(json!({ "expect": { "error": error } })),
    };
    let resolved = resolve_fenceposts(surge, unavailable, input.replicas);
    let effective = |strategy: Strategy| {
        json!({
            "maxSurge": max_surge(strategy, input.replicas),
            "maxUnavailable": max_unavailable(strategy, input.replicas),
            "minAvailable": min_available(strategy, input.replicas),
        })
    };
    let rolling = Strategy::RollingUpdate { max_surge: surge, max_unavailable: unavailable };
    Ok(json!({
        "expect": { "surge": resolved.surge, "unavailable": resolved.unavailable },
        "expectRollingUpdate": effective(rolling),
        "expectRecreate": effective(Strategy::Recreate),
    }))
}
