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
    /// The plugins' arguments.
    pub args: PluginArgs,
    /// The plugins that the others are among.
    pub registry: Registry,
}
