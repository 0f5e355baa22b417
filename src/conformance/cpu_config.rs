//! Kind `cpu-config`: one start of CPU Manager and Topology Manager.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::cpu_objects::{behaviour, cpu_set, machine};
use super::rollout_objects::read;
use crate::api::Quantity;
use crate::kubelet::cpu_manager::{CpuTopology, Reservation, build_policy, reserved_count};
use crate::kubelet::topology_manager::TopologyManagerConfig;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    topology: Value,
    cpu_manager_policy: String,
    #[serde(default)]
    options: BTreeMap<String, String>,
    topology_manager_policy: String,
    #[serde(default)]
    topology_manager_scope: String,
    #[serde(default)]
    topology_manager_policy_options: BTreeMap<String, String>,
    #[serde(rename = "reservedSystemCPUs")]
    reserved_system_cpus: Option<String>,
    #[serde(rename = "reservedCPU")]
    reserved_cpu: Option<String>,
    #[serde(default)]
    feature_gates: BTreeMap<String, bool>,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let machine = machine(&input.topology)?;
    let behaviour = behaviour(&input.kubernetes, &input.feature_gates)?;
    let topology_manager = TopologyManagerConfig::parse(
        &input.topology_manager_policy,
        &input.topology_manager_scope,
        &input.topology_manager_policy_options,
        &behaviour.topology_manager_options,
        &machine,
    );
    let expect = match topology_manager {
        Err(errors) => refused("topology-manager", errors),
        Ok(config) => {
            let policy = build_policy(
                &input.cpu_manager_policy,
                &input.options,
                reservation(&input)?,
                &Arc::new(CpuTopology::new(&machine)),
                config.policy,
                behaviour,
            );
            match policy {
                Err(errors) => refused("cpu-manager", errors),
                Ok(None) => json!({ "ok": true }),
                Ok(Some(policy)) => json!({ "ok": true, "reserved": policy.reserved().to_string() }),
            }
        }
    };
    Ok(json!({ "expect": expect }))
}

fn reservation(input: &Vector) -> Result<Result<Reservation, String>, String> {
    if let Some(list) = &input.reserved_system_cpus {
        let cpus = cpu_set(list)?;
        return Ok(reserved_count(Some(cpus.len() as i64 * 1000)).map(|_| Reservation::Cpus(cpus)));
    }
    let milli = match &input.reserved_cpu {
        None => None,
        Some(text) => Some(
            Quantity::parse(text).map_err(|error| format!("reservedCPU {text:?}: {error}"))?.milli_value(),
        ),
    };
    Ok(reserved_count(milli).map(Reservation::Count))
}

fn refused(stage: &str, mut errors: Vec<String>) -> Value {
    match (errors.pop(), errors.is_empty()) {
        (Some(error), true) => json!({ "stage": stage, "error": error }),
        (last, _) => {
            errors.extend(last);
            json!({ "stage": stage, "errorAnyOf": errors })
        }
    }
}
