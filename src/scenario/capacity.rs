//! How many more pods fit: the input's cluster, and after it has settled more and more copies of pods.
//!
//! The copies are created one right after another, so that the scheduler takes them in this order; what it
//! says of the first that has no place is the answer. After the loss of a zone the cluster is what it would be
//! without the zone's nodes: pods of a dump that were there are made again by their ReplicaSets, the cluster
//! settles, and then the copies come. DIFFERENCE: what happens while a zone is being lost is not simulated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kubecast_manifest::{Document, Tree, Value, parse};
use serde_json::json;

use super::coverage::Ledger;
use super::error::Findings;
use super::inputs::Inputs;
use super::objects::ObjectSource;
use super::places::{place, place_of};
use super::plan::{self, Plan};
use super::reader::{FileReader, SourceText};
use super::reference::Reference;
use super::{InputError, LoadOptions, resolve};
use crate::cluster::setup::ClusterSetup;
use crate::kernel::Seed;

/// The label of a node's zone.
const ZONE: &str = "topology.kubernetes.io/zone";
/// How long after the cluster has settled the copies come.
const PAUSE: &str = "1s";

/// A pod of which copies are made.
#[derive(Clone, Debug)]
pub struct PodTemplate {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// How many copies of it each round has.
    pub per_round: u32,
    tree: Tree,
}

/// A cluster, ready to take copies.
#[derive(Clone, Debug)]
pub struct CapacityRun {
    /// The cluster.
    pub setup: Arc<ClusterSetup>,
    /// The seed of all draws.
    pub seed: Seed,
    /// What is doubtful about the input.
    pub warnings: Vec<InputError>,
    /// What the input holds that is not simulated and can change the result.
    pub ledger: Ledger,
    /// The copies in order: namespace, name, number of the template.
    pub copies: Vec<(String, String, usize)>,
}

/// Reads the pods of a file, with the number of copies in a round. A Deployment or another object with a
/// template stands for its pod. Faults of the pods are found here, in their own files.
pub fn load_templates(
    sources: &[SourceText],
    per_round: u32,
    options: &LoadOptions,
    reader: &dyn FileReader,
) -> Result<Vec<PodTemplate>, Vec<InputError>> {
    let check = LoadOptions { apply: Vec::new(), set: Vec::new(), ..options.clone() };
    super::load(sources, &check, reader)?;
    let mut findings = Findings::default();
    let mut templates = Vec::new();
    for source in sources {
        // Whatever cannot be parsed was told of above.
        for document in parse(&source.name, &source.text).unwrap_or_default() {
            match template(&document, per_round, options.namespace.as_deref(), &mut findings) {
                Ok(template) => templates.push(template),
                Err(error) => findings.error(place_of(&document.file, &document.tree), error),
            }
        }
    }
    findings.finish(false)?;
    Ok(templates)
}

fn template(
    document: &Document,
    per_round: u32,
    namespace: Option<&str>,
    findings: &mut Findings,
) -> Result<PodTemplate, String> {
    let Some(mut source) = ObjectSource::new(&document.file, document.tree.clone(), findings) else {
        return Err("a Pod is wanted".to_owned());
    };
    if let Some(namespace) = namespace {
        source.put_into(namespace);
    }
    let mut tree = if source.reference.kind == "pod" {
        Tree::clone(&source.tree)
    } else {
        let template = source.tree.pointer("/spec/template").cloned();
        template.ok_or_else(|| {
            format!("a Pod is wanted, or an object with a template; this is a {}", source.kind())
        })?
    };
    for pointer in ["/status", "/spec/nodeName", "/metadata/uid", "/metadata/ownerReferences"] {
        tree.remove(pointer);
    }
    for pointer in ["/metadata/creationTimestamp", "/metadata/resourceVersion", "/metadata/generateName"] {
        tree.remove(pointer);
    }
    tree.set("/apiVersion", Value::String("v1".to_owned()).into())?;
    tree.set("/kind", Value::String("Pod".to_owned()).into())?;
    let Reference { namespace, name, .. } = source.reference;
    tree.set("/metadata/namespace", Value::String(namespace.clone()).into())?;
    super::overrides::forget_places(&mut tree);
    Ok(PodTemplate { name, namespace, per_round, tree })
}

/// The zones of the nodes that an input has at the start.
pub fn zones(setup: &ClusterSetup) -> Vec<String> {
    let Some(key) = setup.names.get(ZONE) else { return Vec::new() };
    let of = |node: &crate::api::Node| node.labels.get(key).map(|zone| setup.names.resolve(zone).to_owned());
    let zones: BTreeSet<String> = setup.nodes.iter().filter_map(of).collect();
    zones.into_iter().collect()
}

/// Makes the run of so many rounds of copies, after the loss of a zone if one is named.
pub fn load_capacity(
    inputs: &[SourceText],
    templates: &[PodTemplate],
    (rounds, lost_zone): (u32, Option<&str>),
    options: &LoadOptions,
    reader: &dyn FileReader,
) -> Result<CapacityRun, Vec<InputError>> {
    let mut findings = Findings::default();
    let mut inputs = Inputs::new(inputs, options.kubernetes_version, reader, &mut findings);
    inputs.take_options(options, &mut findings);
    let resolved = resolve_run(&mut inputs, templates, (rounds, lost_zone), options, &mut findings);
    let warnings = findings.finish(options.strict)?;
    let run = resolved.expect("without errors the run is resolved");
    let ledger = Ledger { doubts: warnings.len(), ..run.ledger };
    Ok(CapacityRun { warnings, ledger, ..run })
}

fn resolve_run(
    inputs: &mut Inputs<'_>,
    templates: &[PodTemplate],
    (rounds, lost_zone): (u32, Option<&str>),
    options: &LoadOptions,
    findings: &mut Findings,
) -> Option<CapacityRun> {
    let mut scenario = inputs.scenario.clone().unwrap_or_else(|| plan::implicit_scenario("capacity"));
    let items = |field: &str| {
        let there = scenario.tree.pointer(&format!("/spec/{field}"));
        there.filter(|tree| tree.as_seq().is_some_and(|items| !items.is_empty()))
    };
    let expects = items("expect").is_some();
    if let Some(tree) = items("variants") {
        let here = place_of(&scenario.file, tree);
        findings.error(here, "spec.variants: `kubecast capacity` is about one cluster; take it out");
    }
    if !findings.errors.is_empty() {
        return None;
    }
    let (pods, copies) = copies(templates, rounds);
    if let Err(error) = append(&mut scenario, apply(pods)) {
        findings.error(place(&scenario.file, 1, 1), error);
        return None;
    }
    let mut plan = Plan::new(&scenario, None, options.seed, inputs, findings)?;
    if let Some(zone) = lost_zone {
        lose(zone, &mut plan.objects);
    }
    let seed = plan.seed;
    let (setup, mut ledger, _) = resolve::resolve(&plan, findings)?;
    if expects {
        let note = "spec.expect is about the scenario without the copies, and not judged here.";
        ledger.notes.push(note.to_owned());
    }
    if setup.nodes.is_empty() {
        findings.error(None, "the input holds no node for the pods to run on");
    }
    Some(CapacityRun { setup: Arc::new(setup), seed, warnings: Vec::new(), ledger, copies })
}

/// The trees of the copies in order, and their names.
fn copies(templates: &[PodTemplate], rounds: u32) -> (Vec<Tree>, Vec<(String, String, usize)>) {
    let (mut trees, mut names) = (Vec::new(), Vec::new());
    let mut made: BTreeMap<usize, u32> = BTreeMap::new();
    for _ in 0..rounds {
        for (index, template) in templates.iter().enumerate() {
            for _ in 0..template.per_round {
                let number = made.entry(index).or_default();
                let name = format!("{}-copy-{number}", template.name);
                *number += 1;
                let mut tree = template.tree.clone();
                let set = tree.set("/metadata/name", Value::String(name.clone()).into());
                set.expect("a pod's metadata is a mapping");
                trees.push(tree);
                names.push((template.namespace.clone(), name, index));
            }
        }
    }
    (trees, names)
}

/// The entry that creates the copies.
fn apply(pods: Vec<Tree>) -> Tree {
    let mut entry = Tree::from_json(&json!({ "afterSettled": PAUSE }));
    let set = entry.set("/apply", Value::Seq(pods).into());
    set.expect("an entry is a mapping");
    entry
}

/// Takes the nodes of a zone away.
fn lose(zone: &str, objects: &mut Vec<ObjectSource>) {
    let pointer = format!("/metadata/labels/{}", ZONE.replace('/', "~1"));
    objects.retain(|object| {
        object.reference.kind != "node" || object.tree.pointer(&pointer).and_then(Tree::as_str) != Some(zone)
    });
}

fn append(scenario: &mut Document, entry: Tree) -> Result<(), String> {
    let mut timeline =
        scenario.tree.pointer("/spec/timeline").and_then(Tree::as_seq).unwrap_or_default().to_vec();
    timeline.push(entry);
    scenario.tree.set("/spec/timeline", Value::Seq(timeline).into())
}
