//! A full report of a cycle: what every plugin says about every node. Made for explanations and for
//! comparisons with recorded decisions; scheduling itself does not use it.

use super::{Cycle, CycleInput};
use crate::api::{NodeId, Pod};
use crate::kernel::LookupMap;
use crate::scheduler::framework::{
    CycleContext, CycleState, Framework, NodeSubset, PluginId, PreFiltered, ScoredPlugin, Status,
};

/// What every plugin says about every node. No sample is taken: all nodes are filtered, and all that
/// pass are scored, even a single one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CycleReport {
    /// Set if PreFilter rejected the pod as a whole; then `nodes` is empty.
    pub pre_filter: Option<Status>,
    /// Set if a plugin failed while scoring; then no node has scores.
    pub error: Option<Status>,
    /// The nodes, in the order of the node list.
    pub nodes: Vec<NodeReport>,
}

/// What the plugins say about one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeReport {
    /// The node.
    pub node: NodeId,
    /// Why it is rejected; `None` if it is feasible.
    pub rejection: Option<Status>,
    /// It was rejected before the filters, because a PreFilter named other nodes.
    pub excluded_by_pre_filter: bool,
    /// The scores, in the order of the profile; plugins that skipped are missing.
    pub scores: Vec<PluginScore>,
    /// The sum of weighted scores.
    pub total: i64,
}

/// One plugin's score of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PluginScore {
    /// The plugin.
    pub plugin: PluginId,
    /// As the plugin computes it.
    pub raw: i64,
    /// From 0 to 100, after normalization over all feasible nodes.
    pub normalized: i64,
    /// The plugin's weight.
    pub weight: i64,
}

impl PluginScore {
    /// What the score adds to the total.
    pub fn weighted(&self) -> i64 {
        self.normalized * self.weight
    }
}

impl CycleReport {
    /// The feasible nodes, in the order of the node list.
    pub fn feasible(&self) -> impl Iterator<Item = &NodeReport> {
        self.nodes.iter().filter(|node| node.rejection.is_none())
    }

    /// The feasible nodes of the highest total, in the order of the node list.
    pub fn best(&self) -> Vec<&NodeReport> {
        let best = self.feasible().map(|node| node.total).max();
        self.feasible().filter(|node| Some(node.total) == best).collect()
    }
}

impl Cycle {
    /// Asks every plugin about every node. Changes nothing: the next cycle starts where it would have.
    pub fn report(pod: &Pod, input: CycleInput<'_>) -> CycleReport {
        report(pod, input, None)
    }

    /// The same with the scores of a cycle that found these nodes feasible, in this order, and looked
    /// no further: only they are scored, and normalization sees only them.
    pub fn report_on_sample(pod: &Pod, input: CycleInput<'_>, sample: &[NodeId]) -> CycleReport {
        report(pod, input, Some(sample))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "taken like the input of a real cycle")]
fn report(pod: &Pod, input: CycleInput<'_>, sample: Option<&[NodeId]>) -> CycleReport {
    input.cache.refresh();
    let cycle = CycleContext { pod, cache: input.cache, names: input.names, behaviour: input.behaviour };
    let mut state = CycleState::default();
    let pre_filtered = match input.framework.run_pre_filter(&mut state, &cycle) {
        Ok(pre_filtered) => pre_filtered,
        Err(status) => return CycleReport { pre_filter: Some(status), ..CycleReport::default() },
    };
    let nodes = cycle.cache.nodes().iter();
    let nodes = nodes.map(|node| filter(&cycle, (input.framework, &state), &pre_filtered, *node)).collect();
    let mut report = CycleReport { nodes, ..CycleReport::default() };
    report.error = score(&cycle, (input.framework, &mut state), sample, &mut report.nodes).err();
    report
}

fn filter(
    cycle: &CycleContext<'_>,
    (framework, state): (&Framework, &CycleState),
    pre_filtered: &PreFiltered,
    node: NodeId,
) -> NodeReport {
    let info = cycle.cache.node_info(node);
    let excluded_by_pre_filter = match &pre_filtered.nodes {
        NodeSubset::All => false,
        NodeSubset::Names(names) => names.binary_search(&info.node().name).is_err(),
    };
    let rejection = if excluded_by_pre_filter {
        Some(pre_filtered.absent_status())
    } else {
        framework.run_filters_with_nominated_pods(state, cycle, info).err()
    };
    NodeReport { node, rejection, excluded_by_pre_filter, scores: Vec::new(), total: 0 }
}

fn score(
    cycle: &CycleContext<'_>,
    (framework, state): (&Framework, &mut CycleState),
    sample: Option<&[NodeId]>,
    nodes: &mut [NodeReport],
) -> Result<(), Status> {
    let feasible = nodes.iter().filter(|node| node.rejection.is_none()).map(|node| node.node);
    let ids: Vec<NodeId> = sample.map_or_else(|| feasible.collect(), <[NodeId]>::to_vec);
    if ids.is_empty() {
        return Ok(());
    }
    let mut scored: Vec<ScoredPlugin> = Vec::new();
    framework.run_pre_score(state, cycle, &ids, &mut scored)?;
    let mut columns = Vec::new();
    for plugin in scored {
        let mut raw = Vec::new();
        framework.run_score(plugin, state, cycle, &ids, &mut raw);
        let mut normalized = raw.clone();
        framework.run_normalize(plugin, state, &mut normalized)?;
        columns.push((plugin, raw, normalized));
    }
    let mut places: LookupMap<NodeId, usize> = LookupMap::default();
    for (place, id) in ids.iter().enumerate() {
        places.insert(*id, place);
    }
    for node in nodes {
        let Some(&place) = places.get(&node.node) else { continue };
        node.scores.extend(columns.iter().map(|(plugin, raw, normalized)| PluginScore {
            plugin: plugin.plugin,
            raw: raw[place],
            normalized: normalized[place],
            weight: plugin.weight,
        }));
        node.total = node.scores.iter().map(PluginScore::weighted).sum();
    }
    Ok(())
}
