//! A profile, resolved: which plugins run where, with which weights and arguments.

use super::args::PluginArgs;
use super::plugin_id::PluginId;
use super::registry::Registry;
use crate::kernel::Symbol;

/// A profile, resolved: every plugin at each extension point, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The pods with this `spec.schedulerName` are scheduled by it.
    pub scheduler_name: Symbol,
    /// The profile's own `percentageOfNodesToScore`; `None` takes the scheduler's.
    pub percentage_of_nodes_to_score: Option<i32>,
    /// Who decides whether a pod enters the queue.
    pub pre_enqueue: Vec<PluginId>,
    /// Who runs before the filters. A plugin that filters should stand here too, if it can.
    pub pre_filter: Vec<PluginId>,
    /// The filters.
    pub filter: Vec<PluginId>,
    /// Who runs before scoring. Every plugin that scores stands here too.
    pub pre_score: Vec<PluginId>,
    /// Who scores, with the weight in the total (not 0).
    pub score: Vec<(PluginId, i64)>,
    /// Who looks for a way out where no node fits.
    pub post_filter: Vec<PluginId>,
    /// What a plugin that is left out would say there before the others.
    pub says_at_post_filter: Option<&'static str>,
    /// Who sets aside what a pod needs on its node.
    pub reserve: Vec<PluginId>,
    /// Who lets a pod go on to its node.
    pub permit: Vec<PluginId>,
    /// Who does what has to be done before a pod is bound.
    pub pre_bind: Vec<PluginId>,
    /// Who binds.
    pub bind: Vec<PluginId>,
    /// Who is told that a pod was bound.
    pub post_bind: Vec<PluginId>,
    /// The plugins' arguments.
    pub args: PluginArgs,
    /// The plugins that the others are among.
    pub registry: Registry,
}

impl Profile {
    /// Whether a plugin follows a pod from the choice of its node to its binding, beside the one that binds
    /// it: only then is the cycle's state needed for so long.
    pub fn follows_bindings(&self) -> bool {
        let stages = [&self.reserve, &self.permit, &self.pre_bind, &self.post_bind];
        stages.iter().any(|stage| !stage.is_empty()) || self.bind.len() > 1
    }
}
