//! Kind `daemonset-nodes`: which nodes should have a pod of a DaemonSet, and what it tolerates.

use serde::Deserialize;
use serde_json::{Value, json};

use super::recorded_pod::{compiled_pod, object};
use super::rollout_objects::{behaviour, read};
use crate::api::{Behaviour, Node, NodeId, PodSpec, TaintEffect, Timestamp, Toleration, TolerationOperator};
use crate::api_machinery::compile::compile_node;
use crate::controllers::daemon_set::nodes::verdict;
use crate::controllers::daemon_set::tolerations;
use crate::kernel::Interner;
use kubecast_manifest::Object;

/// What the vectors were recorded from.
pub(super) const KUBERNETES: &str = "v1.32.10";

#[derive(Deserialize)]
struct Vector {
    #[serde(rename = "in")]
    input: Input,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    pod_spec: Value,
    nodes: Vec<RecordedNode>,
}

/// A node as the vectors have it: without its metadata and spec apart.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RecordedNode {
    pub(super) name: String,
    #[serde(default)]
    labels: Value,
    #[serde(default)]
    taints: Value,
    #[serde(default)]
    unschedulable: Option<bool>,
}

impl RecordedNode {
    /// The node in compact form.
    pub(super) fn compiled(&self, id: u32, names: &mut Interner) -> Result<Node, String> {
        let json = json!({
            "metadata": { "name": self.name, "labels": self.labels },
            "spec": { "taints": self.taints, "unschedulable": self.unschedulable },
        });
        let Object::Node(source) = object(&json, "v1", "Node")? else { return Err("not a node".to_owned()) };
        Ok(compile_node(&source, NodeId(id), Timestamp(0), names))
    }
}

/// The pod of a template, before the controller adds what it tolerates.
pub(super) fn template_pod(
    spec: &Value,
    behaviour: &Behaviour,
    names: &mut Interner,
) -> Result<PodSpec, String> {
    let mut spec = spec.clone();
    if spec["containers"].is_null() {
        spec["containers"] = json!([]);
    }
    // The API's types know no terms that are null.
    let terms = "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
    if let Some(terms) = spec.pointer_mut(terms).filter(|terms| terms.is_null()) {
        *terms = json!([]);
    }
    compiled_pod(&json!({ "spec": spec }), behaviour, names).map(|pod| pod.spec)
}

/// A toleration as the API writes it.
fn told(toleration: &Toleration, names: &Interner) -> Value {
    let mut told = json!({});
    if let Some(key) = toleration.key {
        told["key"] = json!(names.resolve(key));
    }
    if toleration.operator == TolerationOperator::Exists {
        told["operator"] = json!("Exists");
    }
    let value = names.resolve(toleration.value);
    if !value.is_empty() {
        told["value"] = json!(value);
    }
    if let Some(effect) = toleration.effect {
        told["effect"] = json!(match effect {
            TaintEffect::NoSchedule => "NoSchedule",
            TaintEffect::PreferNoSchedule => "PreferNoSchedule",
            TaintEffect::NoExecute => "NoExecute",
        });
    }
    if let Some(seconds) = toleration.toleration_seconds {
        told["tolerationSeconds"] = json!(seconds);
    }
    told
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let Vector { input } = read(vector)?;
    let (behaviour, mut names) = (behaviour(KUBERNETES)?, Interner::new());
    let mut pod = template_pod(&input.pod_spec, &behaviour, &mut names)?;
    let given = pod.tolerations.clone();
    let host_network = input.pod_spec["hostNetwork"] == json!(true);
    tolerations::add(&mut pod.tolerations, host_network, &mut names);
    let mut nodes = Vec::new();
    for (id, recorded) in (0..).zip(&input.nodes) {
        let node = recorded.compiled(id, &mut names)?;
        let verdict = verdict(&pod, &node, &names);
        nodes.push(json!({
            "node": recorded.name,
            "shouldRun": verdict.should_run,
            "shouldContinueRunning": verdict.may_continue,
        }));
    }
    // Those that stay as they are stay as they were written: the operator `Equal` need not be.
    let written = |place: usize, toleration: &Toleration| match given.get(place) {
        Some(unchanged) if unchanged == toleration => input.pod_spec["tolerations"][place].clone(),
        _ => told(toleration, &names),
    };
    let tolerations: Vec<Value> =
        pod.tolerations.iter().enumerate().map(|(place, toleration)| written(place, toleration)).collect();
    Ok(json!({ "expect": { "nodes": nodes, "tolerations": tolerations } }))
}
