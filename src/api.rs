//! Kubernetes objects in compact form, as the room `api_machinery` makes them.
//!
//! Names and labels become [`Symbol`]s, quantities integers, selectors lists of
//! requirements, and everything that pods of one template share is one [`PodSpec`].
//! The models read these types alone.

pub mod affinity;
pub mod behaviour;
pub mod coverage;
pub mod cpu_set;
pub mod daemon_set;
pub mod disruption_budget;
pub(crate) mod go_text;
pub mod ids;
pub mod int_or_percent;
pub mod labels;
pub mod naming;
pub mod node;
pub mod node_selector;
pub mod pod;
pub mod priority;
pub mod quantity;
pub mod resources;
pub mod selector;
pub mod spread;
pub mod stateful_set;
pub mod taint;
#[cfg(test)]
pub(crate) mod testing;
pub mod timestamp;
pub mod workload;

pub use crate::kernel::{Interner, Symbol};
pub use affinity::{AffinityTerm, PodAffinity, WeightedAffinityTerm};
pub use behaviour::{
    ApiServerBehaviour, Behaviour, ControllersBehaviour, KubeletBehaviour, Release, SchedulerBehaviour,
    ServiceIpBehaviour,
};
pub use cpu_set::CpuSet;
pub use daemon_set::{DaemonSet, DaemonSetStatus, DaemonSetStrategy};
pub use disruption_budget::DisruptionBudget;
pub use ids::{
    DaemonSetId, DeploymentId, NamespaceId, NodeId, OwnerId, PodId, ReplicaSetId, SelectorOwnerId,
    StatefulSetId, Uid,
};
pub use int_or_percent::IntOrPercent;
pub use labels::Labels;
pub use node::{Namespace, Node, NodeImage};
pub use node_selector::{NodeRequirement, NodeSelectorOperator, NodeSelectorTerm, PreferredNodeTerm};
pub use pod::{
    ContainerKind, ContainerSpec, ControllerRef, HostPort, Pod, PodPhase, PodSpec, Protocol, ReadyCondition,
    WorkloadKind,
};
pub use priority::PriorityClasses;
pub use quantity::Quantity;
pub use resources::{PodRequests, Resources};
pub use selector::{LabelSelector, Requirement, SelectorOperator};
pub use spread::{InclusionPolicy, SpreadConstraint, WhenUnsatisfiable};
pub use stateful_set::{
    ControllerRevision, PodManagementPolicy, RollingUpdateStatefulSet, StatefulSet, StatefulSetStatus,
    StatefulSetStrategy,
};
pub use taint::{Taint, TaintEffect, Toleration, TolerationOperator};
pub use timestamp::Timestamp;
pub use workload::{
    Deployment, DeploymentCondition, DeploymentStatus, PodTemplate, ReplicaSet, ReplicaSetStatus,
    SelectorOwner, Strategy,
};
