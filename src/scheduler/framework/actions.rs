//! Kinds of change, and which of them a plugin waits for (`ActionType` and `EventsToRegister` of
//! kube-scheduler v1.34).

use super::cluster_event::{ClusterEvent, NodeChange, PodChange};

/// A set of kinds of change of one kind of object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Actions(u16);

impl Actions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The object appears.
    pub const ADD: Self = Self(1 << 0);
    /// The object goes.
    pub const DELETE: Self = Self(1 << 1);
    /// [`NodeChange::Allocatable`].
    pub const NODE_ALLOCATABLE: Self = Self(1 << 2);
    /// [`NodeChange::Label`].
    pub const NODE_LABEL: Self = Self(1 << 3);
    /// [`NodeChange::Taint`].
    pub const NODE_TAINT: Self = Self(1 << 4);
    /// [`PodChange::Label`].
    pub const POD_LABEL: Self = Self(1 << 5);
    /// [`PodChange::ScaleDown`].
    pub const POD_SCALE_DOWN: Self = Self(1 << 6);
    /// [`PodChange::Toleration`].
    pub const POD_TOLERATION: Self = Self(1 << 7);
    /// [`PodChange::SchedulingGatesEliminated`].
    pub const POD_GATES: Self = Self(1 << 8);
    /// [`PodChange::Other`].
    pub const POD_OTHER: Self = Self(1 << 9);
    /// Every update of a node.
    pub const NODE_UPDATE: Self = Self::NODE_ALLOCATABLE.with(Self::NODE_LABEL).with(Self::NODE_TAINT);
    /// Everything that happens to a pod.
    pub const POD_ANY: Self = Self::ADD
        .with(Self::DELETE)
        .with(Self::POD_LABEL)
        .with(Self::POD_SCALE_DOWN)
        .with(Self::POD_TOLERATION)
        .with(Self::POD_GATES)
        .with(Self::POD_OTHER);

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the two have anything in common.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The changes of pods and of nodes that a plugin waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// Of pods.
    pub pod: Actions,
    /// Of nodes.
    pub node: Actions,
}

impl Registration {
    /// Whether an event is such a change.
    pub fn covers(self, event: &ClusterEvent) -> bool {
        match event {
            ClusterEvent::AssignedPodAdd(_) => self.pod.intersects(Actions::ADD),
            ClusterEvent::AssignedPodDelete(_) => self.pod.intersects(Actions::DELETE),
            ClusterEvent::AssignedPodUpdate { change, .. }
            | ClusterEvent::UnscheduledPodUpdate { change, .. } => self.pod.intersects(of_pod(*change)),
            ClusterEvent::NodeAdd(_) => self.node.intersects(Actions::ADD),
            ClusterEvent::NodeDelete(_) => self.node.intersects(Actions::DELETE),
            ClusterEvent::NodeUpdate { change, .. } => self.node.intersects(of_node(*change)),
            ClusterEvent::UnschedulableTimeout => false,
        }
    }
}

fn of_pod(change: PodChange) -> Actions {
    match change {
        PodChange::Label => Actions::POD_LABEL,
        PodChange::ScaleDown => Actions::POD_SCALE_DOWN,
        PodChange::SchedulingGatesEliminated => Actions::POD_GATES,
        PodChange::Toleration => Actions::POD_TOLERATION,
        PodChange::Other => Actions::POD_OTHER,
    }
}

fn of_node(change: NodeChange) -> Actions {
    match change {
        NodeChange::Allocatable => Actions::NODE_ALLOCATABLE,
        NodeChange::Label => Actions::NODE_LABEL,
        NodeChange::Taint => Actions::NODE_TAINT,
    }
}
