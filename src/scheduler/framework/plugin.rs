//! What a plugin is.
//!
//! Kubernetes has one interface per extension point and a map of untyped state per cycle; here a
//! plugin is one object with a method per extension point, and keeps the state of the present cycle in
//! its own fields, typed, between the methods that fill it (`pre_filter`, `pre_score`) and those that
//! read it (`filter`, `score`). Allocations are reused from cycle to cycle.

use super::status::Status;
use crate::api::{NodeId, Pod, SchedulerBehaviour};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::cache::Cache;
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::REGISTRY;
use crate::scheduler::profile::PluginArgs;

/// The highest score after normalization.
pub const MAX_NODE_SCORE: i64 = 100;

/// Everything that a plugin may look at in a cycle.
#[derive(Clone, Copy)]
pub struct CycleContext<'a> {
    /// The pod to schedule.
    pub pod: &'a Pod,
    /// Nodes, the pods on them, namespaces, owners of selectors.
    pub cache: &'a Cache,
    /// The texts of all symbols.
    pub names: &'a Interner,
    /// Release and gates.
    pub behaviour: SchedulerBehaviour,
}

/// Where plugins are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionPoint {
    /// Before a pod may enter the queue.
    PreEnqueue,
    /// Once per cycle, before the filters.
    PreFilter,
    /// For each node.
    Filter,
    /// Once per cycle, for the nodes that passed.
    PreScore,
    /// For each node that passed; and normalization over all of them.
    Score,
}

/// What a plugin's PreFilter says, unless it rejects the pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreFilterOutcome {
    /// Nothing to say about which nodes.
    AllNodes,
    /// Only these nodes (by name) come into question.
    Nodes(Vec<Symbol>),
    /// The plugin's filter passes every node and need not be asked.
    Skip,
}

/// What a plugin's PreScore says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreScoreOutcome {
    /// Ask for scores.
    Score,
    /// The plugin gives no scores for this pod; it adds nothing.
    Skip,
}

/// A scheduling plugin. Each extension point has an answer that changes nothing, so that a plugin
/// implements only its own; which ones are called follows from its [`Descriptor`] and the profile.
pub trait Plugin: Send {
    /// Whether the pod may enter the queue.
    fn pre_enqueue(&self, _pod: &Pod, _names: &Interner) -> Result<(), Status> {
        Ok(())
    }

    /// Looks at the pod and the whole cluster before the filters.
    fn pre_filter(&mut self, _cycle: &CycleContext<'_>) -> Result<PreFilterOutcome, Status> {
        Ok(PreFilterOutcome::AllNodes)
    }

    /// Whether the pod may go to this node.
    fn filter(&self, _cycle: &CycleContext<'_>, _node: &NodeInfo) -> Result<(), Status> {
        Ok(())
    }

    /// Looks at the nodes that passed, before the scores.
    fn pre_score(
        &mut self,
        _cycle: &CycleContext<'_>,
        _feasible: &[NodeId],
    ) -> Result<PreScoreOutcome, Status> {
        Ok(PreScoreOutcome::Score)
    }

    /// The raw score of a node; `place` is its place in the list given to `pre_score`.
    fn score(&self, _cycle: &CycleContext<'_>, _node: &NodeInfo, _place: usize) -> i64 {
        0
    }

    /// Turns raw scores, in the order of the list given to `pre_score`, into scores from 0 to 100.
    fn normalize(&self, _scores: &mut [i64]) {}
}

/// A line of the registry: a plugin's name, where it is called, and how it is made.
pub struct Descriptor {
    /// The name, as in KubeSchedulerConfiguration.
    pub name: &'static str,
    /// The extension points that it implements.
    pub points: &'static [ExtensionPoint],
    /// Makes the plugin from the profile's arguments.
    pub build: fn(&PluginArgs) -> Box<dyn Plugin>,
}

/// A plugin by its place in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PluginId(u8);

impl PluginId {
    /// No plugin; never seen outside the framework.
    pub const UNKNOWN: Self = Self(u8::MAX);

    /// The plugin of this name, if there is one.
    pub fn by_name(name: &str) -> Option<Self> {
        let place = REGISTRY.iter().position(|line| line.name == name)?;
        Some(Self(u8::try_from(place).expect("fewer than 255 plugins")))
    }

    /// Its line in the registry.
    pub fn descriptor(self) -> &'static Descriptor {
        &REGISTRY[usize::from(self.0)]
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        REGISTRY.get(usize::from(self.0)).map_or("unknown", |line| line.name)
    }
}

/// A set of plugins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PluginSet(u64);

impl PluginSet {
    /// Adds a plugin.
    pub fn insert(&mut self, plugin: PluginId) {
        assert!(plugin.0 < 64, "the registry has fewer than 64 plugins");
        self.0 |= 1 << plugin.0;
    }

    /// Whether a plugin is in the set.
    pub fn contains(self, plugin: PluginId) -> bool {
        plugin.0 < 64 && self.0 & (1 << plugin.0) != 0
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The plugins, in the order of the registry.
    pub fn iter(self) -> impl Iterator<Item = PluginId> {
        (0..64).map(PluginId).filter(move |plugin| self.contains(*plugin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_sets_hold_what_was_put_in() {
        for line in REGISTRY {
            assert_eq!(PluginId::by_name(line.name).expect("registered").name(), line.name);
        }
        let (fit, name) = (PluginId::by_name("NodeResourcesFit"), PluginId::by_name("NodeName"));
        let mut set = PluginSet::default();
        set.insert(fit.expect("registered"));
        assert!(set.contains(fit.expect("registered")) && !set.contains(name.expect("registered")));
        assert_eq!(set.iter().map(PluginId::name).collect::<Vec<_>>(), ["NodeResourcesFit"]);
        assert_eq!(PluginId::by_name("Nonsense"), None);
        assert!(!set.contains(PluginId::UNKNOWN));
    }
}
