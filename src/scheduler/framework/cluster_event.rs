//! Cluster events: what happened to a pod or a node, finely enough for the plugins that wait for it.
//!
//! Follows `ClusterEvent`, `PodSchedulingPropertiesChange` and `NodeSchedulingPropertiesChange` of
//! kube-scheduler v1.34. An update is one event per property that changed.
//!
//! DIFFERENCE: changed node conditions and annotations are no events; no simulated plugin waits for
//! them.

use std::fmt;
use std::sync::Arc;

use crate::api::{Node, Pod, Resources};

/// What changed in a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodChange {
    /// `metadata.labels`.
    Label,
    /// A request became smaller.
    ScaleDown,
    /// The last scheduling gate went.
    SchedulingGatesEliminated,
    /// A toleration was added.
    Toleration,
    /// Nothing that a plugin waits for, a deletion timestamp for example.
    Other,
}

/// What changed in a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeChange {
    /// `status.allocatable`.
    Allocatable,
    /// `metadata.labels`.
    Label,
    /// `spec.taints`, or `spec.unschedulable` became false.
    Taint,
}

/// Something that happened in the cluster, with the objects before and after.
#[derive(Clone, Debug)]
pub enum ClusterEvent {
    /// A pod appeared on a node (bound, or seen for the first time).
    AssignedPodAdd(Arc<Pod>),
    /// A pod on a node changed.
    AssignedPodUpdate {
        /// Before.
        old: Arc<Pod>,
        /// After.
        new: Arc<Pod>,
        /// What changed.
        change: PodChange,
    },
    /// A pod on a node is gone: removed from the API, finished, or no longer assumed to be there.
    AssignedPodDelete(Arc<Pod>),
    /// A pod without node changed.
    UnscheduledPodUpdate {
        /// Before.
        old: Arc<Pod>,
        /// After.
        new: Arc<Pod>,
        /// What changed.
        change: PodChange,
    },
    /// A node appeared.
    NodeAdd(Arc<Node>),
    /// A node changed.
    NodeUpdate {
        /// Before.
        old: Arc<Node>,
        /// After.
        new: Arc<Node>,
        /// What changed.
        change: NodeChange,
    },
    /// A node is gone.
    NodeDelete(Arc<Node>),
    /// Pods waited too long for an event; made by the queue itself.
    UnschedulableTimeout,
}

/// Kubernetes' name of a reason to move a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventLabel(&'static str);

impl EventLabel {
    /// A new pod.
    pub const UNSCHEDULED_POD_ADD: Self = Self("UnschedulablePodAdd");
    /// A pod changed in no way that a plugin waits for.
    pub const UNSCHEDULED_POD_UPDATE: Self = Self("UnschedulablePodUpdate");
    /// An attempt failed.
    pub const SCHEDULE_ATTEMPT_FAILURE: Self = Self("ScheduleAttemptFailure");
    /// The back-off is over.
    pub const BACKOFF_COMPLETE: Self = Self("BackoffComplete");
    /// activeQ was empty, the pod was taken although its back-off was not over.
    pub const POP_FROM_BACKOFF_Q: Self = Self("PopFromBackoffQ");
    /// The pod waited too long for an event.
    pub const UNSCHEDULABLE_TIMEOUT: Self = Self("UnschedulableTimeout");
    /// Anything changed, under [`crate::scheduler::queue::RequeueRule::AnyChange`]; kubecast's own.
    pub const ANY_CHANGE: Self = Self("AnyChange");

    /// The text.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for EventLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl ClusterEvent {
    /// The events of an update of a pod on a node; at least one.
    pub fn assigned_pod_updates(old: &Arc<Pod>, new: &Arc<Pod>) -> Vec<Self> {
        let event = |change| Self::AssignedPodUpdate { old: Arc::clone(old), new: Arc::clone(new), change };
        pod_changes(old, new).into_iter().map(event).collect()
    }

    /// The events of an update of a pod without node; at least one.
    pub fn unscheduled_pod_updates(old: &Arc<Pod>, new: &Arc<Pod>) -> Vec<Self> {
        let event =
            |change| Self::UnscheduledPodUpdate { old: Arc::clone(old), new: Arc::clone(new), change };
        pod_changes(old, new).into_iter().map(event).collect()
    }

    /// The events of an update of a node; none if nothing changed that matters to scheduling.
    pub fn node_updates(old: &Arc<Node>, new: &Arc<Node>) -> Vec<Self> {
        let event = |change| Self::NodeUpdate { old: Arc::clone(old), new: Arc::clone(new), change };
        node_changes(old, new).into_iter().map(event).collect()
    }

    /// Kubernetes' name of the event.
    pub fn label(&self) -> EventLabel {
        EventLabel(match self {
            Self::AssignedPodAdd(_) => "AssignedPodAdd",
            Self::AssignedPodDelete(_) => "AssignedPodDelete",
            Self::AssignedPodUpdate { change, .. } => match change {
                PodChange::Label => "AssignedPodUpdatePodLabel",
                PodChange::ScaleDown => "AssignedPodUpdatePodScaleDown",
                PodChange::SchedulingGatesEliminated => "AssignedPodUpdatePodSchedulingGatesEliminated",
                PodChange::Toleration => "AssignedPodUpdatePodToleration",
                PodChange::Other => "AssignedPodUpdate",
            },
            Self::UnscheduledPodUpdate { change, .. } => match change {
                PodChange::Label => "UnschedulablePodUpdatePodLabel",
                PodChange::ScaleDown => "UnschedulablePodUpdatePodScaleDown",
                PodChange::SchedulingGatesEliminated => "UnschedulablePodUpdatePodSchedulingGatesEliminated",
                PodChange::Toleration => "UnschedulablePodUpdatePodToleration",
                PodChange::Other => "UnschedulablePodUpdate",
            },
            Self::NodeAdd(_) => "NodeAdd",
            Self::NodeUpdate { change, .. } => match change {
                NodeChange::Allocatable => "NodeUpdateNodeAllocatable",
                NodeChange::Label => "NodeUpdateNodeLabel",
                NodeChange::Taint => "NodeUpdateNodeTaint",
            },
            Self::NodeDelete(_) => "NodeDelete",
            Self::UnschedulableTimeout => "UnschedulableTimeout",
        })
    }

    /// The pod concerned, before and after; nothing for events of nodes.
    pub(in crate::scheduler) fn pods(&self) -> (Option<&Pod>, Option<&Pod>) {
        match self {
            Self::AssignedPodAdd(pod) => (None, Some(pod)),
            Self::AssignedPodDelete(pod) => (Some(pod), None),
            Self::AssignedPodUpdate { old, new, .. } | Self::UnscheduledPodUpdate { old, new, .. } => {
                (Some(old), Some(new))
            }
            _ => (None, None),
        }
    }

    /// The node concerned, before and after; nothing for events of pods.
    pub(in crate::scheduler) fn nodes(&self) -> (Option<&Node>, Option<&Node>) {
        match self {
            Self::NodeAdd(node) => (None, Some(node)),
            Self::NodeDelete(node) => (Some(node), None),
            Self::NodeUpdate { old, new, .. } => (Some(old), Some(new)),
            _ => (None, None),
        }
    }
}

fn pod_changes(old: &Pod, new: &Pod) -> Vec<PodChange> {
    let (before, after) = (&old.spec, &new.spec);
    let mut changes = Vec::new();
    if !Arc::ptr_eq(before, after) {
        let gates_gone = after.scheduling_gates.is_empty() && !before.scheduling_gates.is_empty();
        let found = [
            (before.labels != after.labels, PodChange::Label),
            (any_smaller(&before.requests.fit, &after.requests.fit), PodChange::ScaleDown),
            (gates_gone, PodChange::SchedulingGatesEliminated),
            (before.tolerations.len() != after.tolerations.len(), PodChange::Toleration),
        ];
        changes.extend(found.into_iter().filter(|(changed, _)| *changed).map(|(_, change)| change));
    }
    if changes.is_empty() {
        changes.push(PodChange::Other);
    }
    changes
}

fn any_smaller(before: &Resources, after: &Resources) -> bool {
    before.milli_cpu > after.milli_cpu
        || before.memory > after.memory
        || before.ephemeral_storage > after.ephemeral_storage
        || before.scalar.iter().any(|&(name, amount)| amount > after.scalar_amount(name))
}

fn node_changes(old: &Node, new: &Node) -> Vec<NodeChange> {
    let found = [
        (old.unschedulable && !new.unschedulable, NodeChange::Taint),
        (old.allocatable != new.allocatable, NodeChange::Allocatable),
        (old.labels != new.labels, NodeChange::Label),
        (old.taints != new.taints, NodeChange::Taint),
    ];
    found.into_iter().filter(|(changed, _)| *changed).map(|(_, change)| change).collect()
}
