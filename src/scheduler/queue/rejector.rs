//! The plugins that can reject a pod, as a small set.

use crate::scheduler::framework::{PluginId, PluginSet};

/// A plugin that rejects pods and says which events may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rejector {
    SchedulingGates,
    NodeUnschedulable,
    NodeName,
    TaintToleration,
    NodeAffinity,
    NodePorts,
    NodeResourcesFit,
    PodTopologySpread,
    InterPodAffinity,
}

impl Rejector {
    /// All of them, in the order in which they are asked.
    pub(super) const ALL: [Self; 9] = [
        Self::SchedulingGates,
        Self::NodeUnschedulable,
        Self::NodeName,
        Self::TaintToleration,
        Self::NodeAffinity,
        Self::NodePorts,
        Self::NodeResourcesFit,
        Self::PodTopologySpread,
        Self::InterPodAffinity,
    ];

    /// The plugin's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::SchedulingGates => "SchedulingGates",
            Self::NodeUnschedulable => "NodeUnschedulable",
            Self::NodeName => "NodeName",
            Self::TaintToleration => "TaintToleration",
            Self::NodeAffinity => "NodeAffinity",
            Self::NodePorts => "NodePorts",
            Self::NodeResourcesFit => "NodeResourcesFit",
            Self::PodTopologySpread => "PodTopologySpread",
            Self::InterPodAffinity => "InterPodAffinity",
        }
    }

    /// The plugin's place in the registry.
    pub(super) fn plugin(self) -> PluginId {
        PluginId::by_name(self.name()).unwrap_or(PluginId::UNKNOWN)
    }

    /// The place in a table of all rejectors.
    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// A set of rejecting plugins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Rejectors(u16);

impl Rejectors {
    const OTHER: u16 = 1 << 15;

    /// The set of these plugins. Plugins that wait for no event are kept as one, so that the set is
    /// empty only if no plugin at all rejected the pod, which means an error.
    pub(super) fn from_plugins(plugins: PluginSet) -> Self {
        let mut set = Self::default();
        for plugin in plugins.iter() {
            match Rejector::ALL.into_iter().find(|rejector| rejector.name() == plugin.name()) {
                Some(rejector) => set.insert(rejector),
                None => set.0 |= Self::OTHER,
            }
        }
        set
    }

    /// Adds a plugin.
    pub(super) fn insert(&mut self, rejector: Rejector) {
        self.0 |= 1 << rejector as u16;
    }

    /// Whether a plugin is in the set.
    pub(super) fn contains(self, rejector: Rejector) -> bool {
        self.0 & (1 << rejector as u16) != 0
    }

    /// Whether no plugin rejected the pod.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The plugins, in the order in which they are asked.
    pub(super) fn iter(self) -> impl Iterator<Item = Rejector> {
        Rejector::ALL.into_iter().filter(move |rejector| self.contains(*rejector))
    }
}
