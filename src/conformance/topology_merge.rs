//! Kind `topology-merge`: one merge of hints under a policy of the Topology Manager.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::cpu_objects::{Hint, behaviour, hint_json, list_of};
use super::rollout_objects::read;
use crate::kubelet::topology_manager::{
    NumaInfo, ProviderHints, ResourceHints, TopologyManagerConfig, merge_hints,
};
use crate::kubelet::{LogicalCpu, Machine, NumaNode};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    numa_nodes: Vec<u32>,
    #[serde(default)]
    numa_distances: Vec<Vec<u32>>,
    topology_manager_policy: String,
    #[serde(default)]
    topology_manager_policy_options: BTreeMap<String, String>,
    providers: Vec<Option<BTreeMap<String, Option<Vec<Hint>>>>>,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let config = config(&input)?;
    let providers: Vec<ProviderHints> =
        input.providers.iter().map(|provider| hints(provider.as_ref())).collect::<Result<_, _>>()?;
    let info = NumaInfo::of_nodes(input.numa_nodes.iter().copied(), input.numa_distances.clone());
    let (merged, admit) = merge_hints(&info, config, &providers);
    Ok(json!({ "expect": { "merged": hint_json(merged), "admit": admit } }))
}

/// The settings, on a machine of these NUMA nodes with a CPU on the first.
fn config(input: &Vector) -> Result<TopologyManagerConfig, String> {
    let first = input.numa_nodes.first().ok_or("numaNodes: there is none")?;
    let cpu = LogicalCpu { cpu: 0, core: 0, socket: 0, numa: *first, uncore: None };
    let nodes = input.numa_nodes.iter().map(|id| NumaNode { id: *id, memory_bytes: None }).collect();
    let machine = Machine::new("", vec![cpu], nodes, input.numa_distances.clone())
        .map_err(|error| format!("numaNodes: {error}"))?;
    TopologyManagerConfig::parse(
        &input.topology_manager_policy,
        "container",
        &input.topology_manager_policy_options,
        &behaviour(&input.kubernetes, &BTreeMap::new())?.topology_manager_options,
        &machine,
    )
    .map_err(|errors| errors.join(", or "))
}

fn hints(provider: Option<&BTreeMap<String, Option<Vec<Hint>>>>) -> Result<ProviderHints, String> {
    let Some(resources) = provider else { return Ok(ProviderHints::NoPreference) };
    let of = |hints: &Option<Vec<Hint>>| match hints {
        None => Ok(ResourceHints::NoPreference),
        Some(hints) => list_of(hints),
    };
    Ok(ProviderHints::Resources(resources.values().map(of).collect::<Result<_, String>>()?))
}
