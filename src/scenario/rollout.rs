//! One rollout of one Deployment on a given cluster, as a scenario: what `kubecast rollout` runs.
//!
//! The scenario is an ordinary one: the input's objects, an entry of the timeline that restarts the
//! Deployment (or sets its image), and a variant for each arm. A Deployment whose pods are in the input
//! is rolled at time 0, as a user would do it now, whether the cluster has settled or not. One that is a
//! mere manifest is created first and rolled ten minutes after everything has settled. Where a
//! HorizontalPodAutoscaler scales the Deployment, its two ends are arms too.

mod applied;
mod autoscaled;
mod expectations;
mod target;

use kubecast_manifest::{Document, Entry, Tree, Value};
use serde_json::json;

use super::assignment::Assignment;
use super::dump;
use super::error::Findings;
use super::fitted;
use super::inputs::Inputs;
use super::objects::ObjectSource;
use super::places::place_of;
use super::plan::{self, Plan};
use super::reader::{FileReader, SourceText};
use super::reference::Reference;
use super::{Ask, InputError, LoadOptions, Resolved, Variant};
use crate::api::{Deployment, Pod};
use crate::cluster::setup::ClusterSetup;
pub use applied::APPLY;
use autoscaled::Ends;
pub use target::parse_target;

/// The name of the arm without values of its own.
pub const AS_IS: &str = "as-is";

/// What is rolled and how.
#[derive(Clone, Debug)]
pub struct RolloutOrder {
    /// The Deployment.
    pub target: Reference,
    /// A new image instead of a mere restart.
    pub image: Option<NewImage>,
    /// What is set in every arm.
    pub set: Vec<Assignment>,
    /// The arms beside the one as is.
    pub arms: Vec<Arm>,
}

/// `[CONTAINER=]IMAGE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewImage {
    /// The container; `None` is the only one.
    pub container: Option<String>,
    /// The image.
    pub image: String,
}

impl std::fmt::Display for NewImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(container) = &self.container {
            write!(f, "{container}=")?;
        }
        f.write_str(&self.image)
    }
}

/// The same rollout with other values.
#[derive(Clone, Debug)]
pub struct Arm {
    /// Its name, different from every other's.
    pub name: String,
    /// Its values.
    pub set: Vec<Assignment>,
}

/// When the Deployment is rolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// At time 0: its pods are in the input.
    Now,
    /// Ten minutes after it was created and everything has settled: the input has no pod of it.
    AfterCreation,
}

/// A rollout, ready to run: a variant for each arm, the one as is first, then those that were asked for, at last those that show
/// the ends of the Deployment's autoscaler.
#[derive(Clone, Debug)]
pub struct ResolvedRollout {
    /// The scenario.
    pub scenario: Resolved,
    /// What each arm does otherwise than the one as is, in words, in the order of the variants.
    pub words: Vec<Vec<String>>,
    /// How many arms were asked for. What the scenario expects is judged in these.
    pub asked: usize,
    /// When the Deployment is rolled.
    pub moment: Moment,
    /// What the scenario beside the dump expects of something else than this rollout, and why it is not judged.
    pub left_out: Vec<(String, &'static str)>,
}

/// Reads inputs and makes the scenario of a rollout of them.
pub fn load_rollout(
    inputs: &[SourceText],
    order: &RolloutOrder,
    options: &LoadOptions,
    reader: &dyn FileReader,
) -> Result<ResolvedRollout, Vec<InputError>> {
    let mut findings = Findings::default();
    let mut inputs = Inputs::new(inputs, options.kubernetes_version, reader, &mut findings);
    inputs.take_options(options, &mut findings);
    let resolved = resolve(order, options, &mut inputs, &mut findings);
    let warnings = findings.finish(options.strict)?;
    let mut resolved = resolved.expect("without errors every arm is resolved");
    resolved.scenario.doubt(warnings);
    Ok(resolved)
}

fn resolve(
    order: &RolloutOrder,
    options: &LoadOptions,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Option<ResolvedRollout> {
    let name = order.target.to_string();
    let mut scenario = inputs.scenario.clone().unwrap_or_else(|| plan::implicit_scenario(&name));
    refuse_fields(&scenario, "rollout", &["timeline", "variants"], findings);
    if !findings.errors.is_empty() {
        return None;
    }
    let change = std::mem::take(&mut inputs.change);
    let plan = Plan::new(&scenario, None, options.seed, inputs, findings)?;
    inputs.change = change;
    let target =
        target::find(&plan.objects, &order.target).map_err(|error| findings.error(None, error)).ok()?;
    let moment = moment(target, &plan.objects, findings)?;
    let fitted = options.ask.fitter.map(|fitter| fitted::of(&plan, &order.target, fitter));
    let fitted = Vec::from_iter(fitted);
    let left_out = expectations::leave_out(&mut scenario, &plan, &order.target);
    let operation = operation(target, order, moment).map_err(|error| findings.error(None, error)).ok()?;
    let mut variants = asked_variants(order);
    let complete = set(&mut scenario, "/spec/timeline", Value::Seq(vec![operation.clone()]))
        .and_then(|()| set(&mut scenario, "/spec/variants", Value::Seq(variants.clone())));
    complete.map_err(|error| findings.error(place_of(&scenario.file, &scenario.tree), error)).ok()?;
    if moment == Moment::AfterCreation {
        applied::refuse_without_pods(&inputs.change, findings);
    }
    let mut ends = Ends::default();
    if plan.objects.iter().chain(&inputs.change).any(|object| autoscaled::scales(object, &order.target)) {
        let plan = Plan::new(&scenario, Some(0), None, inputs, findings)?;
        let rollout = autoscaled::Rollout { order, moment, operation: &operation, plan: &plan };
        ends = autoscaled::ends(rollout, findings);
    }
    variants.append(&mut ends.variants);
    set(&mut scenario, "/spec/variants", Value::Seq(variants)).unwrap_or_default();
    let subject = Some(order.target.clone());
    let ask = Ask { subject, fitted, shows_autoscaler: ends.are_shown, ..options.ask.clone() };
    let options = LoadOptions { ask, ..options.clone() };
    let place = 1 + order.arms.len();
    let (scenario, is_own_arm) = applied::resolve(&scenario, order, (place, &options), inputs, findings)?;
    let asked = place + usize::from(is_own_arm);
    if findings.errors.is_empty() {
        for variant in scenario.variants.iter().take(asked) {
            check_arm(variant, target, &order.target, moment, findings);
        }
    }
    let mut words = vec![Vec::new()];
    words.extend(order.arms.iter().map(|arm| arm.set.iter().map(Assignment::text).collect()));
    words.extend(is_own_arm.then(|| applied::words(&options)));
    words.extend(ends.words.into_iter().map(|words| vec![words]));
    Some(ResolvedRollout { scenario, words, asked, moment, left_out })
}

/// A scenario beside the dump may say how long things take, but not what happens: the command has these fields itself.
pub(super) fn refuse_fields(scenario: &Document, command: &str, fields: &[&str], findings: &mut Findings) {
    for field in fields {
        let there = scenario.tree.pointer(&format!("/spec/{field}"));
        let is_empty =
            |tree: &&Tree| tree.as_seq().is_some_and(<[Tree]>::is_empty) || tree.value == Value::Null;
        if let Some(tree) = there.filter(|tree| !is_empty(tree)) {
            findings.error(
                place_of(&scenario.file, tree),
                format!("spec.{field}: `kubecast {command}` has its own; take it out, or use `kubecast run`"),
            );
        }
    }
}

pub(super) fn set(scenario: &mut Document, pointer: &str, value: Value) -> Result<(), String> {
    scenario.tree.set(pointer, Tree::from(value))
}

/// When to roll, by what the input holds of the Deployment's pods.
fn moment(target: &ObjectSource, objects: &[ObjectSource], findings: &mut Findings) -> Option<Moment> {
    let pods = target::pods_of(target, objects);
    let told = target.tree.pointer("/status/replicas").map_or(0, |tree| match &tree.value {
        Value::Number(text) => text.parse::<usize>().unwrap_or(0),
        _ => 0,
    });
    let name = &target.reference;
    if pods == 0 && told > 0 {
        let dump = dump::command();
        let message = format!(
            "{name} has {told} pods, says its status, but none of them is in the input with its ReplicaSet; dump all \
             that counts: {dump}"
        );
        findings.error(target.place(), message);
        return None;
    }
    if pods < told {
        let message =
            format!("{name} has {told} pods, says its status, but only {pods} of them are in the input");
        findings.warning(target.place(), message);
    }
    Some(if pods > 0 { Moment::Now } else { Moment::AfterCreation })
}

/// The entry of the timeline.
fn operation(target: &ObjectSource, order: &RolloutOrder, moment: Moment) -> Result<Tree, String> {
    let name = order.target.to_string();
    let mut entry = match moment {
        Moment::Now => json!({ "at": "0s" }),
        Moment::AfterCreation => json!({ "afterSettled": "10m" }),
    };
    match &order.image {
        None => entry["rolloutRestart"] = json!(name),
        Some(NewImage { container, image }) => {
            let container = target::container(target, container.as_deref())?;
            entry["setImage"] = json!({ "deployment": name, "container": container, "image": image });
        }
    }
    Ok(Tree::from_json(&entry))
}

/// A variant for each arm that is asked for, the one as is first.
fn asked_variants(order: &RolloutOrder) -> Vec<Tree> {
    let of_arm = |name: &str, own: &[Assignment]| {
        let set: Vec<&Assignment> = order.set.iter().chain(own).collect();
        variant(name, &order.target, &set, [])
    };
    let arms = order.arms.iter().map(|arm| of_arm(&arm.name, &arm.set));
    std::iter::once(of_arm(AS_IS, &[])).chain(arms).collect()
}

/// A variant with assignments, and more places with their values. Of values at the same place the last one counts.
fn variant<const N: usize>(
    name: &str,
    target: &Reference,
    set: &[&Assignment],
    own: [(String, Tree); N],
) -> Tree {
    let mut entries: Vec<Entry> = Vec::new();
    let assigned = set.iter().map(|one| (one.key(target), one.value().clone()));
    for (key, value) in assigned.chain(own) {
        entries.retain(|entry| entry.key != key);
        entries.push(Entry { key, line: 0, column: 0, value });
    }
    let mut variant = Tree::from_json(&json!({ "name": name }));
    let set = Entry { key: "set".to_owned(), line: 0, column: 0, value: Value::Map(entries).into() };
    if let Value::Map(fields) = &mut variant.value {
        fields.push(set);
    }
    variant
}

/// Tells why an arm cannot be rolled.
fn check_arm(
    variant: &Variant,
    target: &ObjectSource,
    name: &Reference,
    moment: Moment,
    findings: &mut Findings,
) {
    let (setup, dump) = (&variant.setup, dump::command());
    let mut fault = |message: String| findings.error(target.place(), message);
    if setup.nodes.is_empty() {
        fault(format!("the input holds no node for {name} to run on; dump all that counts: {dump}"));
        return;
    }
    let Some(deployment) = deployment_of(setup, name) else { return };
    if deployment.paused {
        let arm = variant.name.as_deref().unwrap_or(AS_IS);
        fault(format!(
            "{name} is paused (arm {arm}), and `kubectl rollout restart` refuses that; resume it with --set \
             spec.paused=false"
        ));
    }
    if moment == Moment::Now && pods_of(setup, deployment).next().is_none() {
        fault(format!(
            "the pods of {name} run on nodes that are not in the input; dump all that counts: {dump}"
        ));
    }
}

/// The Deployment of this name at time 0.
pub fn deployment_of<'s>(setup: &'s ClusterSetup, name: &Reference) -> Option<&'s Deployment> {
    setup.deployments.iter().find(|deployment| {
        *deployment.name == *name.name && setup.names.resolve(deployment.namespace) == name.namespace
    })
}

/// A Deployment's pods at time 0.
pub fn pods_of<'s>(setup: &'s ClusterSetup, deployment: &Deployment) -> impl Iterator<Item = &'s Pod> {
    let id = deployment.id;
    setup.pods.iter().filter(move |pod| {
        let replica_set = pod.replica_set();
        let owner = replica_set.and_then(|set| setup.replica_sets.get(set.index()));
        owner.is_some_and(|set| set.deployment == Some(id))
    })
}
