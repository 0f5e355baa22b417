//! Kind `scheduler-sequence`: pods scheduled one after the other by kube-scheduler v1.34.1, with
//! deletions in between. Of several best nodes the bytewise first name is taken.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::rollout_objects::read;
use super::scheduler_objects::Scheduler;
use crate::api::{NodeId, Pod, Timestamp};
use crate::scheduler::cycle::CycleReport;

#[derive(Deserialize)]
struct Vector {
    existing: Vec<Value>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", deny_unknown_fields)]
enum Step {
    Schedule { pod: Value },
    Terminate { pod: String },
    Delete { pod: String },
}

/// The cluster as the steps change it.
struct World {
    scheduler: Scheduler,
    pods: BTreeMap<String, Arc<Pod>>,
}

impl World {
    fn new(vector: &Value, existing: &[Value]) -> Result<Self, String> {
        let mut world = Self { scheduler: Scheduler::new(vector)?, pods: BTreeMap::new() };
        for json in existing {
            let pod = world.scheduler.add_bound(json)?;
            world.note(pod)?;
        }
        Ok(world)
    }

    fn note(&mut self, pod: Arc<Pod>) -> Result<(), String> {
        let name = self.scheduler.pod_name(&pod);
        match self.pods.insert(name.clone(), pod) {
            None => Ok(()),
            Some(_) => Err(format!("two pods are called {name}")),
        }
    }

    /// Takes a step; the answer to it.
    fn take(&mut self, step: &Step) -> Result<Value, String> {
        match step {
            Step::Schedule { pod } => self.schedule(pod),
            Step::Terminate { pod } => {
                let pod = self.pods.get_mut(pod).ok_or_else(|| format!("no pod {pod}"))?;
                Arc::make_mut(pod).deleted = Some(Timestamp(0));
                self.scheduler.put(pod);
                Ok(Value::Null)
            }
            Step::Delete { pod } => {
                let pod = self.pods.remove(pod).ok_or_else(|| format!("no pod {pod}"))?;
                self.scheduler.remove(&pod);
                Ok(Value::Null)
            }
        }
    }

    fn schedule(&mut self, json: &Value) -> Result<Value, String> {
        let mut pod = self.scheduler.incoming(json)?;
        let report = self.scheduler.report(&pod)?;
        let best: Vec<NodeId> = report.best().iter().map(|node| node.node).collect();
        let name = |node: NodeId| self.scheduler.node_name(node);
        let chosen = best.iter().copied().min_by_key(|node| name(*node));
        let answer = json!({
            "feasibleCount": report.feasible().count(),
            "rejected": rejected(&report),
            "best": best.iter().map(|node| name(*node)).collect::<Vec<_>>(),
            "bestTotal": report.best().first().map(|node| node.total),
            "chosen": chosen.map(name),
        });
        if chosen.is_some() {
            pod.node = chosen;
            let pod = Arc::new(pod);
            self.scheduler.put(&pod);
            self.note(pod)?;
        }
        Ok(answer)
    }
}

/// The number of nodes that each plugin rejected.
fn rejected(report: &CycleReport) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for status in report.nodes.iter().filter_map(|node| node.rejection.as_ref()) {
        *counts.entry(status.plugin.name()).or_default() += 1;
    }
    counts
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let mut world = World::new(vector, &input.existing)?;
    let answers = input
        .steps
        .iter()
        .enumerate()
        .map(|(place, step)| world.take(step).map_err(|error| format!("step {place}: {error}")));
    Ok(json!({ "expect": answers.collect::<Result<Vec<_>, _>>()? }))
}
