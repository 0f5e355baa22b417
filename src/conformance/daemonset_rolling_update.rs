//! Kind `daemonset-rolling-update`: the passes of one sync of a DaemonSet, and its status.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::daemonset_nodes::{KUBERNETES, RecordedNode, template_pod};
use super::rollout_objects::{behaviour, int_or_percent, pod, read, template};
use crate::api::{
    DaemonSet, DaemonSetId, DaemonSetStatus, DaemonSetStrategy, IntOrPercent, LabelSelector, Labels, NodeId,
    NodeRequirement, NodeSelectorOperator, NodeSelectorTerm, Pod, PodId, PodPhase, PodSpec, Symbol,
    Timestamp, Uid,
};
use crate::controllers::daemon_set::back_off::FailedPods;
use crate::controllers::daemon_set::limits::limits;
use crate::controllers::daemon_set::manage::{Pass, manage};
use crate::controllers::daemon_set::nodes::verdict;
use crate::controllers::daemon_set::rolling::rolling_update;
use crate::controllers::daemon_set::status::calculate_status;
use crate::controllers::daemon_set::{DaemonSetView, SeenNode, tolerations};
use crate::kernel::Interner;

#[derive(Deserialize)]
struct Vector {
    #[serde(rename = "in")]
    input: Input,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    now: i64,
    update_strategy: String,
    max_unavailable: Value,
    max_surge: Value,
    min_ready_seconds: i32,
    current_hash: String,
    #[serde(default)]
    node_selector: Value,
    nodes: Vec<RecordedNode>,
    pods: Vec<RecordedPod>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RecordedPod {
    name: String,
    node: String,
    hash: String,
    phase: String,
    ready_since: Option<i64>,
    created_at: i64,
    #[serde(default)]
    terminating: bool,
}

impl RecordedPod {
    /// The pod in compact form. One whose node is not in the list waits for it.
    fn compiled(&self, id: u32, nodes: &[SeenNode], names: &mut Interner) -> Result<Pod, String> {
        let seconds = Timestamp::from_unix_seconds;
        let ready_since = self.ready_since.map(seconds);
        let mut pod = pod(id, &self.name, Labels::default(), seconds(self.created_at), ready_since);
        let revision = Some(names.intern(&self.hash));
        pod.spec = Arc::new(PodSpec { revision, ..PodSpec::clone(&pod.spec) });
        pod.phase = match self.phase.as_str() {
            "Pending" => PodPhase::Pending,
            "Running" => PodPhase::Running,
            "Succeeded" => PodPhase::Succeeded,
            "Failed" => PodPhase::Failed,
            other => return Err(format!("phase {other:?}")),
        };
        pod.deleted = self.terminating.then(|| seconds(self.created_at));
        let name = names.intern(&self.node);
        match (0..).zip(nodes).find(|(_, node)| node.name == name) {
            Some((place, _)) => pod.node = Some(NodeId(place)),
            None => pod.spec = Arc::new(pinned(&pod.spec, name, names)),
        }
        Ok(pod)
    }
}

fn pinned(spec: &PodSpec, node: Symbol, names: &mut Interner) -> PodSpec {
    let field = NodeRequirement {
        key: names.intern("metadata.name"),
        operator: NodeSelectorOperator::In,
        values: vec![node],
        bound: None,
    };
    let terms = Some(vec![NodeSelectorTerm { expressions: Vec::new(), fields: vec![field] }]);
    PodSpec { required_node_terms: terms, ..spec.clone() }
}

fn daemon_set(input: &Input) -> Result<DaemonSet, String> {
    let given = |value: &Value, default| {
        if value.is_null() { Ok(IntOrPercent::Int(default)) } else { int_or_percent(value) }
    };
    Ok(DaemonSet {
        id: DaemonSetId(0),
        namespace: Symbol(0),
        name: "d".into(),
        uid: Uid(0),
        created: Timestamp(0),
        generation: 1,
        selector: LabelSelector::default(),
        strategy: match input.update_strategy.as_str() {
            "OnDelete" => DaemonSetStrategy::OnDelete,
            "RollingUpdate" => DaemonSetStrategy::RollingUpdate {
                max_surge: given(&input.max_surge, 0)?,
                max_unavailable: given(&input.max_unavailable, 1)?,
            },
            other => return Err(format!("updateStrategy {other:?}")),
        },
        min_ready_seconds: input.min_ready_seconds,
        revision_history_limit: 10,
        template: template("new"),
        status: DaemonSetStatus::default(),
    })
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let Vector { input } = read(vector)?;
    let (behaviour, mut names) = (behaviour(KUBERNETES)?, Interner::new());
    let spec = json!({ "nodeSelector": input.node_selector });
    let mut template = template_pod(&spec, &behaviour, &mut names)?;
    tolerations::add(&mut template.tolerations, false, &mut names);
    let mut nodes = Vec::new();
    for (id, recorded) in (0..).zip(&input.nodes) {
        let node = recorded.compiled(id, &mut names)?;
        nodes.push(SeenNode { name: node.name, verdict: verdict(&template, &node, &names) });
    }
    let mut pods = Vec::new();
    for (id, recorded) in (0..).zip(&input.pods) {
        pods.push(Arc::new(recorded.compiled(id, &nodes, &mut names)?));
    }
    let set = daemon_set(&input)?;
    let hash = names.intern(&input.current_hash);
    let view = DaemonSetView {
        daemon_set: &set,
        nodes: &nodes,
        pods: &pods,
        name_of: &|node| nodes[node.index()].name,
        hash,
        now: Timestamp::from_unix_seconds(input.now),
        behaviour: behaviour.controllers,
    };
    let status = calculate_status(&view, true);
    let managed = manage(&view, &mut FailedPods::default());
    let rolls = managed.is_empty() && set.strategy != DaemonSetStrategy::OnDelete;
    let name = |id: &PodId| &*pods[id.index()].name;
    let told = |pass: &Pass| {
        // Both lists were recorded in order of names.
        let mut created: Vec<&str> = pass.create.iter().map(|node| names.resolve(*node)).collect();
        let mut deleted: Vec<&str> = pass.delete.iter().map(name).collect();
        created.sort_unstable();
        deleted.sort_unstable();
        json!({ "create": created, "delete": deleted })
    };
    let limits = limits(&set, status.desired);
    Ok(json!({ "expect": {
        "manage": told(&managed),
        "rollingUpdate": rolls.then(|| told(&rolling_update(&view))),
        "maxSurge": limits.max_surge,
        "maxUnavailable": limits.max_unavailable,
        "status": {
            "desired": status.desired,
            "current": status.current,
            "misscheduled": status.misscheduled,
            "ready": status.ready,
            "updated": status.updated,
            "available": status.available,
            "unavailable": status.unavailable,
        },
    } }))
}
