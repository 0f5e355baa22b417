//! Kind `cpu-take`: one call of the CPU allocator.

use serde::Deserialize;
use serde_json::{Value, json};

use super::cpu_objects::{cpu_set, machine};
use super::rollout_objects::read;
use crate::kubelet::cpu_manager::{
    CpuTopology, Distribution, SortingStrategy, TakeError, UncoreAlignment, take_distributed, take_packed,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    topology: Value,
    available: String,
    count: usize,
    function: String,
    strategy: String,
    #[serde(default)]
    cpu_group_size: usize,
    #[serde(default)]
    prefer_align_by_uncore_cache: bool,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let topology = CpuTopology::new(&machine(&input.topology)?);
    let available = cpu_set(&input.available)?;
    if !available.is_subset(topology.all()) {
        return Err("available: not all of them are CPUs of the machine".to_owned());
    }
    let strategy = match input.strategy.as_str() {
        "packed" => SortingStrategy::Packed,
        "spread" => SortingStrategy::Spread,
        other => return Err(format!("strategy {other:?} is not known")),
    };
    let taken = match input.function.as_str() {
        "packed" => {
            let uncore = if input.prefer_align_by_uncore_cache {
                UncoreAlignment::WholeCores
            } else {
                UncoreAlignment::Off
            };
            take_packed(&topology, &available, input.count, strategy, uncore)
        }
        "distributed" if input.cpu_group_size == 0 => return Err("cpuGroupSize must be above 0".to_owned()),
        "distributed" => {
            let how = Distribution {
                group_size: input.cpu_group_size,
                strategy,
                within_free: false,
                by_socket: false,
            };
            take_distributed(&topology, &available, input.count, how).map(|taken| taken.cpus)
        }
        other => return Err(format!("function {other:?} is not known")),
    };
    Ok(json!({ "expect": match taken {
        Ok(cpus) => json!({ "cpus": cpus.to_string() }),
        Err(TakeError::WouldNotReturn) => json!({ "hang": true }),
        Err(error) => json!({ "error": error.to_string() }),
    } }))
}
