//! Kind `scheduler-cycle`: one pod, and what every plugin of kube-scheduler v1.34.1 says about every
//! node.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::rollout_objects::read;
use super::scheduler_objects::Scheduler;
use crate::scheduler::cycle::{CycleReport, NodeReport};

#[derive(Deserialize)]
struct Vector {
    pods: Vec<Value>,
    pod: Value,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let mut scheduler = Scheduler::new(vector)?;
    for pod in &input.pods {
        scheduler.add_bound(pod)?;
    }
    let pod = scheduler.incoming(&input.pod)?;
    let report = scheduler.report(&pod)?;
    Ok(json!({ "expect": describe(&scheduler, &report) }))
}

fn describe(scheduler: &Scheduler, report: &CycleReport) -> Value {
    let name = |node: &NodeReport| scheduler.node_name(node.node).to_owned();
    let rejected = report.nodes.iter().filter_map(|node| {
        let mut rejection = scheduler.rejection(node.rejection.as_ref()?);
        if node.excluded_by_pre_filter {
            rejection.insert("preFilterResult".to_owned(), json!(true));
        }
        Some((name(node), Value::Object(rejection)))
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

fn scores(node: &NodeReport) -> Value {
    let of_plugins = node.scores.iter().map(|score| {
        (score.plugin.name().to_owned(), json!({ "raw": score.raw, "normalized": score.normalized }))
    });
    let mut scores: Map<String, Value> = of_plugins.collect();
    scores.insert("total".to_owned(), json!(node.total));
    Value::Object(scores)
}
