//! A profile: which plugins run where, with which weights and arguments.
//!
//! Follows `KubeSchedulerConfiguration` `kubescheduler.config.k8s.io/v1` of kube-scheduler v1.34: the
//! default plugins ([`IN_TREE`](super::plugins::IN_TREE)), a user's choice merged with them ([`plugins`]), and the order at each
//! point (`expand`).
//!
//! DIFFERENCE: the plugins for volumes and dynamic resources, and extenders,
//! are not simulated; a profile can name them, and leaves them out.

mod expand;
pub mod plugins;

pub use super::framework::{PluginArgs, Point, Profile};
pub use expand::ProfileFault;
pub use plugins::{EnabledPlugin, PluginLists, Plugins};

use super::framework::{Descriptor, PluginId, Registry};
use super::plugins::in_tree;
use crate::kernel::Interner;

/// The scheduler of pods that name no other.
pub const DEFAULT_SCHEDULER_NAME: &str = "default-scheduler";

/// The registry that all profiles of a scheduler share. That they do not is a bug of the caller.
pub fn registry_of(profiles: &[Profile]) -> Registry {
    let Some(first) = profiles.first() else { return in_tree() };
    assert!(
        profiles.iter().all(|profile| profile.registry == first.registry),
        "all profiles of a scheduler have their plugins from one registry"
    );
    first.registry.clone()
}

impl Profile {
    /// The profile `default-scheduler` with all default plugins and arguments.
    pub fn default_scheduler(names: &mut Interner) -> Self {
        names.intern(DEFAULT_SCHEDULER_NAME);
        let (plugins, args) = (Plugins::defaults(), PluginArgs::default());
        Self::from_plugins(DEFAULT_SCHEDULER_NAME, &plugins, args, &in_tree(), names)
            .expect("the default plugins fit together")
    }

    /// The profile of a scheduler from what it enables, defaults included ([`Plugins::merged_with`]), among
    /// the plugins of a registry; arguments that are not set are the defaults. Or why kube-scheduler would
    /// not start with it, or would start and schedule nothing.
    pub fn from_plugins(
        scheduler_name: &str,
        plugins: &Plugins,
        mut args: PluginArgs,
        registry: &Registry,
        names: &mut Interner,
    ) -> Result<Self, ProfileFault> {
        let expansion = expand::expand(plugins, registry, scheduler_name)?;
        expansion.check_queue_sort()?;
        expansion.check_preparation()?;
        let id = |line: &&Descriptor| registry.by_name(line.name).filter(|_| line.is_simulated());
        let simulated = |point| -> Vec<PluginId> { expansion.at(point).iter().filter_map(id).collect() };
        let weighted = |line: &&'static Descriptor| Some((id(line)?, expansion.weight(line)));
        let score: Vec<_> = expansion.at(Point::Score).iter().filter_map(weighted).collect();
        let mut pre_score = simulated(Point::PreScore);
        // These compute for each node what they did not compute before.
        let unprepared = score.iter().map(|line| line.0).filter(|plugin| !pre_score.contains(plugin));
        pre_score.extend(unprepared.collect::<Vec<_>>());
        for fill in registry.iter().filter_map(|(_, line)| line.args) {
            fill(&mut args, names);
        }
        Ok(Self {
            scheduler_name: names.intern(scheduler_name),
            percentage_of_nodes_to_score: None,
            pre_enqueue: simulated(Point::PreEnqueue),
            pre_filter: simulated(Point::PreFilter),
            filter: simulated(Point::Filter),
            pre_score,
            score,
            post_filter: simulated(Point::PostFilter),
            says_at_post_filter: expansion
                .at(Point::PostFilter)
                .iter()
                .filter(|line| line.is_left_out())
                .find_map(|line| line.says_at_post_filter),
            reserve: simulated(Point::Reserve),
            permit: simulated(Point::Permit),
            pre_bind: simulated(Point::PreBind),
            bind: simulated(Point::Bind),
            post_bind: simulated(Point::PostBind),
            args,
            registry: registry.clone(),
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
        assert_eq!(names(&profile.pre_enqueue), ["SchedulingGates", "DefaultPreemption"]);
        assert!(profile.score.iter().all(|line| profile.pre_score.contains(&line.0)));
    }

    #[test]
    fn a_plugin_that_scores_prepares_even_where_that_is_turned_off() {
        let mut custom = Plugins::default();
        custom.at_mut(Point::PreScore).disabled.push("NodeResourcesFit".to_owned());
        let plugins = Plugins::defaults().merged_with(&custom);
        let mut names = Interner::new();
        let profile = Profile::from_plugins("s", &plugins, PluginArgs::default(), &in_tree(), &mut names);
        let profile = profile.expect("starts");
        let fit = profile.registry.by_name("NodeResourcesFit").expect("registered");
        assert!(profile.pre_score.contains(&fit) && profile.score.contains(&(fit, 1)));
    }
}
