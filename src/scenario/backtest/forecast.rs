//! The scenario that forecasts rollouts from the first dump.

use kubecast_manifest::{Document, Tree, Value};
use serde_json::{Value as Json, json};

use super::{Dump, Roll};
use crate::api::Timestamp;
use crate::scenario::error::Findings;
use crate::scenario::fitted;
use crate::scenario::inputs::Inputs;
use crate::scenario::places::place_of;
use crate::scenario::plan::Plan;
use crate::scenario::rollout::set;
use crate::scenario::{Ask, LoadOptions, Resolved, resolve_all};

/// What changes, and when.
pub(super) struct Changes<'c> {
    pub(super) rolls: &'c [Roll],
    pub(super) dumps: (Dump<'c>, Dump<'c>),
}

/// Resolves the first dump with a timeline that rolls each Deployment when it was rolled.
pub(super) fn resolve(
    scenario: &Document,
    changes: &Changes<'_>,
    options: &LoadOptions,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Option<Resolved> {
    let mut fitted = Vec::new();
    if let Some(fitter) = options.ask.fitter {
        let plan = Plan::new(scenario, None, options.seed, inputs, findings)?;
        fitted.extend(changes.rolls.iter().map(|roll| fitted::of(&plan, &roll.workload, fitter)));
        fitted.retain(|fitted| !fitted.hops.is_empty());
    }
    let mut scenario = scenario.clone();
    let timeline = set(&mut scenario, "/spec/timeline", Value::Seq(changes.timeline()));
    timeline.map_err(|error| findings.error(place_of(&scenario.file, &scenario.tree), error)).ok()?;
    let subject = match changes.rolls {
        [only] => Some(only.workload.clone()),
        _ => None,
    };
    let ask = Ask { subject, fitted, ..options.ask.clone() };
    resolve_all(&scenario, &LoadOptions { ask, ..options.clone() }, inputs, findings)
}

impl Changes<'_> {
    /// An entry for each rollout, in order of time. One of which nobody knows when it began comes first.
    fn timeline(&self) -> Vec<Tree> {
        let (before, after) = self.dumps;
        let mut entries: Vec<(i64, Json)> = Vec::new();
        for roll in self.rolls {
            let begin = roll.begin.unwrap_or(before.now);
            let at = begin.nanos_since(before.now).max(0) / Timestamp::NANOS;
            let Some(object) = after.objects.iter().find(|object| object.reference == roll.workload) else {
                continue;
            };
            let mut spec = object.tree.pointer("/spec").map_or(json!({}), Tree::to_json);
            // A Deployment that is paused now was not when it was rolled.
            if let Some(spec) = spec.as_object_mut() {
                spec.remove("paused");
            }
            let applied = json!({
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": { "name": roll.workload.name, "namespace": roll.workload.namespace },
                "spec": spec,
            });
            entries.push((at, json!({ "at": format!("{at}s"), "apply": [applied] })));
        }
        entries.sort_by_key(|(at, _)| *at);
        entries.iter().map(|(_, entry)| Tree::from_json(entry)).collect()
    }
}
