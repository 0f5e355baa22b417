//! Asks the hints of the plugins that rejected a pod.

use crate::api::Pod;
use crate::scheduler::framework::cluster_event::ClusterEvent;
use crate::scheduler::framework::hint::HintContext;
use crate::scheduler::plugins::{
    inter_pod_affinity, node_affinity, node_name, node_ports, node_resources_fit, node_unschedulable,
    pod_topology_spread, scheduling_gates, taint_toleration,
};
use crate::scheduler::queue::config::QueueConfig;
use crate::scheduler::queue::registration::{Interest, interest};
use crate::scheduler::queue::rejector::{Rejector, Rejectors};

/// Whether an event may help a pod.
#[derive(Clone, Copy)]
pub(in crate::scheduler) struct Question<'a> {
    /// The pod, or any other with the same spec and owner.
    pub(in crate::scheduler) pod: &'a Pod,
    /// Whether the event is an update of this very pod.
    pub(in crate::scheduler) is_target: bool,
    /// What happened.
    pub(in crate::scheduler) event: &'a ClusterEvent,
    /// Settings.
    pub(in crate::scheduler) config: &'a QueueConfig,
    /// The cluster.
    pub(in crate::scheduler) context: &'a dyn HintContext,
}

/// The first of the rejecting plugins for which the event may help (`isPodWorthRequeuing`). Kubernetes
/// asks them in random order, with the same outcome.
pub(in crate::scheduler::queue) fn first_to_queue(
    question: &Question<'_>,
    rejectors: Rejectors,
) -> Option<Rejector> {
    rejectors.iter().find(|rejector| match interest(*rejector, question.event, question.config) {
        Interest::None => false,
        Interest::Always => true,
        Interest::Hint => hint(*rejector, question),
    })
}

fn hint(rejector: Rejector, question: &Question<'_>) -> bool {
    match rejector {
        Rejector::SchedulingGates => scheduling_gates::hint::hint(question),
        Rejector::NodeUnschedulable => node_unschedulable::hint::hint(question),
        Rejector::NodeName => node_name::hint::hint(question),
        Rejector::TaintToleration => taint_toleration::hint::hint(question),
        Rejector::NodeAffinity => node_affinity::hint::hint(question),
        Rejector::NodePorts => node_ports::hint::hint(question),
        Rejector::NodeResourcesFit => node_resources_fit::hint::hint(question),
        Rejector::PodTopologySpread => pod_topology_spread::hint::hint(question),
        Rejector::InterPodAffinity => inter_pod_affinity::hint::hint(question),
    }
}

/// Without hints, which pods an added or updated pod on a node may concern: those that topology
/// spread rejected in its namespace, and those with a required affinity term that matches it
/// (`getUnschedulablePodsWithCrossTopologyTerm`).
pub(in crate::scheduler::queue) fn crosses_topology(
    pod: &Pod,
    rejectors: Rejectors,
    other: &Pod,
    context: &dyn HintContext,
) -> bool {
    (rejectors.contains(Rejector::PodTopologySpread) && pod.spec.namespace == other.spec.namespace)
        || inter_pod_affinity::hint::any_affinity_term_matches(pod, other, context)
}
