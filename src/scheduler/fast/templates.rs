//! The templates of a profile with the columns that they share.

use std::sync::Arc;

use super::View;
use super::classes::ClassId;
use super::loads::{LoadColumn, LoadKey, LoadParts};
use super::shared::Shared;
use super::statics::{StaticColumn, StaticKey, StaticParts};
use super::template::{Relations, Surroundings, Template, Use};
use crate::api::{Pod, PodSpec, WorkloadKind};
use crate::kernel::{LookupMap, Symbol};
use crate::scheduler::cache::Cache;
use crate::scheduler::framework::{FastColumn, PluginId, Point};
use crate::scheduler::plugins::pod_topology_spread::PodTopologySpreadArgs;
use crate::scheduler::profile::Profile;

/// When more than this is held, in bytes, everything is forgotten and made anew as it is needed, unless
/// another limit is set.
const MOST_BYTES: usize = 192 << 20;

/// Constraints of one kind that a template can have.
const MOST_CONSTRAINTS: usize = 64;

/// A pod's class; and its controller, where that gives it default constraints.
type TemplateKey = (ClassId, Option<(WorkloadKind, Symbol)>);

/// The state of a profile.
pub(super) struct Templates {
    is_covered: bool,
    named_nodes_matter: bool,
    pub(super) relations: Relations,
    static_parts: StaticParts,
    load_parts: LoadParts,
    by_key: LookupMap<TemplateKey, usize>,
    statics_by_key: LookupMap<StaticKey, usize>,
    loads_by_key: LookupMap<LoadKey, usize>,
    pub(super) list: Vec<Template>,
    pub(super) statics: Vec<StaticColumn>,
    pub(super) loads: Vec<LoadColumn>,
    bytes: usize,
    pub(super) most_bytes: usize,
}

impl Templates {
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            is_covered: is_covered(profile),
            named_nodes_matter: has_column(profile, &profile.pre_filter, FastColumn::NodeAffinity),
            relations: Relations {
                spread: Use::of(FastColumn::Spread, profile),
                affinity: Use::of(FastColumn::PodAffinity, profile),
                spread_args: profile.args.of::<PodTopologySpreadArgs>().clone(),
                affinity_args: *profile.args.of(),
            },
            static_parts: StaticParts::new(profile),
            load_parts: LoadParts::new(profile),
            by_key: LookupMap::default(),
            statics_by_key: LookupMap::default(),
            loads_by_key: LookupMap::default(),
            list: Vec::new(),
            statics: Vec::new(),
            loads: Vec::new(),
            bytes: 0,
            most_bytes: MOST_BYTES,
        }
    }

    /// Whether the fast cycle decides about such a pod. It does not where PreFilter may name the nodes, or
    /// a plugin may fail.
    pub(super) fn cover(&self, spec: &PodSpec) -> bool {
        let names_nodes = || {
            let terms = spec.required_node_terms.iter().flatten();
            self.named_nodes_matter && terms.flat_map(|term| &term.fields).next().is_some()
        };
        let may_fail =
            || spec.preferred_node_terms.iter().any(|line| line.weight < 0 || !line.term.is_parsable());
        let args = &self.relations.spread_args;
        self.is_covered
            && spec.spread_constraints.len() <= MOST_CONSTRAINTS
            && args.default_constraints.len() <= MOST_CONSTRAINTS
            && !names_nodes()
            && !may_fail()
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.by_key.clear();
        self.statics_by_key.clear();
        self.loads_by_key.clear();
        self.list.clear();
        self.statics.clear();
        self.loads.clear();
        self.bytes = 0;
    }

    /// The template of a pod, brought up to date with its columns.
    pub(super) fn current(&mut self, pod: &Pod, shared: &mut Shared, view: &View<'_>) -> usize {
        let class = shared.class_of(&pod.spec);
        let takes_defaults = pod.spec.spread_constraints.is_empty()
            && !self.relations.spread_args.default_constraints.is_empty();
        let controller = pod.controller.filter(|_| takes_defaults).map(|owner| (owner.kind, owner.name));
        let key = (class, controller);
        let place = match self.by_key.get(&key) {
            Some(place) => *place,
            None => self.add(key, pod, view),
        };
        self.catch_up(place, shared, view);
        place
    }

    fn add(&mut self, key: TemplateKey, pod: &Pod, view: &View<'_>) -> usize {
        if self.bytes > self.most_bytes {
            self.clear();
        }
        let pod = Arc::new(pod.clone());
        let statics = self.static_column(&pod, view.cache);
        let next = self.loads.len();
        let loads = *self.loads_by_key.get_or_insert_with(LoadKey::of(&pod), || next);
        if loads == next {
            self.loads.push(LoadColumn::new(&pod, &self.load_parts, view));
            self.bytes += 9 * view.cache.nodes().len();
        }
        let place = self.list.len();
        self.by_key.insert(key, place);
        self.list.push(Template::new(&pod, statics, loads));
        place
    }

    fn static_column(&mut self, pod: &Arc<Pod>, cache: &Cache) -> usize {
        let key = StaticKey::of(&pod.spec, cache);
        if let Some(column) = self.statics_by_key.get(&key) {
            return *column;
        }
        let column = self.statics.len();
        self.statics.push(StaticColumn::new(pod, &key));
        self.bytes += 16 * cache.nodes().len();
        self.statics_by_key.insert(key, column);
        column
    }

    fn catch_up(&mut self, place: usize, shared: &mut Shared, view: &View<'_>) {
        if self.list[place].epochs.images != view.cache.epochs().images {
            // Which of the pod's images any node holds may be another matter now.
            let pod = Arc::clone(&self.list[place].pod);
            self.list[place].statics = self.static_column(&pod, view.cache);
        }
        let template = &mut self.list[place];
        let statics = &mut self.statics[template.statics];
        statics.catch_up(&mut self.static_parts, &shared.node_log, view);
        self.loads[template.loads].catch_up(&mut self.load_parts, &shared.loads, &shared.log, view);
        let mut around = Surroundings {
            topologies: &mut shared.topologies,
            classes: &shared.classes,
            log: &shared.log,
            places: &shared.places,
        };
        let was_made = template.catch_up(&self.relations, statics, &mut around, view);
        if was_made {
            self.bytes += template.bytes();
        }
    }
}

/// Whether the fast cycle knows every plugin of a profile, has a place for it, and the plugin looks at the
/// pod before it is asked about nodes (a profile can leave that out; what the plugin then says is for the
/// plain cycle to find out). Plugins that follow a pod to its binding read what the plain cycle wrote.
fn is_covered(profile: &Profile) -> bool {
    let column = |id: &PluginId| profile.registry.line(*id).fast;
    let prepares = |id: &PluginId| profile.registry.line(*id).points.contains(&Point::PreFilter);
    let filters = |id: &PluginId| !prepares(id) || profile.pre_filter.contains(id);
    let scores = |id: &PluginId| column(id) != Some(FastColumn::Node) && profile.pre_score.contains(id);
    let used = profile.pre_filter.iter().chain(&profile.filter).chain(&profile.pre_score);
    let mut columns: Vec<(FastColumn, PluginId)> = Vec::new();
    for id in used {
        let Some(column) = column(id) else { return false };
        if column != FastColumn::Node && columns.iter().any(|(known, by)| *known == column && by != id) {
            return false;
        }
        columns.push((column, *id));
    }
    !profile.follows_bindings()
        && profile.filter.iter().all(filters)
        && profile.score.iter().all(|(id, _)| scores(id))
}

fn has_column(profile: &Profile, list: &[PluginId], column: FastColumn) -> bool {
    list.iter().any(|id| profile.registry.line(*id).fast == Some(column))
}
