//! Which events each plugin waits for (`EventsToRegister` of kube-scheduler v1.34, and
//! `buildQueueingHintMap`).

use super::config::QueueConfig;
use super::rejector::{Rejector, Rejectors};
use crate::scheduler::framework::cluster_event::{ClusterEvent, NodeChange, PodChange};

/// Kinds of change, as bits.
type Action = u16;

const ADD: Action = 1 << 0;
const DELETE: Action = 1 << 1;
const NODE_ALLOCATABLE: Action = 1 << 2;
const NODE_LABEL: Action = 1 << 3;
const NODE_TAINT: Action = 1 << 4;
const POD_LABEL: Action = 1 << 5;
const POD_SCALE_DOWN: Action = 1 << 6;
const POD_TOLERATION: Action = 1 << 7;
const POD_GATES: Action = 1 << 8;
const NODE_UPDATE: Action = NODE_ALLOCATABLE | NODE_LABEL | NODE_TAINT;
const POD_OTHER: Action = 1 << 9;
const POD_ANY: Action = ADD | DELETE | POD_LABEL | POD_SCALE_DOWN | POD_TOLERATION | POD_GATES | POD_OTHER;

/// The changes of pods and of nodes that a plugin registers.
struct Registered {
    pod: Action,
    node: Action,
}

/// With hints (1.32 and later): as few as possible, since the hints look closer.
fn with_hints(rejector: Rejector, config: &QueueConfig) -> Registered {
    let scale_down = if config.hints.in_place_pod_vertical_scaling { POD_SCALE_DOWN } else { 0 };
    let (pod, node) = match rejector {
        Rejector::SchedulingGates => (POD_GATES, 0),
        Rejector::NodeUnschedulable | Rejector::TaintToleration => (POD_TOLERATION, ADD | NODE_TAINT),
        Rejector::NodeName => (0, ADD),
        Rejector::NodeAffinity => (0, ADD | NODE_LABEL),
        Rejector::NodePorts => (DELETE, ADD),
        Rejector::NodeResourcesFit => (DELETE | scale_down, ADD | NODE_ALLOCATABLE),
        Rejector::PodTopologySpread => {
            (ADD | DELETE | POD_LABEL | POD_TOLERATION, ADD | DELETE | NODE_LABEL | NODE_TAINT)
        }
        Rejector::InterPodAffinity => (ADD | DELETE | POD_LABEL, ADD | NODE_LABEL),
    };
    Registered { pod, node }
}

/// Without hints: as v1.26 registers them.
fn without_hints(rejector: Rejector) -> Registered {
    let (pod, node) = match rejector {
        Rejector::SchedulingGates => (0, 0),
        Rejector::NodeUnschedulable
        | Rejector::NodeName
        | Rejector::TaintToleration
        | Rejector::NodeAffinity => (0, ADD | NODE_UPDATE),
        Rejector::NodePorts | Rejector::NodeResourcesFit => (DELETE, ADD | NODE_UPDATE),
        Rejector::PodTopologySpread => (POD_ANY, ADD | DELETE | NODE_LABEL),
        Rejector::InterPodAffinity => (POD_ANY, ADD | NODE_LABEL),
    };
    Registered { pod, node }
}

/// Whether a plugin waits for events of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interest {
    /// No.
    None,
    /// Yes, and its hint says whether this one helps.
    Hint,
    /// Yes, all of them.
    Always,
}

/// Whether a plugin waits for this event.
pub(super) fn interest(rejector: Rejector, event: &ClusterEvent, config: &QueueConfig) -> Interest {
    let registered =
        if config.queueing_hints { with_hints(rejector, config) } else { without_hints(rejector) };
    let (mask, action) = match event {
        ClusterEvent::AssignedPodAdd(_) => (registered.pod, ADD),
        ClusterEvent::AssignedPodDelete(_) => (registered.pod, DELETE),
        ClusterEvent::AssignedPodUpdate { change, .. }
        | ClusterEvent::UnscheduledPodUpdate { change, .. } => (registered.pod, pod_action(*change)),
        ClusterEvent::NodeAdd(_) => (registered.node, ADD),
        ClusterEvent::NodeDelete(_) => (registered.node, DELETE),
        ClusterEvent::NodeUpdate { change, .. } => (registered.node, node_action(*change)),
        ClusterEvent::UnschedulableTimeout => return Interest::Always,
    };
    if mask & action != 0 {
        return if config.queueing_hints { Interest::Hint } else { Interest::Always };
    }
    let stands_in_for_add = config.queueing_hints
        && config.hints.taint_update_counts_as_node_add
        && matches!(event, ClusterEvent::NodeUpdate { change: NodeChange::Taint, .. })
        && registered.node & ADD != 0;
    if stands_in_for_add { Interest::Always } else { Interest::None }
}

/// All plugins that wait for this event.
pub(super) fn interested(event: &ClusterEvent, config: &QueueConfig) -> Rejectors {
    let mut set = Rejectors::default();
    for rejector in Rejector::ALL {
        if interest(rejector, event, config) != Interest::None {
            set.insert(rejector);
        }
    }
    set
}

fn pod_action(change: PodChange) -> Action {
    match change {
        PodChange::Label => POD_LABEL,
        PodChange::ScaleDown => POD_SCALE_DOWN,
        PodChange::SchedulingGatesEliminated => POD_GATES,
        PodChange::Toleration => POD_TOLERATION,
        PodChange::Other => POD_OTHER,
    }
}

fn node_action(change: NodeChange) -> Action {
    match change {
        NodeChange::Allocatable => NODE_ALLOCATABLE,
        NodeChange::Label => NODE_LABEL,
        NodeChange::Taint => NODE_TAINT,
    }
}
