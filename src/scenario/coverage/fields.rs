//! Each object held against what the models declare of its fields.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use kubecast_manifest::{Tree, Value};

use super::registry::{self, KindCoverage};
use super::settings::SCENARIO;
use crate::api::coverage::{Coverage, Missing, Reach, Shape, declared, says_something};
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;

/// What is left out of the objects of an input, gathered object by object.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    /// By what is left out.
    pub(super) found: BTreeMap<String, Found>,
    /// What changes nothing, by kind: how many objects, and why.
    pub(super) irrelevant: BTreeMap<String, (usize, &'static str)>,
}

/// One thing that is left out, and who has it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// What it would do.
    pub(super) effect: String,
    /// How far it reaches.
    pub(super) reach: Reach,
    /// Pods that are there and run or wait.
    pub(super) pods: usize,
    /// Those of them that wait for a node.
    pub(super) waiting: usize,
    /// The workloads of the pods.
    pub(super) owners: BTreeSet<Reference>,
    /// Other objects.
    pub(super) others: BTreeSet<Reference>,
}

impl Fields {
    /// Looks at an object of an input. `owner` is its workload, if it is a pod of one.
    pub(super) fn look(&mut self, source: &ObjectSource, owner: Option<&Reference>) {
        let api_version = source.tree.get_str("apiVersion").unwrap_or_default();
        let mut left_out = LeftOut::default();
        match registry::coverage_of(api_version, source.kind()) {
            None => left_out.note(&registry::CUSTOM),
            Some(KindCoverage::Irrelevant(why)) => {
                self.irrelevant.entry(source.kind().to_owned()).or_insert((0, why)).0 += 1;
            }
            Some(KindCoverage::Gap(missing)) => left_out.note(&missing),
            Some(KindCoverage::Fields(_)) if runs_nothing(source) => {}
            Some(KindCoverage::Fields(shape)) => left_out.walk("", &source.tree, shape),
        }
        for (what, (effect, reach)) in left_out.0 {
            let found = self.found.entry(what.into_owned()).or_insert_with(|| Found::new(effect, reach));
            found.hold(source, owner);
        }
    }
}

impl Fields {
    /// Looks at the settings of a scenario.
    pub(super) fn look_at_settings(&mut self, scenario: &Tree) {
        let mut left_out = LeftOut::default();
        left_out.walk("", scenario, SCENARIO);
        for (what, (effect, reach)) in left_out.0 {
            self.found.entry(what.into_owned()).or_insert_with(|| Found::new(effect, reach));
        }
    }
}

impl Found {
    fn new(effect: Cow<'static, str>, reach: Reach) -> Self {
        let (owners, others) = (BTreeSet::new(), BTreeSet::new());
        Self { effect: effect.into_owned(), reach, pods: 0, waiting: 0, owners, others }
    }

    fn hold(&mut self, source: &ObjectSource, owner: Option<&Reference>) {
        if source.reference.kind == "pod" {
            self.pods += 1;
            self.waiting += usize::from(source.tree.pointer("/spec/nodeName").is_none());
            self.owners.extend(owner.cloned());
        } else {
            self.others.insert(source.reference.clone());
        }
    }

    /// `3 pods`; `2` of a kind; `deployment/default/web` where a template alone has it.
    pub(super) fn count(&self) -> String {
        match (self.pods, self.others.len()) {
            (1, _) => "1 pod".to_owned(),
            (0, 1) => self.others.first().map(ToString::to_string).unwrap_or_default(),
            (0, several) => several.to_string(),
            (pods, _) => format!("{pods} pods"),
        }
    }
}

/// Old ReplicaSets of a Deployment make no pods, and the pods of the newest are there themselves; a pod that has ended takes
/// no room.
fn runs_nothing(source: &ObjectSource) -> bool {
    match source.reference.kind.as_str() {
        "pod" => has_ended(&source.tree),
        "replicaset" => is_owned(&source.tree),
        _ => false,
    }
}

/// What is left out of one object, each thing once.
#[derive(Default)]
struct LeftOut(BTreeMap<Cow<'static, str>, (Cow<'static, str>, Reach)>);

impl LeftOut {
    fn note(&mut self, missing: &Missing) {
        self.0.insert(missing.what.into(), (missing.effect.into(), missing.reach));
    }

    fn walk(&mut self, way: &str, tree: &Tree, shape: Shape) {
        match &tree.value {
            Value::Seq(items) => items.iter().for_each(|item| self.walk(way, item, shape)),
            Value::Map(entries) => {
                for entry in entries.iter().filter(|entry| says_something(&entry.value)) {
                    self.field(way, &entry.key, (&entry.value, tree), shape);
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, way: &str, name: &str, (value, around): (&Tree, &Tree), shape: Shape) {
        match declared(shape, name) {
            Some(Coverage::Gap(missing)) => self.note(&missing),
            Some(Coverage::GapIf(test, missing)) if test(value, around) => self.note(&missing),
            Some(Coverage::Simulated | Coverage::Irrelevant(_) | Coverage::GapIf(..)) => {}
            Some(Coverage::Object(inner)) => self.walk(&format!("{way}{name}."), value, inner),
            None => {
                let what = format!("the field {way}{name}");
                self.0.insert(what.into(), ("no model here knows it".into(), Reach::NewPods));
            }
        }
    }
}

fn has_ended(pod: &Tree) -> bool {
    let phase = pod.pointer("/status/phase").and_then(Tree::as_str);
    phase.is_some_and(|phase| phase == "Succeeded" || phase == "Failed")
}

fn is_owned(object: &Tree) -> bool {
    object.pointer("/metadata/ownerReferences").is_some_and(says_something)
}
