//! Which plugins wait for which events (`buildQueueingHintMap` and `isPodWorthRequeuing` of kube-scheduler
//! v1.34).

use super::config::QueueConfig;
use super::cross_topology::{SPREAD, crosses_topology};
use crate::api::Pod;
use crate::scheduler::framework::{
    Actions, ClusterEvent, Events, HintContext, NodeChange, PluginId, PluginSet, PodChange, Question,
    Registration, Registry,
};

/// Whether a plugin waits for events of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Interest {
    /// No.
    None,
    /// Yes, and its hint says whether this one helps.
    Hint,
    /// Yes, all of them.
    Always,
}

/// A plugin that waits for events.
#[derive(Clone, Copy, Debug)]
struct Row {
    plugin: PluginId,
    registered: Registration,
    hint: fn(&Question<'_>) -> bool,
}

/// The plugins that wait for events, in the order of the registry, in which they are asked.
#[derive(Clone, Debug)]
pub(super) struct Registrations {
    rows: Vec<Row>,
    queueing_hints: bool,
    taint_update_counts_as_node_add: bool,
    spread: Option<PluginId>,
}

impl Registrations {
    /// Those of a registry.
    pub(super) fn new(config: &QueueConfig, registry: &Registry) -> Self {
        let row = |plugin, events: Events| Row {
            plugin,
            registered: if config.queueing_hints {
                (events.with_hints)(&config.hints)
            } else {
                events.without_hints
            },
            hint: events.hint,
        };
        Self {
            rows: registry.iter().filter_map(|(plugin, line)| Some(row(plugin, line.events?))).collect(),
            queueing_hints: config.queueing_hints,
            taint_update_counts_as_node_add: config.hints.taint_update_counts_as_node_add,
            spread: registry.by_name(SPREAD),
        }
    }

    fn interest(&self, row: &Row, event: &ClusterEvent) -> Interest {
        if row.registered.covers(event) {
            return if self.queueing_hints { Interest::Hint } else { Interest::Always };
        }
        let stands_in_for_add = self.queueing_hints
            && self.taint_update_counts_as_node_add
            && matches!(event, ClusterEvent::NodeUpdate { change: NodeChange::Taint, .. })
            && row.registered.node.intersects(Actions::ADD);
        if stands_in_for_add { Interest::Always } else { Interest::None }
    }

    /// All plugins that wait for this event.
    pub(super) fn interested(&self, event: &ClusterEvent) -> PluginSet {
        let rows = self.rows.iter().filter(|row| self.interest(row, event) != Interest::None);
        rows.map(|row| row.plugin).collect()
    }

    /// The first of the rejecting plugins for which the event may help. Kubernetes asks them in random
    /// order, with the same outcome.
    pub(super) fn first_to_queue(&self, question: &Question<'_>, rejected_by: PluginSet) -> Option<PluginId> {
        if !self.queueing_hints && !self.may_concern(question, rejected_by) {
            return None;
        }
        let mut rows = self.rows.iter().filter(|row| rejected_by.contains(row.plugin));
        let found = rows.find(|row| match self.interest(row, question.event) {
            Interest::None => false,
            Interest::Always => true,
            Interest::Hint => (row.hint)(question),
        });
        found.map(|row| row.plugin)
    }

    /// Without hints: whether an event is looked at for a pod at all. Kubernetes looks, before it moves
    /// pods, for topology terms when a pod on a node appears or changes (`AssignedPodAdded`,
    /// `AssignedPodUpdated`), and for simple fit when a node does (`preCheckForNode`).
    fn may_concern(&self, question: &Question<'_>, rejected_by: PluginSet) -> bool {
        let (pod, context): (&Pod, &dyn HintContext) = (question.pod, question.context);
        match question.event {
            ClusterEvent::AssignedPodUpdate { change: PodChange::ScaleDown, .. } => true,
            ClusterEvent::AssignedPodAdd(other) | ClusterEvent::AssignedPodUpdate { new: other, .. } => {
                crosses_topology(pod, (rejected_by, self.spread), other, context)
            }
            ClusterEvent::NodeAdd(node) | ClusterEvent::NodeUpdate { new: node, .. } => {
                context.node_would_take(pod, node)
            }
            _ => true,
        }
    }
}
