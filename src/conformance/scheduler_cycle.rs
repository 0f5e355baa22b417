//! Kind `scheduler-cycle`: one pod, and what every plugin of kube-scheduler says about every node.
//!
//! A vector with a `release` was recorded of that release, and expects also the message of an unschedulable pod,
//! or how the scheduler itself ended. v1.25.2 asks every filter, and its vectors have what each says.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::rollout_objects::read;
use super::scheduler_objects::Scheduler;
use crate::scheduler::cycle::{CycleReport, NodeRejections, NodeReport, Outcome};
use crate::scheduler::framework::{PluginId, Status};

#[derive(Deserialize)]
struct Vector {
    pods: Vec<Value>,
    pod: Value,
    #[serde(default)]
    release: Option<String>,
    #[serde(default)]
    kubernetes: String,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    if let Some(release) = input.release.as_ref().filter(|release| **release != input.kubernetes) {
        return Err(format!("release {release:?} of kubernetes {:?}", input.kubernetes));
    }
    let mut scheduler = Scheduler::new(vector)?;
    for pod in &input.pods {
        scheduler.add_bound(pod)?;
    }
    let pod = scheduler.incoming(&input.pod)?;
    let outcome = scheduler.decide(&pod)?;
    match &outcome {
        Outcome::Crashed(panic) => return Ok(json!({ "expect": { "crash": panic } })),
        Outcome::Error(status) if input.release.is_some() => {
            return Ok(json!({ "expect": failed(&scheduler, status) }));
        }
        _ => {}
    }
    let report = scheduler.report(&pod)?;
    let everything = scheduler.all_rejections(&pod);
    let mut expect = describe(&scheduler, &report, everything.as_deref());
    if let Some(message) = scheduler.message(&outcome).filter(|_| input.release.is_some()) {
        expect["message"] = json!(message);
    }
    Ok(json!({ "expect": expect }))
}

/// A cycle that ended in an error, before the filters or at the scores.
fn failed(scheduler: &Scheduler, status: &Status) -> Value {
    let phase = if status.plugin == PluginId::UNKNOWN { "PreFilter" } else { "PreScore" };
    json!({
        "filter": {},
        "feasible": [],
        "scores": {},
        "best": [],
        "error": { "phase": phase, "message": scheduler.text(status) },
    })
}

fn describe(scheduler: &Scheduler, report: &CycleReport, everything: Option<&[NodeRejections]>) -> Value {
    let name = |node: &NodeReport| scheduler.node_name(node.node).to_owned();
    let rejected = report.nodes.iter().filter_map(|node| {
        let all = everything.filter(|_| !node.excluded_by_pre_filter);
        let rejection = node.rejection.as_ref()?;
        let all = all.and_then(|nodes| nodes.iter().find(|one| one.node == node.node));
        let mut told =
            all.map_or_else(|| scheduler.rejection(rejection), |all| every(scheduler, rejection, all));
        if node.excluded_by_pre_filter {
            told.insert("preFilterResult".to_owned(), json!(true));
        }
        Some((name(node), Value::Object(told)))
    });
    let mut answer = json!({
        "filter": rejected.collect::<Map<_, _>>(),
        "feasible": report.feasible().map(name).collect::<Vec<_>>(),
        "scores": report.feasible().map(|node| (name(node), scores(node))).collect::<Map<_, _>>(),
        "best": report.best().into_iter().map(name).collect::<Vec<_>>(),
    });
    if let Some(status) = &report.pre_filter {
        answer["preFilter"] = Value::Object(scheduler.rejection(status));
    }
    answer
}

/// The strongest code, and what each plugin says.
fn every(scheduler: &Scheduler, merged: &Status, all: &NodeRejections) -> Map<String, Value> {
    let of_plugin = |status: &Status| {
        let mut said = scheduler.rejection(status);
        said.remove("plugin");
        (status.plugin.name().to_owned(), Value::Object(said))
    };
    let plugins: Map<String, Value> = all.statuses.iter().map(of_plugin).collect();
    Map::from_iter([
        ("code".to_owned(), json!(merged.code.as_str())),
        ("plugins".to_owned(), Value::Object(plugins)),
    ])
}

fn scores(node: &NodeReport) -> Value {
    let of_plugins = node.scores.iter().map(|score| {
        (score.plugin.name().to_owned(), json!({ "raw": score.raw, "normalized": score.normalized }))
    });
    let mut scores: Map<String, Value> = of_plugins.collect();
    scores.insert("total".to_owned(), json!(node.total));
    Value::Object(scores)
}
