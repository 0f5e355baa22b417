//! The plugins, one file (or folder) each, and the list of those that kube-scheduler v1.34 brings with it.
//! A new plugin is its file and its line in [`IN_TREE`].
//!
//! Simulated are all default plugins but those for volumes and dynamic resources.
//!
//! DIFFERENCE: the plugins that later releases add are not known here, nor are those that earlier ones
//! had (`EBSLimits` and its like), whatever release a scenario follows.

pub mod default_binder;
pub mod default_normalize;
pub mod default_preemption;
pub mod image_locality;
pub mod inter_pod_affinity;
pub mod node_affinity;
pub mod node_name;
pub mod node_ports;
pub mod node_resources_balanced_allocation;
pub mod node_resources_fit;
pub mod node_unschedulable;
pub mod pod_topology_spread;
pub mod resource_weights;
pub mod scheduling_gates;
pub mod taint_toleration;
pub mod topology_counts;

use super::framework::{Descriptor, PluginArgs, Point, Registry, Work};

/// All of them, in the order of the default profile, which enables every one.
pub static IN_TREE: [&Descriptor; 19] = [
    &scheduling_gates::DESCRIPTOR,
    // The queue sorts as it does.
    &Descriptor::new("PrioritySort", &[Point::QueueSort], Work::Elsewhere),
    &node_unschedulable::DESCRIPTOR,
    &node_name::DESCRIPTOR,
    &taint_toleration::DESCRIPTOR,
    &node_affinity::DESCRIPTOR,
    &node_ports::DESCRIPTOR,
    &node_resources_fit::DESCRIPTOR,
    &left_out("VolumeRestrictions", &[Point::PreFilter, Point::Filter]),
    &left_out("NodeVolumeLimits", &[Point::PreFilter, Point::Filter]),
    &left_out_with_args("VolumeBinding", &VOLUME_BINDING_POINTS),
    &left_out("VolumeZone", &[Point::PreFilter, Point::Filter]),
    &pod_topology_spread::DESCRIPTOR,
    &inter_pod_affinity::DESCRIPTOR,
    &Descriptor {
        says_at_post_filter: Some("no new claims to deallocate"),
        ..left_out_with_args("DynamicResources", &DYNAMIC_RESOURCES_POINTS)
    },
    &default_preemption::DESCRIPTOR,
    &node_resources_balanced_allocation::DESCRIPTOR,
    &image_locality::DESCRIPTOR,
    &default_binder::DESCRIPTOR,
];

const VOLUME_BINDING_POINTS: [Point; 6] =
    [Point::PreFilter, Point::Filter, Point::Reserve, Point::PreBind, Point::PreScore, Point::Score];
const DYNAMIC_RESOURCES_POINTS: [Point; 6] =
    [Point::PreEnqueue, Point::PreFilter, Point::Filter, Point::PostFilter, Point::Reserve, Point::PreBind];

const fn left_out(name: &'static str, points: &'static [Point]) -> Descriptor {
    Descriptor::new(name, points, Work::LeftOut)
}

/// The same, of a plugin that takes arguments.
const fn left_out_with_args(name: &'static str, points: &'static [Point]) -> Descriptor {
    Descriptor { args: Some(PluginArgs::fill_nothing), ..left_out(name, points) }
}

/// A registry of the plugins that kube-scheduler brings with it. A user adds to it with
/// [`Registry::with`].
pub fn in_tree() -> Registry {
    Registry::new(IN_TREE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_what_the_scheduler_says_it_leaves_out() {
        let left_out: Vec<&str> =
            IN_TREE.iter().filter(|plugin| plugin.is_left_out()).map(|plugin| plugin.name).collect();
        assert_eq!(
            left_out,
            ["VolumeRestrictions", "NodeVolumeLimits", "VolumeBinding", "VolumeZone", "DynamicResources"]
        );
        assert_eq!(in_tree().by_name("EBSLimits"), None);
    }

    /// The types that end in `Args` of `types_pluginargs.go` (`kube-scheduler/config/v1`, v1.34).
    #[test]
    fn eight_plugins_take_arguments() {
        let mut takes: Vec<&str> =
            IN_TREE.iter().filter(|plugin| plugin.takes_args()).map(|plugin| plugin.name).collect();
        takes.sort_unstable();
        assert_eq!(
            takes,
            [
                "DefaultPreemption",
                "DynamicResources",
                "InterPodAffinity",
                "NodeAffinity",
                "NodeResourcesBalancedAllocation",
                "NodeResourcesFit",
                "PodTopologySpread",
                "VolumeBinding"
            ]
        );
    }

    #[test]
    fn only_points_with_one_before_them_need_preparation() {
        for plugin in IN_TREE {
            for point in plugin.needs_preparation {
                let before = if *point == Point::Filter { Point::PreFilter } else { Point::PreScore };
                assert!(
                    matches!(point, Point::Filter | Point::Score) && plugin.points.contains(&before),
                    "{}",
                    plugin.name
                );
            }
        }
    }

    /// Plugins that reject wait for events, and the fast cycle knows all that look at nodes.
    #[test]
    fn the_lines_are_complete() {
        let registry = in_tree();
        for (id, line) in registry.iter().filter(|(_, line)| line.is_simulated()) {
            assert_eq!(registry.by_name(line.name), Some(id));
            let rejects = line.points.contains(&Point::Filter) || line.points.contains(&Point::PreEnqueue);
            assert_eq!(rejects, line.events.is_some(), "{}", line.name);
            let looks_at_nodes = line.points.contains(&Point::Filter) || line.points.contains(&Point::Score);
            assert_eq!(looks_at_nodes, line.fast.is_some(), "{}", line.name);
            assert_eq!(line.default_weight != 0, line.points.contains(&Point::Score), "{}", line.name);
        }
    }
}
