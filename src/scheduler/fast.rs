//! The fast scheduling cycle: decides what the plain one ([`super::cycle`]) decides, without asking every
//! plugin about every node.
//!
//! Pods of one template share what is known about the nodes (`template`): columns of what holds for each
//! node (`statics`, `loads`) and counts by domain (`spread`, `affinity`), all kept up to date from
//! the changes of the cache instead of being made anew in each cycle. A cycle then walks over sets of
//! feasible nodes (`sample`), adds up columns (`totals`), and chooses as the plain one does. Every
//! shortcut is exact; the module that takes it says why, and tests hold each decision against the
//! plain cycle's.
//!
//! Where this cycle does not know what a plugin would say (a plugin that is not its own, node names in
//! node affinity, a preference that cannot be read), and where no node fits, so that every reason is to be
//! told, it hands over to the plain cycle.

mod affinity;
mod bits;
mod classes;
mod loads;
mod log;
mod parts;
mod sample;
mod shared;
mod spread;
mod statics;
mod template;
mod templates;
mod topologies;
mod totals;

use self::affinity::{Role, Tally};
use self::sample::{Allowed, Gate};
use self::shared::Shared;
use self::templates::Templates;
use self::totals::Scratch;
use super::cache::Cache;
use super::cycle::select_host::{one_of_the_best, select_host, top_of_heap};
use super::cycle::{Cycle, CycleInput, CycleResult, Outcome, TieBreak, num_feasible_nodes_to_find};
use super::framework::{CycleContext, CycleState};
use super::profile::Profile;
use crate::api::{NodeId, Pod, SchedulerBehaviour};
use crate::kernel::{Draw, Interner};

/// What plugins see beside the pod.
struct View<'a> {
    cache: &'a Cache,
    names: &'a Interner,
    behaviour: SchedulerBehaviour,
}

impl<'a> View<'a> {
    fn cycle(&self, pod: &'a Pod) -> CycleContext<'a> {
        CycleContext { pod, cache: self.cache, names: self.names, behaviour: self.behaviour }
    }
}

/// The fast cycle of a scheduler, with all it keeps from one pod to the next. It must see the same cache
/// every time.
pub struct FastCycle {
    plain: Cycle,
    next_start_node_index: usize,
    profiles: Vec<Templates>,
    shared: Shared,
    scratch: Scratch,
    sample: Vec<u32>,
    handed_over: u64,
}

impl FastCycle {
    /// A cycle for these profiles that starts with the first node.
    pub fn new(profiles: &[Profile]) -> Self {
        Self {
            plain: Cycle::new(),
            next_start_node_index: 0,
            profiles: profiles.iter().map(Templates::new).collect(),
            shared: Shared::default(),
            scratch: Scratch::default(),
            sample: Vec::new(),
            handed_over: 0,
        }
    }

    /// The same cycle with another limit of what it keeps for each profile, in bytes; it decides the same.
    #[must_use]
    pub fn keeping_at_most(mut self, bytes: usize) -> Self {
        self.profiles.iter_mut().for_each(|templates| templates.most_bytes = bytes);
        self
    }

    /// The same cycle, in which what PostFilter leaves to chance is drawn; without, the first is taken.
    #[must_use]
    pub fn drawing(self, post_filter_draw: Draw) -> Self {
        Self { plain: self.plain.drawing(post_filter_draw), ..self }
    }

    /// Where in the node list the next cycle starts.
    pub fn next_start_node_index(&self) -> usize {
        self.next_start_node_index
    }

    /// How many cycles were handed over to the plain one.
    pub fn handed_over(&self) -> u64 {
        self.handed_over
    }

    /// Seeks a node for a pod of a profile, which `input.framework` was made from.
    pub fn schedule(&mut self, pod: &Pod, profile: usize, input: CycleInput<'_>) -> CycleResult {
        input.cache.refresh();
        let is_known = !cfg!(feature = "fault-hash-order") && self.profiles[profile].cover(&pod.spec);
        let is_known = is_known && input.cache.nominator().is_empty();
        if !is_known || input.cache.nodes().is_empty() {
            return self.hand_over(pod, input);
        }
        let view = View { cache: input.cache, names: input.names, behaviour: input.behaviour };
        if self.shared.catch_up(view.cache) {
            self.profiles.iter_mut().for_each(Templates::clear);
        }
        let places = view.cache.nodes().len();
        let sought = if input.framework.has_score_plugins() {
            let own = input.framework.percentage_of_nodes_to_score();
            num_feasible_nodes_to_find(own.unwrap_or(input.percentage_of_nodes_to_score), places)
        } else {
            1
        };
        let template = self.profiles[profile].current(pod, &mut self.shared, &view);
        let evaluated = self.find_feasible(profile, template, (places, sought));
        let templates = &self.profiles[profile];
        let is_odd = templates.loads[templates.list[template].loads].is_odd();
        if self.sample.is_empty() || (is_odd && self.sample.len() > 1) {
            return self.hand_over(pod, input);
        }
        self.next_start_node_index = (self.next_start_node_index + evaluated) % places;
        let feasible = self.sample.len();
        let outcome = if feasible == 1 {
            let node = view.cache.nodes()[self.sample[0] as usize];
            Outcome::Scheduled { node, score: None }
        } else {
            self.choose(pod, (profile, template), &view, input.tie_break)
        };
        CycleResult { outcome, evaluated, feasible }
    }

    /// Hands the state of the last cycle over. Where a plugin is to read it the plain cycle has decided.
    pub fn take_state(&mut self) -> CycleState {
        self.plain.take_state()
    }

    fn hand_over(&mut self, pod: &Pod, input: CycleInput<'_>) -> CycleResult {
        self.handed_over += 1;
        self.plain.set_next_start_node_index(self.next_start_node_index);
        let result = self.plain.schedule(pod, input);
        self.next_start_node_index = self.plain.next_start_node_index();
        result
    }

    /// Fills the sample; how many nodes were looked at.
    fn find_feasible(&mut self, profile: usize, template: usize, (places, sought): (usize, usize)) -> usize {
        let templates = &mut self.profiles[profile];
        let topologies = &self.shared.topologies;
        let template = &mut templates.list[template];
        let limits: Vec<i64> = template.hard.iter_mut().map(spread::HardConstraint::limit).collect();
        let mut gates: Vec<Gate<'_>> = Vec::new();
        for (hard, limit) in template.hard.iter().zip(limits) {
            let topology = topologies.get(hard.topology);
            let allowed = Allowed::UpTo(hard.counts(), limit);
            gates.push(Gate { topology, allowed, missing_passes: false });
        }
        if let Some(affinity) = &template.affinity {
            // The pod may be the first of its group if no pod on a node with one of the keys is in it.
            let is_first = affinity.matches_itself && affinity.of(Role::Affinity).all(Tally::is_zero);
            for tally in affinity.of(Role::Affinity) {
                let topology = topologies.get(tally.topology);
                let allowed = if is_first { Allowed::All } else { Allowed::Any(tally.sums()) };
                gates.push(Gate { topology, allowed, missing_passes: false });
            }
            for tally in affinity.of(Role::AntiAffinity).chain(affinity.of(Role::Existing)) {
                if !tally.is_zero() {
                    let (topology, allowed) = (topologies.get(tally.topology), Allowed::None(tally.sums()));
                    gates.push(Gate { topology, allowed, missing_passes: true });
                }
            }
        }
        let sets = [templates.statics[template.statics].feasible(), templates.loads[template.loads].fits()];
        let start = self.next_start_node_index % places;
        sample::find(sets, &gates, (start, places, sought), &mut self.sample)
    }

    /// Scores the sample and chooses one of the best.
    fn choose(
        &mut self,
        pod: &Pod,
        (profile, template): (usize, usize),
        view: &View<'_>,
        tie_break: TieBreak<'_>,
    ) -> Outcome {
        let templates = &self.profiles[profile];
        let template = &templates.list[template];
        let statics = &templates.statics[template.statics];
        let loads = templates.loads[template.loads].scores();
        let topologies = &self.shared.topologies;
        let relations = &templates.relations;
        totals::totals(template, relations, statics, loads, topologies, &self.sample, &mut self.scratch);
        let node = |place: usize| -> NodeId { view.cache.nodes()[self.sample[place] as usize] };
        let totals = &self.scratch.totals;
        let chosen = match tie_break {
            TieBreak::Random(draw) => one_of_the_best(totals, draw),
            TieBreak::Heap => top_of_heap(totals),
            TieBreak::First => {
                let nodes: Vec<NodeId> = (0..totals.len()).map(node).collect();
                select_host(&view.cycle(pod), &nodes, totals, TieBreak::First)
            }
        };
        Outcome::Scheduled { node: node(chosen), score: Some(totals[chosen]) }
    }
}
