//! The plugins of a profile whose answer about a node depends on that node alone, asked once for each
//! template and node instead of once a cycle.
//!
//! They are the profile's own plugins, made a second time: what a column holds is what the plain cycle
//! would hear from them. This is exact because each of them looks at the pod's spec and at the one node
//! only (ImageLocality also at how many nodes hold an image, which the columns watch).

use crate::api::NodeId;
use crate::scheduler::framework::{
    CycleContext, CycleState, Descriptor, FastColumn, MAX_NODE_SCORE, Plugin, PluginId, PreFilterOutcome,
    PreScoreOutcome, Work,
};
use crate::scheduler::profile::Profile;

/// A plugin with what the profile uses it for.
pub(super) struct Part {
    plugin: Box<dyn Plugin>,
    state: CycleState,
    filters: bool,
    weight: Option<i64>,
    skip_filter: bool,
    skip_score: bool,
}

impl Part {
    /// The plugins of this column that the profile uses on nodes.
    pub(super) fn all(column: FastColumn, profile: &Profile) -> impl Iterator<Item = Self> {
        let lines = profile.registry.iter().filter(move |(_, line)| line.fast == Some(column));
        lines.filter_map(|(id, line)| Self::new(id, line, profile))
    }

    /// The plugin of this column; `None` if the profile does not use it on nodes.
    pub(super) fn of(column: FastColumn, profile: &Profile) -> Option<Self> {
        Self::all(column, profile).next()
    }

    fn new(id: PluginId, line: &Descriptor, profile: &Profile) -> Option<Self> {
        let filters = profile.filter.contains(&id);
        let weight = profile.score.iter().find(|line| line.0 == id).map(|line| line.1);
        if !filters && weight.is_none() {
            return None;
        }
        let Work::Plugin(build) = line.work else { return None };
        let plugin = build(&profile.args);
        Some(Self {
            plugin,
            state: CycleState::default(),
            filters,
            weight,
            skip_filter: false,
            skip_score: false,
        })
    }

    /// Looks at the pod; a pod that is handed over to the plain cycle was sorted out before, so nothing
    /// is rejected here.
    pub(super) fn prepare(&mut self, cycle: &CycleContext<'_>) {
        if self.filters {
            self.skip_filter = self.plugin.pre_filter(&mut self.state, cycle) == Ok(PreFilterOutcome::Skip);
        }
        if self.weight.is_some() {
            self.skip_score = self.plugin.pre_score(&mut self.state, cycle, &[]) == Ok(PreScoreOutcome::Skip);
        }
    }

    /// Whether the plugin lets the pod onto a node.
    pub(super) fn admits(&self, cycle: &CycleContext<'_>, node: NodeId) -> bool {
        !self.filters
            || self.skip_filter
            || self.plugin.filter(&self.state, cycle, cycle.cache.node_info(node)).is_ok()
    }

    /// The plugin's raw score of a node; 0 where it gives none.
    pub(super) fn raw(&self, cycle: &CycleContext<'_>, node: NodeId) -> i64 {
        if self.weight.is_none() || self.skip_score {
            return 0;
        }
        self.plugin.score(&self.state, cycle, cycle.cache.node_info(node), 0)
    }

    /// What the plugin adds to a node's total, if it does not normalize; `None` if the score is none that
    /// the framework lets pass.
    pub(super) fn weighted(&self, cycle: &CycleContext<'_>, node: NodeId) -> Option<i64> {
        let raw = self.raw(cycle, node);
        (0..=MAX_NODE_SCORE).contains(&raw).then(|| raw * self.weight.unwrap_or(0))
    }

    /// Whether the profile uses it as a filter.
    pub(super) fn filters(&self) -> bool {
        self.filters
    }

    /// The weight of the plugin's scores for this pod; 0 where it gives none.
    pub(super) fn weight(&self) -> i64 {
        if self.skip_score { 0 } else { self.weight.unwrap_or(0) }
    }
}
