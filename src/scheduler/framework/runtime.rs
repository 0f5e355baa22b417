//! A profile's plugins, made and ready to run (`framework/runtime` of kube-scheduler v1.34).

mod binding;
mod nominated;

use super::cycle_state::CycleState;
use super::descriptor::Work;
use super::plugin::{CycleContext, MAX_NODE_SCORE, Plugin, PreFilterOutcome, PreScoreOutcome};
use super::plugin_id::{PluginId, PluginSet};
use super::profile::Profile;
use super::status::{Code, Reason, Status};
use crate::api::{NodeId, Pod};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::node_info::NodeInfo;

struct Instance {
    id: PluginId,
    plugin: Box<dyn Plugin>,
}

/// A score plugin that took part in a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoredPlugin {
    /// Which one.
    pub plugin: PluginId,
    /// Its weight in the total.
    pub weight: i64,
    place: usize,
}

/// Which nodes come into question after PreFilter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeSubset {
    /// Every node.
    All,
    /// Nodes of these names; sorted, without repetitions.
    Names(Vec<Symbol>),
}

/// The result of PreFilter, where no plugin rejected the pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreFiltered {
    /// The nodes that come into question.
    pub nodes: NodeSubset,
    /// The plugins that named nodes, in the order of the registry.
    pub by: Vec<PluginId>,
}

/// The plugins of one profile.
pub struct Framework {
    instances: Vec<Instance>,
    pre_enqueue: Vec<usize>,
    pre_filter: Vec<usize>,
    filter: Vec<usize>,
    pre_score: Vec<usize>,
    score: Vec<(usize, i64)>,
    post_filter: Vec<usize>,
    /// What plugins at PostFilter say that are left out.
    says_at_post_filter: Option<&'static str>,
    reserve: Vec<usize>,
    permit: Vec<usize>,
    pre_bind: Vec<usize>,
    bind: Vec<usize>,
    post_bind: Vec<usize>,
    follows_bindings: bool,
    percentage_of_nodes_to_score: Option<i32>,
}

impl Framework {
    /// Makes the plugins of a profile.
    pub fn new(profile: &Profile) -> Self {
        let mut instances = Vec::new();
        let mut places = |ids: &[PluginId]| -> Vec<usize> {
            ids.iter().map(|id| place_of(&mut instances, *id, profile)).collect()
        };
        let scored: Vec<PluginId> = profile.score.iter().map(|line| line.0).collect();
        let weights = profile.score.iter().map(|line| line.1);
        Self {
            pre_enqueue: places(&profile.pre_enqueue),
            pre_filter: places(&profile.pre_filter),
            filter: places(&profile.filter),
            pre_score: places(&profile.pre_score),
            score: places(&scored).into_iter().zip(weights).collect(),
            says_at_post_filter: profile.says_at_post_filter,
            post_filter: places(&profile.post_filter),
            reserve: places(&profile.reserve),
            permit: places(&profile.permit),
            pre_bind: places(&profile.pre_bind),
            bind: places(&profile.bind),
            post_bind: places(&profile.post_bind),
            follows_bindings: profile.follows_bindings(),
            instances,
            percentage_of_nodes_to_score: profile.percentage_of_nodes_to_score,
        }
    }

    /// The profile's own `percentageOfNodesToScore`, if it has one.
    pub fn percentage_of_nodes_to_score(&self) -> Option<i32> {
        self.percentage_of_nodes_to_score
    }

    /// Whether any plugin scores.
    pub fn has_score_plugins(&self) -> bool {
        !self.score.is_empty()
    }

    /// Whether the pod may enter the queue.
    pub fn run_pre_enqueue(&self, pod: &Pod, names: &Interner) -> Result<(), Status> {
        for &place in &self.pre_enqueue {
            let instance = &self.instances[place];
            instance.plugin.pre_enqueue(pod, names).map_err(|status| status.by(instance.id))?;
        }
        Ok(())
    }

    /// Begins a cycle and runs every PreFilter; `Err` if one rejects the pod as a whole.
    ///
    /// As in Kubernetes, `Unschedulable` lets the remaining plugins run (preemption would need their
    /// state) and the last such rejection counts; any other rejection ends the phase.
    pub fn run_pre_filter(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
    ) -> Result<PreFiltered, Status> {
        state.begin();
        let mut result = PreFiltered { nodes: NodeSubset::All, by: Vec::new() };
        let mut rejection = None;
        for &place in &self.pre_filter {
            let instance = &self.instances[place];
            match instance.plugin.pre_filter(state, cycle).map_err(|status| status.by(instance.id)) {
                Ok(PreFilterOutcome::AllNodes) => {}
                Ok(PreFilterOutcome::Skip) => state.skip_filter.insert(instance.id),
                Ok(PreFilterOutcome::Nodes(names)) => {
                    result.by.push(instance.id);
                    result.by.sort_by_key(|plugin| plugin.place());
                    result.nodes = intersect(result.nodes, names);
                    if result.nodes == NodeSubset::Names(Vec::new()) {
                        return Err(unsatisfied(&result.by).by(instance.id));
                    }
                }
                Err(status) if status.code == Code::Unschedulable => rejection = Some(status),
                Err(status) => return Err(status),
            }
        }
        rejection.map_or(Ok(result), Err)
    }

    /// Runs the filters on a node; the first that rejects ends it.
    pub fn run_filters(
        &self,
        state: &CycleState,
        cycle: &CycleContext<'_>,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        for &place in &self.filter {
            let instance = &self.instances[place];
            if !state.skip_filter.contains(instance.id) {
                instance.plugin.filter(state, cycle, node).map_err(|status| status.by(instance.id))?;
            }
        }
        Ok(())
    }

    /// Runs every filter on a node, also those after one that rejects: all that is in the way.
    /// For explanations; Kubernetes ends with the first.
    pub fn run_all_filters(
        &self,
        state: &CycleState,
        cycle: &CycleContext<'_>,
        node: &NodeInfo,
    ) -> Vec<Status> {
        let asked = self.filter.iter().map(|&place| &self.instances[place]);
        asked
            .filter(|instance| !state.skip_filter.contains(instance.id))
            .filter_map(|instance| Some(instance.plugin.filter(state, cycle, node).err()?.by(instance.id)))
            .collect()
    }

    /// Runs every PreScore and lists the plugins that will score, in order.
    pub fn run_pre_score(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        feasible: &[NodeId],
        scored: &mut Vec<ScoredPlugin>,
    ) -> Result<(), Status> {
        state.skip_score = PluginSet::default();
        for &place in &self.pre_score {
            let instance = &self.instances[place];
            let outcome = instance.plugin.pre_score(state, cycle, feasible);
            if outcome.map_err(|status| status.by(instance.id))? == PreScoreOutcome::Skip {
                state.skip_score.insert(instance.id);
            }
        }
        scored.clear();
        scored.extend(
            self.score
                .iter()
                .filter(|(place, _)| !state.skip_score.contains(self.instances[*place].id))
                .map(|&(place, weight)| ScoredPlugin { plugin: self.instances[place].id, weight, place }),
        );
        Ok(())
    }

    /// One plugin's raw scores of the feasible nodes, in their order.
    pub fn run_score(
        &self,
        plugin: ScoredPlugin,
        state: &CycleState,
        cycle: &CycleContext<'_>,
        feasible: &[NodeId],
        scores: &mut Vec<i64>,
    ) {
        let instance = &self.instances[plugin.place];
        scores.clear();
        scores.extend(
            feasible.iter().enumerate().map(|(place, node)| {
                instance.plugin.score(state, cycle, cycle.cache.node_info(*node), place)
            }),
        );
    }

    /// Normalizes one plugin's scores; an error if one then lies outside 0 to 100.
    pub fn run_normalize(
        &self,
        plugin: ScoredPlugin,
        state: &CycleState,
        scores: &mut [i64],
    ) -> Result<(), Status> {
        let instance = &self.instances[plugin.place];
        instance.plugin.normalize(state, scores);
        match scores.iter().find(|score| !(0..=MAX_NODE_SCORE).contains(*score)) {
            None => Ok(()),
            Some(score) => {
                let text = format!(
                    "plugin \"{}\" returns an invalid score {score}, it should in the range of [0, 100] after normalizing",
                    plugin.plugin.name()
                );
                Err(Status::new(Code::Error, Reason::Message(text.into())).by(plugin.plugin))
            }
        }
    }
}

fn place_of(instances: &mut Vec<Instance>, id: PluginId, profile: &Profile) -> usize {
    if let Some(place) = instances.iter().position(|instance| instance.id == id) {
        return place;
    }
    let Work::Plugin(build) = profile.registry.line(id).work else {
        unreachable!("a profile lists simulated plugins only");
    };
    let plugin = build(&profile.args);
    instances.push(Instance { id, plugin });
    instances.len() - 1
}

fn intersect(nodes: NodeSubset, mut names: Vec<Symbol>) -> NodeSubset {
    names.sort_unstable();
    names.dedup();
    if let NodeSubset::Names(earlier) = nodes {
        names.retain(|name| earlier.binary_search(name).is_ok());
    }
    NodeSubset::Names(names)
}

fn unsatisfied(by: &[PluginId]) -> Status {
    let mut plugins: Vec<&str> = by.iter().map(|plugin| plugin.name()).collect();
    plugins.sort_unstable();
    let text = if plugins.len() == 1 {
        format!("node(s) didn't satisfy plugin {}", plugins[0])
    } else {
        format!("node(s) didn't satisfy plugin(s) [{}] simultaneously", plugins.join(" "))
    };
    Status::new(Code::UnschedulableAndUnresolvable, Reason::Message(text.into()))
}

impl PreFiltered {
    /// A plugin rejected a node before the others were looked at. kube-scheduler keeps that in the same set as
    /// the plugins that named nodes, and its message names them alike.
    pub fn note_rejection(&mut self, plugin: PluginId) {
        if !self.by.contains(&plugin) {
            self.by.push(plugin);
            self.by.sort_by_key(|plugin| plugin.place());
        }
    }

    /// The status of a node that is not among the named ones.
    pub fn absent_status(&self) -> Status {
        let mut plugins: Vec<&str> = self.by.iter().map(|plugin| plugin.name()).collect();
        plugins.sort_unstable();
        let text = format!("node(s) didn't satisfy plugin(s) [{}]", plugins.join(" "));
        let status = Status::new(Code::UnschedulableAndUnresolvable, Reason::Message(text.into()));
        self.by.first().map_or(status.clone(), |plugin| status.by(*plugin))
    }
}
