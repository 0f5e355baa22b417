//! A variant in documents: overrides applied, generators carried out, nothing decoded but the
//! scenario itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubecast_manifest::{Document, Tree, decode};

use super::Ask;
use super::api_version::API_VERSION;
use super::change;
use super::directory::Directory;
use super::document::ScenarioDocument;
use super::error::{Findings, Place, did_you_mean};
use super::expectation::Expectation;
use super::inputs::Inputs;
use super::kubelets::{self, KubeletPlan};
use super::manifests;
use super::names;
use super::objects::{self, ObjectSource};
use super::operation::registry::VERBS;
use super::overrides::{self, Override};
use super::places::{place, place_of};
use super::release::ClusterRelease;
use crate::kernel::{Seed, SimTime};
use crate::measures::Measure;

/// Everything that a variant is made of.
pub(super) struct Plan {
    /// The scenario's tree, for places.
    pub(super) scenario: Document,
    /// The scenario.
    pub(super) document: ScenarioDocument,
    /// The seed of all draws.
    pub(super) seed: Seed,
    /// What the answer is to be about.
    pub(super) ask: Ask,
    /// The release that is followed.
    pub(super) release: ClusterRelease,
    /// What is there at the start.
    pub(super) objects: Vec<ObjectSource>,
    /// The machines and the configurations of kubelets, by entry.
    pub(super) kubelets: Vec<Option<KubeletPlan>>,
    /// What generators create later, in order of time.
    pub(super) arrivals: Vec<(SimTime, ObjectSource)>,
    /// What entries of the timeline apply, by the entry's number.
    pub(super) applied: BTreeMap<usize, Vec<ObjectSource>>,
    /// The configurations with which entries of the timeline restart kubelets, by the entry's number.
    pub(super) configurations: BTreeMap<usize, ObjectSource>,
}

/// The scenario of an input that has none: the objects, and defaults.
pub(super) fn implicit_scenario(name: &str) -> Document {
    let json = serde_json::json!({"apiVersion": API_VERSION, "kind": "Scenario", "metadata": {"name": name}});
    Document { file: name.into(), tree: Tree::from_json(&json) }
}

/// Decodes and checks a scenario's tree.
pub(super) fn decode_scenario(scenario: &Document, findings: &mut Findings) -> Option<ScenarioDocument> {
    let before = findings.errors.len();
    let document = match decode::<ScenarioDocument>(&scenario.tree) {
        Ok((document, unknown)) => {
            for field in unknown {
                let known = if is_operation(&field.path) {
                    format!("; operations are {}", VERBS.join(", "))
                } else {
                    String::new()
                };
                findings.error(place(&scenario.file, field.line, field.column), format!("{field}{known}"));
            }
            document
        }
        Err(error) => {
            findings.error(place(&scenario.file, error.line, error.column), error.to_string());
            return None;
        }
    };
    refuse_bad_names(scenario, "nodePools", findings);
    refuse_bad_names(scenario, "kubelets", findings);
    refuse_bad_names(scenario, "workloads", findings);
    refuse_bad_names(scenario, "serviceIPs/apiServers", findings);
    refuse_bad_names(scenario, "serviceIPs/services", findings);
    refuse_bad_names(scenario, "variants", findings);
    if document.spec.max_events == Some(0) {
        let here = scenario.tree.pointer("/spec/maxEvents").and_then(|tree| place_of(&scenario.file, tree));
        findings.error(here, "spec.maxEvents: at least 1");
    }
    (findings.errors.len() == before).then_some(document)
}

/// Whether an unknown field stands where an entry of the timeline has its operation.
fn is_operation(path: &str) -> bool {
    path.strip_prefix("spec.timeline[")
        .and_then(|rest| rest.split_once("]."))
        .is_some_and(|(_, field)| !field.contains(['.', '[']))
}

/// Entries of a list are addressed by name: each has one of its own. Those of variants become folders.
fn refuse_bad_names(scenario: &Document, list: &str, findings: &mut Findings) {
    let items = scenario.tree.pointer(&format!("/spec/{list}")).and_then(Tree::as_seq).unwrap_or_default();
    let field = format!("spec.{}", list.replace('/', "."));
    let fault_of = if list == "variants" { names::folder_fault } else { names::fault };
    for (index, item) in items.iter().enumerate() {
        let name = item.get_str("name").unwrap_or_default();
        let here = place_of(&scenario.file, item.get("name").unwrap_or(item));
        let others = || items[..index].iter().filter_map(|other| other.get_str("name"));
        if let Some(fault) = fault_of(name) {
            findings.error(here, format!("{field}[{index}].name: {name:?} is no name; {fault}"));
        } else if others().any(|other| other == name) {
            findings.error(here, format!("{field}: two entries are named {name:?}"));
        } else if let Some(other) = names::alike(name, others()) {
            let message = format!(
                "{field}: {other:?} and {name:?} differ in case alone, and many file systems take them for one; \
                 rename one of them"
            );
            findings.error(here, message);
        }
    }
}

impl Plan {
    /// Makes the plan of a variant (`None`: the scenario as written).
    pub(super) fn new(
        base: &Document,
        variant: Option<usize>,
        seed: Option<u64>,
        inputs: &mut Inputs<'_>,
        findings: &mut Findings,
    ) -> Option<Self> {
        let mut overrides =
            variant.map_or_else(Vec::new, |index| overrides::of_variant(base, index, findings));
        let (set, nowhere) = (inputs.set.clone(), Arc::from(""));
        overrides.extend(set.iter().filter_map(|entry| Override::of(&nowhere, entry, findings)));
        Self::with(base, &overrides, seed, inputs, findings)
    }

    /// Makes the plan of a scenario with these values.
    pub(super) fn with(
        base: &Document,
        overrides: &[Override<'_>],
        seed: Option<u64>,
        inputs: &mut Inputs<'_>,
        findings: &mut Findings,
    ) -> Option<Self> {
        let mut scenario = base.clone();
        overrides::apply_to_scenario(overrides, &mut scenario, findings);
        let document = decode_scenario(&scenario, findings)?;
        let seed = Seed(seed.or(document.spec.seed).unwrap_or(1));
        let mut plan = Self {
            ask: Ask::default(),
            release: ClusterRelease::UNKNOWN,
            objects: inputs.objects.clone(),
            kubelets: Vec::new(),
            arrivals: Vec::new(),
            applied: BTreeMap::new(),
            configurations: BTreeMap::new(),
            scenario,
            document,
            seed,
        };
        plan.gather(inputs, findings);
        plan.take_change(&inputs.change);
        let mut all: Vec<&mut ObjectSource> = plan.objects.iter_mut().collect();
        all.extend(plan.arrivals.iter_mut().map(|(_, object)| object));
        all.extend(plan.applied.values_mut().flatten());
        overrides::apply_to_objects(overrides, &mut all, findings);
        objects::refuse_duplicates(&mut plan.objects, findings);
        objects::sort(&mut plan.objects);
        let written = plan.document.spec.kubernetes_version.as_deref();
        let release = ClusterRelease::of(inputs.asked, written, inputs.server.as_ref(), &plan.objects);
        plan.release = release.map_err(|error| plan.fault("kubernetesVersion", &error, findings)).ok()?;
        Some(plan)
    }

    /// What `--apply` changes comes first of all that is created later.
    fn take_change(&mut self, change: &[ObjectSource]) {
        let changed = change.iter().map(|object| {
            let live = self.objects.iter().find(|live| live.reference == object.reference);
            (SimTime(0), change::onto(live, object))
        });
        let mut changed: Vec<_> = changed.collect();
        changed.sort_by(|(_, one), (_, other)| one.reference.cmp(&other.reference));
        self.arrivals.splice(0..0, changed);
    }

    fn gather(&mut self, inputs: &mut Inputs<'_>, findings: &mut Findings) {
        let spec = &self.document.spec;
        let listed = manifests::of_list(&spec.manifests, "/spec/manifests", &self.scenario, inputs, findings);
        self.objects.extend(listed);
        for (index, pool) in spec.node_pools.iter().enumerate() {
            self.objects.extend(pool.expand(&format!("/spec/nodePools/{index}"), &self.scenario, findings));
        }
        self.kubelets = kubelets::gather(&spec.kubelets, &self.scenario, inputs, findings);
        for (index, workload) in spec.workloads.iter().enumerate() {
            let pointer = format!("/spec/workloads/{index}");
            for generated in workload.expand(&pointer, &self.scenario, self.seed, findings) {
                match generated.arrives {
                    None => self.objects.push(generated.object),
                    Some(time) => self.arrivals.push((time, generated.object)),
                }
            }
        }
        for (index, trace) in spec.traces.iter().enumerate() {
            let pointer = format!("/spec/traces/{index}");
            for generated in trace.expand(&pointer, &self.scenario, inputs, findings) {
                match generated.arrives {
                    None => self.objects.push(generated.object),
                    Some(time) => self.arrivals.push((time, generated.object)),
                }
            }
        }
        self.arrivals.sort_by_key(|(time, _)| *time);
        for (index, entry) in spec.timeline.iter().enumerate() {
            if let Some(manifests) = &entry.apply {
                let pointer = format!("/spec/timeline/{index}/apply");
                let applied = manifests::of_manifests(manifests, &pointer, &self.scenario, inputs, findings);
                self.applied.insert(index, applied);
            }
            let restart = entry.restart_kubelets.as_ref();
            if let Some(written) = restart.and_then(|restart| restart.configuration.as_ref()) {
                let pointer = format!("/spec/timeline/{index}/restartKubelets/configuration");
                let read = kubelets::configuration_of(written, &pointer, &self.scenario, inputs, findings);
                self.configurations.extend(read.map(|read| (index, read)));
            }
        }
    }

    /// The objects of the beginning, and those that come later.
    pub(super) fn all_objects(&self) -> impl Iterator<Item = &ObjectSource> {
        let arrivals = self.arrivals.iter().map(|(_, object)| object);
        self.objects.iter().chain(arrivals).chain(self.applied.values().flatten())
    }

    /// Tells what is wrong with a field of the scenario's `spec`.
    pub(super) fn fault(&self, field: &str, error: &str, findings: &mut Findings) {
        findings.error(self.place_at(&format!("/spec/{field}")), format!("spec.{field}: {error}"));
    }

    /// The tree at a JSON pointer of the scenario, or the scenario's own.
    pub(super) fn place_at(&self, pointer: &str) -> Option<Place> {
        let tree = self.scenario.tree.pointer(pointer).unwrap_or(&self.scenario.tree);
        place_of(&self.scenario.file, tree)
    }
}

/// The names of a scenario's variants; none without `spec.variants`.
pub(super) fn variant_names(scenario: &Document) -> Vec<String> {
    let variants = scenario.tree.pointer("/spec/variants").and_then(Tree::as_seq).unwrap_or_default();
    variants.iter().map(|variant| variant.get_str("name").unwrap_or_default().to_owned()).collect()
}

/// The entries of `spec.expect`, checked against the names of the variants.
pub(super) fn expectations(
    scenario: &Document,
    document: &ScenarioDocument,
    (variants, measures): (&[String], &[Measure]),
    findings: &mut Findings,
) -> Vec<Expectation> {
    let mut expectations = Vec::with_capacity(document.spec.expect.len());
    for (index, entry) in document.spec.expect.iter().enumerate() {
        let tree = scenario.tree.pointer(&format!("/spec/expect/{index}"));
        let place = tree.and_then(|tree| place_of(&scenario.file, tree));
        let known = entry.variant.as_deref().map_or(Ok(()), |name| check_variant_name(name, variants));
        match known.and_then(|()| entry.check(measures, place.clone())) {
            Ok(expectation) => expectations.push(expectation),
            Err(error) => findings.error(place, format!("spec.expect[{index}]: {error}")),
        }
    }
    expectations
}

fn check_variant_name(name: &str, variants: &[String]) -> Result<(), String> {
    if variants.iter().any(|variant| variant == name) {
        return Ok(());
    }
    let hint = did_you_mean(name, variants.iter().map(String::as_str));
    Err(format!("there is no variant {name:?}{hint}"))
}

/// Tells of expectations of a variant about objects that are never there.
pub(super) fn check_subjects(
    expectations: &[Expectation],
    variant: Option<&str>,
    directory: &Directory,
    findings: &mut Findings,
) {
    for expectation in expectations {
        let concerns = expectation.variant.is_none() || expectation.variant.as_deref() == variant;
        let Some(of) = expectation.of.as_ref().filter(|_| concerns) else { continue };
        if !directory.was_ever(of)
            && let Err(error) = directory.find(of)
        {
            findings.error(expectation.place.clone(), error);
        }
    }
}
