//! One scheduling cycle: from a pod to a node, or to the reasons why there is none
//! (`schedulePod` in `pkg/scheduler/schedule_one.go` of kube-scheduler v1.34).
//!
//! This is the plain cycle: it asks every plugin about every node it looks at. It stays as the twin
//! that any faster one is compared with.
//!
//! Where Kubernetes depends on the order in which threads run or a Go map is walked, the rule here is:
//! nodes are filtered one after the other, in the order of the list from `nextStartNodeIndex` on, until
//! one feasible node more than sought is found, as Kubernetes does with `parallelism: 1`; nodes that a
//! PreFilter names are walked in the order of the list.
//!
//! The node that a pod is nominated for is filtered first, alone; only if it is rejected are all nodes looked at.
//!
//! DIFFERENCE: no extenders.

#[cfg(feature = "fault-hash-order")]
mod fault_hash_order;
pub mod fit_error;
pub mod rejections;
pub mod report;
pub mod select_host;

use super::cache::Cache;
use super::framework::{
    Code, CycleContext, CycleState, Framework, NodeSubset, PostFilterCall, PreFiltered, ScoredPlugin, Status,
};
use super::node_info::NodeInfo;
use crate::api::{NodeId, Pod, SchedulerBehaviour};
use crate::kernel::{Draw, Interner};
pub use fit_error::FitError;
pub use rejections::{NodeRejections, Rejections};
pub use report::{CycleReport, NodeReport, PluginScore};
pub use select_host::TieBreak;

/// Below this many nodes every node is looked at (`minFeasibleNodesToFind`).
const MIN_FEASIBLE_NODES_TO_FIND: usize = 100;
/// The adaptive share never falls below this (`minFeasibleNodesPercentageToFind`), in per cent.
const MIN_FEASIBLE_NODES_PERCENTAGE_TO_FIND: i64 = 5;

/// What a cycle works on besides the pod.
pub struct CycleInput<'a> {
    /// What the scheduler knows of the cluster.
    pub cache: &'a mut Cache,
    /// The plugins of the pod's profile.
    pub framework: &'a Framework,
    /// The texts of all symbols.
    pub names: &'a Interner,
    /// Release and gates.
    pub behaviour: SchedulerBehaviour,
    /// The scheduler's `percentageOfNodesToScore`; 0 is adaptive.
    pub percentage_of_nodes_to_score: i32,
    /// How one of several best nodes is chosen.
    pub tie_break: TieBreak<'a>,
}

/// The result of a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleResult {
    /// Where the pod goes, or why nowhere.
    pub outcome: Outcome,
    /// Nodes looked at: feasible and rejected ones.
    pub evaluated: usize,
    /// Feasible nodes found.
    pub feasible: usize,
}

impl CycleResult {
    /// It came to no filter.
    fn early(outcome: Outcome) -> Self {
        Self { outcome, evaluated: 0, feasible: 0 }
    }
}

/// How a cycle ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The pod goes to this node.
    Scheduled {
        /// The node.
        node: NodeId,
        /// Its total score; `None` if it was the only feasible one, which is never scored.
        score: Option<i64>,
    },
    /// No node fits.
    Unschedulable(Box<FitError>),
    /// The cluster has no nodes.
    NoNodes,
    /// A plugin failed.
    Error(Status),
}

impl Outcome {
    /// The message of the event `FailedScheduling`; `None` for a pod that was scheduled.
    pub fn message(&self, names: &Interner) -> Option<String> {
        match self {
            Self::Scheduled { .. } => None,
            Self::Unschedulable(error) => Some(error.message_with_post_filter(names)),
            Self::NoNodes => Some("no nodes available to schedule pods".to_owned()),
            Self::Error(status) => Some(status.message(names)),
        }
    }
}

/// The scheduling cycle with what it carries over from one pod to the next.
#[derive(Clone, Debug, Default)]
pub struct Cycle {
    next_start_node_index: usize,
    state: CycleState,
    subset: Vec<NodeId>,
    feasible: Vec<NodeId>,
    rejected: Vec<(NodeId, Status)>,
    scored: Vec<ScoredPlugin>,
    scores: Vec<i64>,
    totals: Vec<i64>,
    /// What PostFilter leaves to chance is drawn from here.
    post_filter_draw: Option<Draw>,
}

impl Cycle {
    /// A cycle that starts with the first node.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same cycle, in which what PostFilter leaves to chance is drawn; without, the first is taken.
    #[must_use]
    pub fn drawing(self, post_filter_draw: Draw) -> Self {
        Self { post_filter_draw: Some(post_filter_draw), ..self }
    }

    /// Where in the node list the next cycle starts.
    pub fn next_start_node_index(&self) -> usize {
        self.next_start_node_index
    }

    /// Lets the next cycle start there: another kind of cycle ran in between.
    pub fn set_next_start_node_index(&mut self, index: usize) {
        self.next_start_node_index = index;
    }

    /// The nodes that the last cycle looked at: the feasible ones, and those that were rejected, each
    /// in the order in which they were looked at. Both are empty if it never came to the filters.
    pub fn looked_at(&self) -> (&[NodeId], impl Iterator<Item = NodeId>) {
        (&self.feasible, self.rejected.iter().map(|pair| pair.0))
    }

    /// The nodes that the last cycle's filters rejected, and why.
    pub fn rejected(&self) -> &[(NodeId, Status)] {
        &self.rejected
    }

    /// Seeks a node for the pod. Nothing is changed in the cache but its node list is refreshed.
    pub fn schedule(&mut self, pod: &Pod, input: CycleInput<'_>) -> CycleResult {
        input.cache.refresh();
        self.feasible.clear();
        self.rejected.clear();
        let cycle = CycleContext { pod, cache: input.cache, names: input.names, behaviour: input.behaviour };
        let all_nodes = cycle.cache.nodes().len();
        if all_nodes == 0 {
            return CycleResult::early(Outcome::NoNodes);
        }
        let mut pre_filtered = match input.framework.run_pre_filter(&mut self.state, &cycle) {
            Ok(pre_filtered) => pre_filtered,
            Err(status) if status.code == Code::Error => return CycleResult::early(Outcome::Error(status)),
            Err(status) => {
                let error = FitError::from_pre_filter(&cycle, status.clone());
                return CycleResult::early(self.no_node_fits(pod, (error, &status), input));
            }
        };
        if let Some(node) = self.nominated_node(&cycle, input.framework, &mut pre_filtered) {
            self.feasible.push(node);
            return CycleResult {
                outcome: Outcome::Scheduled { node, score: None },
                evaluated: 1,
                feasible: 1,
            };
        }
        let percentage =
            input.framework.percentage_of_nodes_to_score().unwrap_or(input.percentage_of_nodes_to_score);
        self.find_feasible(&cycle, input.framework, &pre_filtered, percentage);
        let evaluated = self.feasible.len() + self.rejected.len();
        self.next_start_node_index = (self.next_start_node_index + evaluated) % all_nodes;
        let outcome = match self.feasible[..] {
            [] => {
                let error = FitError::from_filters(&cycle, &self.rejected, &pre_filtered);
                self.no_node_fits(pod, (error, &pre_filtered.absent_status()), input)
            }
            [node] => Outcome::Scheduled { node, score: None },
            _ => self.choose(&cycle, input.framework, input.tie_break),
        };
        CycleResult { outcome, evaluated, feasible: self.feasible.len() }
    }

    /// Filters the node that the pod is nominated for (`evaluateNominatedNode`); the node, if it passes. If it
    /// does not, the plugin that rejects it is named beside those that named nodes.
    fn nominated_node(
        &mut self,
        cycle: &CycleContext<'_>,
        framework: &Framework,
        pre_filtered: &mut PreFiltered,
    ) -> Option<NodeId> {
        let node = cycle.cache.nominator().node_of(cycle.pod.id)?;
        cycle.cache.node(node)?;
        let info = cycle.cache.node_info(node);
        match framework.run_filters_with_nominated_pods(&self.state, cycle, info) {
            Ok(()) => Some(node),
            Err(status) => {
                pre_filtered.note_rejection(status.plugin);
                self.rejected.push((node, status));
                None
            }
        }
    }

    /// Asks the plugins of PostFilter for a way out, if there are any.
    fn no_node_fits(
        &mut self,
        pod: &Pod,
        (mut error, absent): (FitError, &Status),
        input: CycleInput<'_>,
    ) -> Outcome {
        let CycleInput { cache, framework, names, behaviour, .. } = input;
        if framework.has_post_filter_plugins() {
            let (state, rejected, draw) = (&self.state, &self.rejected[..], self.post_filter_draw.as_mut());
            let call = PostFilterCall {
                pod,
                cache,
                names,
                behaviour,
                state,
                rejected,
                absent,
                handle: framework,
                draw,
            };
            error.post_filter = Some(framework.run_post_filter(call));
        }
        Outcome::Unschedulable(Box::new(error))
    }

    /// Hands the state of the last cycle over to those who follow the pod on its way to its node.
    pub fn take_state(&mut self) -> CycleState {
        std::mem::take(&mut self.state)
    }

    fn find_feasible(
        &mut self,
        cycle: &CycleContext<'_>,
        framework: &Framework,
        pre_filtered: &PreFiltered,
        percentage: i32,
    ) {
        self.subset.clear();
        let order: &[NodeId] = match &pre_filtered.nodes {
            NodeSubset::All => cycle.cache.nodes(),
            NodeSubset::Names(names) => {
                let named =
                    |node: &&NodeId| names.binary_search(&cycle.cache.node_info(**node).node().name).is_ok();
                self.subset.extend(cycle.cache.nodes().iter().filter(named));
                &self.subset
            }
        };
        #[cfg(feature = "fault-hash-order")]
        let order = &fault_hash_order::in_hash_order(order)[..];
        let sought = if framework.has_score_plugins() {
            num_feasible_nodes_to_find(percentage, order.len())
        } else {
            order.len().min(1)
        };
        let nobody_is_nominated = cycle.cache.nominator().is_empty();
        let filters = |state: &CycleState, node: &NodeInfo| {
            if nobody_is_nominated {
                framework.run_filters(state, cycle, node)
            } else {
                framework.run_filters_with_nominated_pods(state, cycle, node)
            }
        };
        // The node that was filtered first is filtered again, and counts once.
        let first = self.rejected.first().map(|rejected| rejected.0);
        for step in 0..order.len() {
            let node = order[(self.next_start_node_index + step) % order.len()];
            match filters(&self.state, cycle.cache.node_info(node)) {
                Ok(()) if self.feasible.len() == sought => break,
                Ok(()) => self.feasible.push(node),
                Err(status) if first == Some(node) => self.rejected[0].1 = status,
                Err(status) => self.rejected.push((node, status)),
            }
        }
    }

    fn choose(
        &mut self,
        cycle: &CycleContext<'_>,
        framework: &Framework,
        tie_break: TieBreak<'_>,
    ) -> Outcome {
        if let Err(status) = self.score_feasible(cycle, framework) {
            return Outcome::Error(status);
        }
        let place = select_host::select_host(cycle, &self.feasible, &self.totals, tie_break);
        Outcome::Scheduled { node: self.feasible[place], score: Some(self.totals[place]) }
    }

    fn score_feasible(&mut self, cycle: &CycleContext<'_>, framework: &Framework) -> Result<(), Status> {
        framework.run_pre_score(&mut self.state, cycle, &self.feasible, &mut self.scored)?;
        self.totals.clear();
        self.totals.resize(self.feasible.len(), 0);
        for &plugin in &self.scored {
            framework.run_score(plugin, &self.state, cycle, &self.feasible, &mut self.scores);
            framework.run_normalize(plugin, &self.state, &mut self.scores)?;
            for (total, score) in self.totals.iter_mut().zip(&self.scores) {
                *total += score * plugin.weight;
            }
        }
        Ok(())
    }
}

/// How many feasible nodes are enough (`numFeasibleNodesToFind`): all below 100 nodes, else the given
/// share, or 50 % less 1 % per 125 nodes where none is given, but never fewer than 5 % or 100 nodes.
pub fn num_feasible_nodes_to_find(percentage: i32, nodes: usize) -> usize {
    if nodes < MIN_FEASIBLE_NODES_TO_FIND {
        return nodes;
    }
    let count = nodes as i64;
    let percentage = match i64::from(percentage) {
        0 => (50 - count / 125).max(MIN_FEASIBLE_NODES_PERCENTAGE_TO_FIND),
        given => given,
    };
    usize::try_from(count * percentage / 100).unwrap_or(0).max(MIN_FEASIBLE_NODES_TO_FIND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_adapts_to_the_number_of_nodes() {
        // Below 100: all. 125 nodes: 49 % = 61, so 100. 1000: 42 %. 5000: 10 %. 6000: 2 % becomes 5 %.
        for (nodes, expected) in [(99, 99), (100, 100), (125, 100), (1000, 420), (5000, 500), (6000, 300)] {
            assert_eq!(num_feasible_nodes_to_find(0, nodes), expected, "{nodes} nodes");
        }
        assert_eq!(num_feasible_nodes_to_find(100, 5000), 5000);
        assert_eq!(num_feasible_nodes_to_find(30, 1000), 300);
    }
}
