//! Kind `pod-deletion-order`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::recorded_pod::pod;
use super::rollout_objects::{behaviour, read};
use crate::api::{NodeId, Pod, Timestamp};
use crate::controllers::controller_utils::ranking::{Rank, RankedPod, deletion_order, pods_to_delete};
use crate::kernel::Interner;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    now: String,
    diff: usize,
    pods: Vec<Value>,
    other_related_pods: Vec<Value>,
    features: Features,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Features {
    logarithmic_scale_down: bool,
    pod_deletion_cost: bool,
}

/// The model's answer to a vector. Where the relation is ambiguous, the order depends on how Kubernetes
/// sorts, and so does the model's.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let mut behaviour = behaviour(&input.kubernetes)?;
    behaviour.controllers.logarithmic_scale_down = input.features.logarithmic_scale_down;
    behaviour.controllers.pod_deletion_cost = input.features.pod_deletion_cost;
    let mut symbols = Interner::new();
    let everything = input.pods.iter().chain(&input.other_related_pods);
    let related: Vec<Pod> = (0..)
        .zip(everything)
        .map(|(id, json)| pod(id, json, &behaviour, &mut symbols))
        .collect::<Result<_, _>>()?;
    let mut active_on: BTreeMap<Option<NodeId>, u32> = BTreeMap::new();
    for pod in related.iter().filter(|pod| pod.is_active()) {
        *active_on.entry(pod.node).or_default() += 1;
    }
    let on = |node| active_on.get(&node).copied().unwrap_or(0);
    let own: Vec<&Pod> = related.iter().take(input.pods.len()).collect();
    let rank = Rank {
        now: Timestamp::parse(&input.now)?,
        behaviour: behaviour.controllers,
        related_active_on_node: &|node| on(Some(node)),
        keeps_order: false,
    };
    let ranked: Vec<RankedPod> = own.iter().map(|pod| RankedPod::new(pod, &rank)).collect();
    let row = |a: &RankedPod| -> String {
        ranked.iter().map(|b| if a.goes_before(b) { '1' } else { '0' }).collect()
    };
    let ranks: Map<String, Value> =
        own.iter().map(|pod| (pod.name.to_string(), json!(on(pod.node)))).collect();
    // Nothing is sorted if all go.
    let all = input.diff >= own.len();
    let order = if all { (0..own.len()).collect() } else { deletion_order(&own, &rank) };
    let deleted = pods_to_delete(&own, input.diff, &rank).iter().map(|id| id.index()).collect::<Vec<_>>();
    let names = |places: Vec<usize>| places.into_iter().map(|place| &*own[place].name).collect::<Vec<_>>();
    Ok(json!({
        "expectLess": ranked.iter().map(row).collect::<Vec<_>>(),
        "expectRanks": ranks,
        "expectOrder": names(order),
        "expectDelete": names(deleted),
    }))
}
