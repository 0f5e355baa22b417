//! The plugins that kube-scheduler v1.34 brings with it: at which points each can stand, and what the
//! default profile does with it (`framework/plugins`, and `default_plugins.go` of
//! `kubescheduler.config.k8s.io/v1`).
//!
//! DIFFERENCE: the plugins that later releases add are not known here, nor are those that earlier ones
//! had (`EBSLimits` and its like), whatever release a scenario follows.

use crate::scheduler::framework::PluginId;
use crate::scheduler::framework::point::Point;

/// A plugin of kube-scheduler, simulated or not.
#[derive(Debug, PartialEq, Eq)]
pub struct InTreePlugin {
    /// Its name.
    pub name: &'static str,
    /// Its weight in the default profile; 0 if it has none.
    pub default_weight: i32,
    /// Where it can stand.
    pub points: &'static [Point],
    /// Points at which it fails every pod if it does not stand at the point before (`preFilter` for
    /// `filter`, `preScore` for `score`), since it finds no state in the cycle. Others compute there what
    /// is missing.
    pub needs_preparation: &'static [Point],
}

use Point::{Bind, Filter, PostFilter, PreBind, PreEnqueue, PreFilter, PreScore, QueueSort, Reserve, Score};

const fn plugin(name: &'static str, points: &'static [Point]) -> InTreePlugin {
    InTreePlugin { name, default_weight: 0, points, needs_preparation: &[] }
}

const fn scored(
    name: &'static str,
    default_weight: i32,
    points: &'static [Point],
    needs_preparation: &'static [Point],
) -> InTreePlugin {
    InTreePlugin { name, default_weight, points, needs_preparation }
}

const FILTER_AND_SCORE: &[Point] = &[PreFilter, Filter, PreScore, Score];

/// All of them, in the order of the default profile, which enables every one.
pub const IN_TREE: [InTreePlugin; 19] = [
    plugin("SchedulingGates", &[PreEnqueue]),
    plugin("PrioritySort", &[QueueSort]),
    plugin("NodeUnschedulable", &[Filter]),
    plugin("NodeName", &[Filter]),
    scored("TaintToleration", 3, &[Filter, PreScore, Score], &[Score]),
    scored("NodeAffinity", 2, FILTER_AND_SCORE, &[]),
    scored("NodePorts", 0, &[PreFilter, Filter], &[Filter]),
    scored("NodeResourcesFit", 1, FILTER_AND_SCORE, &[Filter]),
    plugin("VolumeRestrictions", &[PreFilter, Filter]),
    plugin("NodeVolumeLimits", &[PreFilter, Filter]),
    plugin("VolumeBinding", &[PreFilter, Filter, Reserve, PreBind, PreScore, Score]),
    plugin("VolumeZone", &[PreFilter, Filter]),
    scored("PodTopologySpread", 2, FILTER_AND_SCORE, &[Filter, Score]),
    scored("InterPodAffinity", 2, FILTER_AND_SCORE, &[Filter, Score]),
    plugin("DynamicResources", &[PreEnqueue, PreFilter, Filter, PostFilter, Reserve, PreBind]),
    plugin("DefaultPreemption", &[PostFilter, PreEnqueue]),
    scored("NodeResourcesBalancedAllocation", 1, &[PreScore, Score], &[]),
    scored("ImageLocality", 1, &[Score], &[]),
    plugin("DefaultBinder", &[Bind]),
];

/// Names of [`IN_TREE`] that no file of [`crate::scheduler::plugins`] stands for, but whose work is done
/// elsewhere: the queue sorts by priority, and pods are bound.
const DONE_ELSEWHERE: [&str; 2] = ["PrioritySort", "DefaultBinder"];

impl InTreePlugin {
    /// The plugin of this name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        static ALL: &[InTreePlugin] = &IN_TREE;
        ALL.iter().find(|plugin| plugin.name == name)
    }

    /// Its number, if it is simulated in the cycle.
    pub fn simulated(&self) -> Option<PluginId> {
        PluginId::by_name(self.name)
    }

    /// Whether kubecast leaves it out.
    pub fn is_left_out(&self) -> bool {
        self.simulated().is_none() && !DONE_ELSEWHERE.contains(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::framework::ExtensionPoint;
    use crate::scheduler::plugins::REGISTRY;

    fn as_point(point: ExtensionPoint) -> Point {
        match point {
            ExtensionPoint::PreEnqueue => PreEnqueue,
            ExtensionPoint::PreFilter => PreFilter,
            ExtensionPoint::Filter => Filter,
            ExtensionPoint::PreScore => PreScore,
            ExtensionPoint::Score => Score,
        }
    }

    /// ImageLocality computes before scoring here what kube-scheduler v1.34 computes for each node.
    #[test]
    fn simulated_plugins_stand_where_those_of_kubernetes_do() {
        for line in REGISTRY {
            let known = InTreePlugin::by_name(line.name).expect("Kubernetes has it");
            let here: Vec<Point> = line.points.iter().map(|point| as_point(*point)).collect();
            if line.name == "ImageLocality" {
                assert_eq!((here.as_slice(), known.points), (&[PreScore, Score][..], &[Score][..]));
            } else {
                assert_eq!(here, known.points, "{}", line.name);
            }
        }
    }

    #[test]
    fn what_is_left_out_is_what_the_scheduler_says_it_leaves_out() {
        let left_out: Vec<&str> =
            IN_TREE.iter().filter(|plugin| plugin.is_left_out()).map(|plugin| plugin.name).collect();
        assert_eq!(
            left_out,
            [
                "VolumeRestrictions",
                "NodeVolumeLimits",
                "VolumeBinding",
                "VolumeZone",
                "DynamicResources",
                "DefaultPreemption"
            ]
        );
        assert_eq!(InTreePlugin::by_name("EBSLimits"), None);
    }

    #[test]
    fn only_points_with_one_before_them_need_preparation() {
        for plugin in &IN_TREE {
            for point in plugin.needs_preparation {
                let before = if *point == Filter { PreFilter } else { PreScore };
                assert!(
                    matches!(point, Filter | Score) && plugin.points.contains(&before),
                    "{}",
                    plugin.name
                );
            }
        }
    }
}
