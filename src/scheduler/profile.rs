//! A profile: which plugins run where, with which weights and arguments.
//!
//! Follows `KubeSchedulerConfiguration` `kubescheduler.config.k8s.io/v1` of kube-scheduler v1.34: the
//! default plugins ([`in_tree`]), a user's choice merged with them ([`plugins`]), and the order at each
//! point (`expand`).
//!
//! DIFFERENCE: the plugins for volumes and dynamic resources, preemption (DefaultPreemption) and extenders
//! are not simulated; a profile can name them, and leaves them out.

mod expand;
pub mod in_tree;
pub mod plugins;

pub use super::framework::point::Point;
pub use expand::ProfileFault;
pub use in_tree::InTreePlugin;
pub use plugins::{EnabledPlugin, PluginLists, Plugins};

use super::framework::PluginId;
use super::plugins::inter_pod_affinity::InterPodAffinityArgs;
use super::plugins::node_affinity::NodeAffinityArgs;
use super::plugins::node_resources_balanced_allocation::NodeResourcesBalancedAllocationArgs;
use super::plugins::node_resources_fit::NodeResourcesFitArgs;
use super::plugins::pod_topology_spread::PodTopologySpreadArgs;
use crate::kernel::{Interner, Symbol};

/// The scheduler of pods that name no other.
pub const DEFAULT_SCHEDULER_NAME: &str = "default-scheduler";

/// The arguments of the plugins that take any (`pluginConfig`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginArgs {
    /// Of NodeAffinity.
    pub node_affinity: NodeAffinityArgs,
    /// Of NodeResourcesFit.
    pub node_resources_fit: NodeResourcesFitArgs,
    /// Of NodeResourcesBalancedAllocation.
    pub node_resources_balanced_allocation: NodeResourcesBalancedAllocationArgs,
    /// Of PodTopologySpread.
    pub pod_topology_spread: PodTopologySpreadArgs,
    /// Of InterPodAffinity.
    pub inter_pod_affinity: InterPodAffinityArgs,
}

impl PluginArgs {
    /// The defaults.
    pub fn new(names: &mut Interner) -> Self {
        Self {
            node_affinity: NodeAffinityArgs::default(),
            node_resources_fit: NodeResourcesFitArgs::default(),
            node_resources_balanced_allocation: NodeResourcesBalancedAllocationArgs::default(),
            pod_topology_spread: PodTopologySpreadArgs::system(names),
            inter_pod_affinity: InterPodAffinityArgs::default(),
        }
    }
}

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
}

impl Profile {
    /// The profile `default-scheduler` with all default plugins and arguments.
    pub fn default_scheduler(names: &mut Interner) -> Self {
        names.intern(DEFAULT_SCHEDULER_NAME);
        let args = PluginArgs::new(names);
        Self::from_plugins(DEFAULT_SCHEDULER_NAME, &Plugins::defaults(), args, names)
            .expect("the default plugins fit together")
    }

    /// The profile of a scheduler from what it enables, defaults included ([`Plugins::merged_with`]); or
    /// why kube-scheduler would not start with it, or would start and schedule nothing.
    pub fn from_plugins(
        scheduler_name: &str,
        plugins: &Plugins,
        args: PluginArgs,
        names: &mut Interner,
    ) -> Result<Self, ProfileFault> {
        let expansion = expand::expand(plugins, scheduler_name)?;
        expansion.check_preparation()?;
        let simulated = |point| -> Vec<PluginId> {
            expansion.at(point).iter().filter_map(|plugin| plugin.simulated()).collect()
        };
        let weighted = |plugin: &&InTreePlugin| Some((plugin.simulated()?, expansion.weight(plugin)));
        let score: Vec<_> = expansion.at(Point::Score).iter().filter_map(weighted).collect();
        let mut pre_score = simulated(Point::PreScore);
        // These compute for each node what they did not compute before.
        let unprepared = score.iter().map(|line| line.0).filter(|plugin| !pre_score.contains(plugin));
        pre_score.extend(unprepared.collect::<Vec<_>>());
        Ok(Self {
            scheduler_name: names.intern(scheduler_name),
            percentage_of_nodes_to_score: None,
            pre_enqueue: simulated(Point::PreEnqueue),
            pre_filter: simulated(Point::PreFilter),
            filter: simulated(Point::Filter),
            pre_score,
            score,
            args,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_profile_is_that_of_1_34() {
        let profile = Profile::default_scheduler(&mut Interner::new());
        let names = |plugins: &[PluginId]| plugins.iter().map(|id| id.name()).collect::<Vec<_>>();
        assert_eq!(
            names(&profile.pre_filter),
            ["NodeAffinity", "NodePorts", "NodeResourcesFit", "PodTopologySpread", "InterPodAffinity"]
        );
        assert_eq!(
            names(&profile.filter),
            [
                "NodeUnschedulable",
                "NodeName",
                "TaintToleration",
                "NodeAffinity",
                "NodePorts",
                "NodeResourcesFit",
                "PodTopologySpread",
                "InterPodAffinity"
            ]
        );
        let weights: Vec<_> = profile.score.iter().map(|(id, weight)| (id.name(), *weight)).collect();
        assert_eq!(
            weights,
            [
                ("TaintToleration", 3),
                ("NodeAffinity", 2),
                ("NodeResourcesFit", 1),
                ("PodTopologySpread", 2),
                ("InterPodAffinity", 2),
                ("NodeResourcesBalancedAllocation", 1),
                ("ImageLocality", 1)
            ]
        );
        assert_eq!(names(&profile.pre_enqueue), ["SchedulingGates"]);
        assert!(profile.score.iter().all(|line| profile.pre_score.contains(&line.0)));
    }

    #[test]
    fn a_plugin_that_scores_prepares_even_where_that_is_turned_off() {
        let mut custom = Plugins::default();
        custom.at_mut(Point::PreScore).disabled.push("NodeResourcesFit".to_owned());
        let plugins = Plugins::defaults().merged_with(&custom);
        let mut names = Interner::new();
        let args = PluginArgs::new(&mut names);
        let profile = Profile::from_plugins("s", &plugins, args, &mut names).expect("starts");
        let fit = PluginId::by_name("NodeResourcesFit").expect("registered");
        assert!(profile.pre_score.contains(&fit) && profile.score.contains(&(fit, 1)));
    }
}
