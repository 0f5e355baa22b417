//! Kind `service-ip-range`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{behaviour, cidr, range_json};
use crate::conformance::rollout_objects::read;
use crate::service_ip::Allocator;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    allocator: String,
    #[serde(rename = "serviceIPStaticSubrange", default = "split")]
    split: bool,
    cidr: String,
}

fn split() -> bool {
    true
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let behaviour = behaviour(&input.kubernetes, &input.allocator, input.split)?;
    let range = Allocator::range(cidr(&input.cidr)?, &behaviour)?;
    Ok(json!({ "expectRange": range_json(&range) }))
}
