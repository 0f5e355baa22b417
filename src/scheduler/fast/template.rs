//! What is kept for the pods of one template: which columns they share with others, and what is counted
//! for their spread constraints and affinity terms.

use std::sync::Arc;

use super::View;
use super::affinity::Affinity;
use super::bits::Bits;
use super::classes::{ClassId, Classes, Occupancy};
use super::log::{Entry, Log};
use super::spread::{self, HardConstraint, SoftConstraint};
use super::statics::StaticColumn;
use super::topologies::Topologies;
use crate::api::{Pod, SpreadConstraint, WhenUnsatisfiable};
use crate::kernel::Symbol;
use crate::scheduler::cache::changes::Epochs;
use crate::scheduler::framework::{FastColumn, PluginId};
use crate::scheduler::plugins::inter_pod_affinity::InterPodAffinityArgs;
use crate::scheduler::plugins::pod_topology_spread::PodTopologySpreadArgs;
use crate::scheduler::profile::Profile;

/// What the pods of a class change for a template.
#[derive(Clone, Debug, Default)]
struct Effect {
    /// The hard constraints that count them, one bit each.
    hard: u64,
    /// The soft ones.
    soft: u64,
    /// Tallies of affinity terms, with weights.
    tallies: Vec<(usize, i64)>,
}

/// What is known of a class: its place in the list of effects, shifted, or one of these.
const UNKNOWN: u32 = 0;
const NO_EFFECT: u32 = 1;
const FIRST_EFFECT: u32 = 2;

/// Whether a profile filters and scores with the plugin of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    pub(super) filters: bool,
    pub(super) weight: i64,
}

impl Use {
    pub(super) fn of(column: FastColumn, profile: &Profile) -> Self {
        let is_it = |id: PluginId| profile.registry.line(id).fast == Some(column);
        let weight = profile.score.iter().find(|line| is_it(line.0)).map_or(0, |line| line.1);
        Self { filters: profile.filter.iter().any(|id| is_it(*id)), weight }
    }
}

/// The plugins of a profile that look at other pods.
#[derive(Clone, Debug)]
pub(super) struct Relations {
    pub(super) spread: Use,
    pub(super) affinity: Use,
    pub(super) spread_args: PodTopologySpreadArgs,
    pub(super) affinity_args: InterPodAffinityArgs,
}

/// Nodes, pods and domains as all templates see them.
pub(super) struct Surroundings<'a> {
    pub(super) topologies: &'a mut Topologies,
    pub(super) classes: &'a Classes,
    pub(super) log: &'a Log,
    /// The place of each node by its number, or `u32::MAX`.
    pub(super) places: &'a [u32],
}

/// The state of a template.
#[derive(Clone, Debug)]
pub(super) struct Template {
    /// A pod of it. The plugins look at its spec, and its controller where that gives a selector.
    pub(super) pod: Arc<Pod>,
    pub(super) statics: usize,
    pub(super) loads: usize,
    pub(super) hard: Vec<HardConstraint>,
    pub(super) soft: Vec<SoftConstraint>,
    /// The places that scoring by soft constraints looks at; `None`: all of them.
    pub(super) scored: Option<Bits>,
    pub(super) affinity: Option<Affinity>,
    constraints: [Vec<SpreadConstraint>; 2],
    known: Vec<u32>,
    effects: Vec<Effect>,
    cursor: Option<u64>,
    topology_epoch: u64,
    inclusion_epoch: u64,
    pub(super) epochs: Epochs,
}

impl Template {
    pub(super) fn new(pod: &Arc<Pod>, statics: usize, loads: usize) -> Self {
        Self {
            pod: Arc::clone(pod),
            statics,
            loads,
            hard: Vec::new(),
            soft: Vec::new(),
            scored: None,
            affinity: None,
            constraints: [Vec::new(), Vec::new()],
            known: Vec::new(),
            effects: Vec::new(),
            cursor: None,
            topology_epoch: 0,
            inclusion_epoch: 0,
            epochs: Epochs::default(),
        }
    }

    /// Brings the template up to date; whether it was made anew for that.
    pub(super) fn catch_up(
        &mut self,
        relations: &Relations,
        statics: &StaticColumn,
        around: &mut Surroundings<'_>,
        view: &View<'_>,
    ) -> bool {
        let epochs = view.cache.epochs();
        let end = around.log.end();
        let is_current = self.topology_epoch == around.topologies.epoch()
            && self.inclusion_epoch == statics.inclusion_epoch()
            && self.epochs.namespaces == epochs.namespaces
            && (self.epochs.selector_owners == epochs.selector_owners
                || self.constraints == constraints_of(&self.pod, relations, view));
        self.epochs = epochs;
        let changes = self.cursor.filter(|_| is_current).and_then(|cursor| around.log.since(cursor));
        self.cursor = Some(end);
        match changes {
            Some(changes) => {
                for change in changes {
                    self.take(change, around, view);
                }
                false
            }
            None => {
                self.topology_epoch = around.topologies.epoch();
                self.inclusion_epoch = statics.inclusion_epoch();
                self.make(relations, statics, around, view);
                true
            }
        }
    }

    fn take(&mut self, change: &Entry, around: &mut Surroundings<'_>, view: &View<'_>) {
        let Some(class) = change.class else { return };
        let known = self.known.get(class as usize).copied().unwrap_or(UNKNOWN);
        if known == NO_EFFECT {
            return;
        }
        let Some(effect) = self.effect(class, around, view) else { return };
        let counted = Occupancy { pods: i64::from(change.pods), living: i64::from(change.living) };
        self.apply(effect, change.place as usize, counted, around.topologies);
    }

    /// The place of a class's effect in the list; `None` if it has none.
    fn effect(&mut self, class: ClassId, around: &mut Surroundings<'_>, view: &View<'_>) -> Option<usize> {
        if self.known.len() <= class as usize {
            self.known.resize(around.classes.len(), UNKNOWN);
        }
        match self.known[class as usize] {
            NO_EFFECT => return None,
            UNKNOWN => {}
            place => return Some((place - FIRST_EFFECT) as usize),
        }
        let (incoming, other) = (&self.pod.spec, &around.classes.get(class).spec);
        let mut effect = Effect::default();
        for (place, hard) in self.hard.iter().enumerate() {
            effect.hard |= u64::from(spread::counts(&hard.constraint, incoming, other)) << place;
        }
        for (place, soft) in self.soft.iter().enumerate() {
            effect.soft |= u64::from(spread::counts(&soft.constraint, incoming, other)) << place;
        }
        if let Some(affinity) = &mut self.affinity {
            effect.tallies = affinity.effect(&self.pod, other, view.cache, around.topologies);
        }
        if effect.hard == 0 && effect.soft == 0 && effect.tallies.is_empty() {
            self.known[class as usize] = NO_EFFECT;
            return None;
        }
        self.known[class as usize] = FIRST_EFFECT + self.effects.len() as u32;
        self.effects.push(effect);
        Some(self.effects.len() - 1)
    }

    /// Pods of a class with an effect came to a place, or left it. Spreading does not count those that
    /// terminate, affinity does.
    fn apply(&mut self, effect: usize, place: usize, counted: Occupancy, topologies: &Topologies) {
        let effect = &self.effects[effect];
        for (bit, hard) in self.hard.iter_mut().enumerate() {
            if effect.hard >> bit & 1 != 0 {
                hard.add(place, counted.living, topologies);
            }
        }
        for (bit, soft) in self.soft.iter_mut().enumerate() {
            if effect.soft >> bit & 1 != 0 {
                soft.add(place, counted.living, topologies);
            }
        }
        if let Some(affinity) = self.affinity.as_mut().filter(|_| !effect.tallies.is_empty()) {
            affinity.add(&effect.tallies, place, counted.pods, topologies);
        }
    }

    /// Counts everything anew.
    fn make(
        &mut self,
        relations: &Relations,
        statics: &StaticColumn,
        around: &mut Surroundings<'_>,
        view: &View<'_>,
    ) {
        self.constraints = constraints_of(&self.pod, relations, view);
        self.known.clear();
        self.effects.clear();
        let [hard, soft] = self.constraints.clone();
        let mut numbers = |constraints: &[SpreadConstraint]| -> Vec<usize> {
            let keys = constraints.iter().map(|constraint| constraint.topology_key);
            keys.map(|key: Symbol| around.topologies.number(key, view.cache)).collect()
        };
        let (hard_numbers, soft_numbers) = (numbers(&hard), numbers(&soft));
        let spec = &self.pod.spec;
        self.hard = HardConstraint::all(hard, spec, &hard_numbers, around.topologies, statics);
        let hostname = view.cache.known().hostname;
        let all_keys_required =
            !spec.spread_constraints.is_empty() || !relations.spread_args.system_defaulted;
        (self.soft, self.scored) = SoftConstraint::all(
            soft,
            |constraint| constraint.topology_key == hostname,
            all_keys_required,
            &soft_numbers,
            around.topologies,
            statics,
        );
        let uses = (relations.affinity.filters, relations.affinity.weight != 0);
        self.affinity = (uses != (false, false))
            .then(|| Affinity::new(&self.pod, relations.affinity_args, uses, view.cache, around.topologies));
        self.count(around, view);
    }

    fn count(&mut self, around: &mut Surroundings<'_>, view: &View<'_>) {
        let mut candidates: Vec<ClassId> = Vec::new();
        for selector in self.constraints.iter().flatten().filter_map(|line| line.selector.as_ref()) {
            around.classes.candidates(selector, &mut candidates);
        }
        if let Some(affinity) = &self.affinity {
            affinity.candidates(around.classes, &mut candidates);
        }
        candidates.sort_unstable();
        candidates.dedup();
        for class in candidates {
            let nodes = &around.classes.get(class).nodes;
            if nodes.is_empty() {
                continue;
            }
            let Some(effect) = self.effect(class, around, view) else { continue };
            for (node, counted) in nodes {
                let place = around.places.get(node.index()).copied().unwrap_or(u32::MAX);
                if place != u32::MAX {
                    self.apply(effect, place as usize, *counted, around.topologies);
                }
            }
        }
    }

    /// Bytes that are held, roughly.
    pub(super) fn bytes(&self) -> usize {
        let hard: usize = self.hard.iter().map(HardConstraint::bytes).sum();
        let soft: usize = self.soft.iter().map(SoftConstraint::bytes).sum();
        let affinity = self.affinity.as_ref().map_or(0, Affinity::bytes);
        let scored = self.scored.as_ref().map_or(0, |scored| scored.words().len() * 8);
        1024 + hard + soft + affinity + scored + 4 * self.known.len()
    }
}

/// The hard and the soft constraints that hold for a pod, as far as the profile asks for them.
fn constraints_of(pod: &Pod, relations: &Relations, view: &View<'_>) -> [Vec<SpreadConstraint>; 2] {
    let args = &relations.spread_args;
    let of_kind = |used: bool, kind| {
        if used { args.constraints_of(pod, view.cache, kind) } else { Vec::new() }
    };
    [
        of_kind(relations.spread.filters, WhenUnsatisfiable::DoNotSchedule),
        of_kind(relations.spread.weight != 0, WhenUnsatisfiable::ScheduleAnyway),
    ]
}
