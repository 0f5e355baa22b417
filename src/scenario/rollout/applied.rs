//! What `--apply` does in a rollout: where it changes the template of the workload, that change is an arm of its own beside the restart
//! as is; else the cluster of every arm is the changed one.

use kubecast_manifest::{Document, Tree, Value};
use serde_json::json;

use super::{RolloutOrder, deployment_of, set};
use crate::api::Deployment;
use crate::cluster::operation::AppliedObject;
use crate::cluster::setup::ClusterSetup;
use crate::scenario::error::Findings;
use crate::scenario::inputs::Inputs;
use crate::scenario::objects::ObjectSource;
use crate::scenario::places::place_of;
use crate::scenario::reference::Reference;
use crate::scenario::{LoadOptions, Resolved, resolve_all};

/// The name of the arm in which the change is what is rolled.
pub const APPLY: &str = "apply";

/// The arms with what the change does, and whether that is an arm of its own, the one at `place`. `scenario` is the rollout as it is
/// without it.
pub(super) fn resolve(
    scenario: &Document,
    order: &RolloutOrder,
    (place, options): (usize, &LoadOptions),
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Option<(Resolved, bool)> {
    let change = std::mem::take(&mut inputs.change);
    let mut arms = resolve_all(scenario, options, inputs, findings)?;
    if change.is_empty() || !findings.errors.is_empty() {
        return Some((arms, false));
    }
    inputs.change = change;
    let changed = arm(scenario, options, inputs, findings)?;
    let [variant] = &changed.variants[..] else { return Some((arms, false)) };
    if !rolls(&variant.setup, &order.target) {
        return Some((resolve_all(scenario, options, inputs, findings)?, false));
    }
    arms.variants.splice(place..place, changed.variants);
    arms.ledger.merge(changed.ledger);
    Some((arms, true))
}

/// What the arm of the change does, in words.
pub(super) fn words(options: &LoadOptions) -> Vec<String> {
    options.apply.iter().map(|file| format!("--apply {}", file.name)).collect()
}

/// The scenario in which nothing happens but the change.
fn arm(
    scenario: &Document,
    options: &LoadOptions,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Option<Resolved> {
    let mut alone = scenario.clone();
    let variants = Tree::from_json(&json!([{ "name": APPLY }])).value;
    let lists = [("/spec/timeline", Value::Seq(Vec::new())), ("/spec/variants", variants)];
    for (pointer, list) in lists.into_iter().chain([("/spec/expect", Value::Seq(Vec::new()))]) {
        let changed = set(&mut alone, pointer, list);
        changed.map_err(|error| findings.error(place_of(&alone.file, &alone.tree), error)).ok()?;
    }
    resolve_all(&alone, options, inputs, findings)
}

/// Whether the change gives the workload another template.
fn rolls(setup: &ClusterSetup, target: &Reference) -> bool {
    let Some(now) = deployment_of(setup, target) else { return false };
    let is_other = |new: &Deployment| new.id == now.id && !new.template.equals(&now.template);
    setup.timeline.iter().flat_map(|entry| entry.operation.applied()).any(|object| match object {
        AppliedObject::Deployment(new) => is_other(new),
        _ => false,
    })
}

/// Whether an object of the change can be applied to a rollout that begins with the creation of its Deployment.
pub(super) fn refuse_without_pods(change: &[ObjectSource], findings: &mut Findings) {
    if let Some(first) = change.first() {
        let message =
            "--apply changes a Deployment that runs, but the input has no pod of it; change the file itself";
        findings.error(first.place(), message);
    }
}
