//! `spec.workloads`: generators of synthetic objects.

use kubecast_manifest::{Document, Tree, Value};
use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::draw_uses::{ARRIVALS, LIFETIMES};
use super::embedded::Embedded;
use super::error::Findings;
use super::node_pool::MOST_OBJECTS;
use super::objects::ObjectSource;
use super::places::{place_of, text};
use super::run_time;
use super::time::Duration;
use crate::api::coverage::Coverage::{Object, Simulated};
use crate::api::coverage::Field;
use crate::kernel::{Draws, Identity, Seed, SimTime, stable_hash};

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[
    ("arrivals", Object(&[&[("every", Simulated), ("from", Simulated)]])),
    ("count", Simulated),
    ("lifetime", Simulated),
    ("name", Simulated),
    ("template", Simulated),
];

/// What stands for an object's number in a template.
const INDEX: &str = "{index}";
/// Arrivals beyond this, a hundred years, happen then: a horizon comes long before.
const LATEST: SimTime = SimTime(3_155_760_000_000_000_000);

/// Synthetic objects from one template.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Workload {
    /// The generator's name. The objects are named NAME-0, NAME-1 and so on, unless the template has a
    /// `metadata.name` with `{index}` in it.
    #[schemars(length(min = 1), example = &"web")]
    pub(super) name: String,
    /// How many objects. Default 1.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub(super) count: Option<u32>,
    /// The object: a Deployment, ReplicaSet, Pod, Service or any other. `{index}` in any of its texts
    /// (labels and selectors, say) stands for the object's number, from 0.
    #[expect(dead_code, reason = "the tree is read from the same place of the document")]
    pub(super) template: Embedded,
    /// When the objects are created. Default: they are there from the start.
    pub(super) arrivals: Option<Arrivals>,
    /// How long each Pod runs, from running containers until it has succeeded; its restartPolicy must be
    /// Never or OnFailure. Drawn once for each, with the scenario's seed. Default: until it is deleted.
    pub(super) lifetime: Option<Distribution>,
}

/// When the objects of a generator are created.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub(super) struct Arrivals {
    /// The time of the first one. Default 0s.
    pub(super) from: Option<Duration>,
    /// The time from each to the next. A distribution is drawn from once, with the scenario's seed:
    /// every run sees the same arrivals.
    pub(super) every: Distribution,
}

/// What a generator makes: each object, and when it is created if that is not the start.
pub(super) struct Generated {
    /// The object.
    pub(super) object: ObjectSource,
    /// When it is created; `None` is the start.
    pub(super) arrives: Option<SimTime>,
}

impl Workload {
    /// The generator's objects. `pointer` leads to the generator in the scenario.
    pub(super) fn expand(
        &self,
        pointer: &str,
        scenario: &Document,
        seed: Seed,
        findings: &mut Findings,
    ) -> Vec<Generated> {
        let template = scenario.tree.pointer(pointer).and_then(|workload| workload.get("template"));
        let Some(template) = template else { return Vec::new() };
        let count = self.count.unwrap_or(1);
        let base = match self.base(template, count) {
            Ok(base) => base,
            Err(error) => {
                let here = place_of(&scenario.file, template);
                findings.error(here, format!("workload/{}: {error}", self.name));
                return Vec::new();
            }
        };
        let mut arrivals = self.arrivals.as_ref().map(|arrivals| arrivals.times(&self.name, seed));
        let mut generated = Vec::with_capacity(count as usize);
        for index in 0..count {
            let arrives = arrivals.as_mut().map(|times| times.next().unwrap_or(LATEST));
            let mut tree = base.clone();
            put_index(&mut tree, &index.to_string());
            if let Some(lifetime) = &self.lifetime
                && let Err(error) = tree.set(run_time::POINTER, self.run_for(lifetime, index, seed, template))
            {
                findings
                    .error(place_of(&scenario.file, template), format!("workload/{}: {error}", self.name));
                return Vec::new();
            }
            let object = ObjectSource::new(&scenario.file, tree, findings);
            generated.extend(object.map(|object| Generated { object, arrives }));
        }
        generated
    }

    /// The lifetime of one object, as the annotation says it.
    fn run_for(&self, lifetime: &Distribution, index: u32, seed: Seed, template: &Tree) -> Tree {
        let owner = stable_hash(self.name.as_bytes());
        let who = Identity { owner, revision: 0, ordinal: index };
        let drawn = lifetime.0.sample(&mut Draws::new(seed, 0).keyed(LIFETIMES, who, 0));
        text(&format!("{}ns", drawn.0), template)
    }

    /// The template with a name that has the number in it.
    fn base(&self, template: &Tree, count: u32) -> Result<Tree, String> {
        if count > MOST_OBJECTS {
            return Err(format!("{count} objects; at most {MOST_OBJECTS} are possible"));
        }
        let mut base = template.clone();
        match template.pointer("/metadata/name").and_then(Tree::as_str) {
            None => base.set("/metadata/name", text(&format!("{}-{INDEX}", self.name), template))?,
            Some(name) if count > 1 && !name.contains(INDEX) => {
                return Err(format!(
                    "{count} objects would all be named {name:?}; put {INDEX} into the name"
                ));
            }
            Some(_) => {}
        }
        Ok(base)
    }
}

impl Arrivals {
    /// The times of arrival, from the first on, as long as they lie before [`LATEST`].
    fn times(&self, workload: &str, seed: Seed) -> impl Iterator<Item = SimTime> {
        let who = Identity { owner: stable_hash(workload.as_bytes()), revision: 0, ordinal: 0 };
        let mut draw = Draws::new(seed, 0).keyed(ARRIVALS, who, 0);
        let every = self.every.0.clone();
        let first = SimTime(self.from.map_or(0, |from| from.0.0));
        std::iter::successors(Some(first), move |last| {
            last.0.checked_add(every.sample(&mut draw).0).map(SimTime).filter(|time| *time < LATEST)
        })
    }
}

/// Puts an object's number into all texts of a template.
fn put_index(tree: &mut Tree, index: &str) {
    match &mut tree.value {
        Value::String(text) if text.contains(INDEX) => *text = text.replace(INDEX, index),
        Value::Seq(items) => items.iter_mut().for_each(|item| put_index(item, index)),
        Value::Map(entries) => {
            for entry in entries {
                if entry.key.contains(INDEX) {
                    entry.key = entry.key.replace(INDEX, index);
                }
                put_index(&mut entry.value, index);
            }
        }
        _ => {}
    }
}
