//! Queueing hints: whether an event may help a pod that a plugin rejected (`QueueingHintFn` of
//! kube-scheduler v1.34), and what hints have to know beyond the pod and the event.

use super::actions::Registration;
use super::args::PluginArgs;
use super::cluster_event::ClusterEvent;
use crate::api::{LabelSelector, Labels, Node, Pod, SchedulerBehaviour};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::well_known::WellKnown;

/// The events that a plugin waits for.
#[derive(Clone, Copy, Debug)]
pub struct Events {
    /// With hints (1.32 and later): as few as possible, since the hint looks closer.
    pub with_hints: fn(&HintRules) -> Registration,
    /// Without hints: as v1.26 registers them.
    pub without_hints: Registration,
    /// Whether one of the events may help.
    pub hint: fn(&Question<'_>) -> bool,
}

/// Whether an event may help a pod.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The pod, or any other with the same spec and owner.
    pub pod: &'a Pod,
    /// Whether the event is an update of this very pod.
    pub is_target: bool,
    /// What happened.
    pub event: &'a ClusterEvent,
    /// What differs between releases.
    pub rules: &'a HintRules,
    /// The cluster.
    pub context: &'a dyn HintContext,
}

/// The cluster as the scheduler knows it, for those hints that need it.
pub trait HintContext {
    /// The texts of all symbols.
    fn names(&self) -> &Interner;

    /// Names that Kubernetes gives a meaning.
    fn known(&self) -> &WellKnown;

    /// The labels of a namespace, if it is known. Read without queueing hints only.
    fn namespace_labels(&self, namespace: Symbol) -> Option<&Labels>;

    /// What Services and controllers of the pod require of labels together; empty if there are none.
    fn default_selector(&self, pod: &Pod) -> LabelSelector;

    /// The arguments of the plugins of the pod's profile, if it has one.
    fn args(&self, pod: &Pod) -> Option<&PluginArgs>;

    /// Whether a node that appeared or changed would take the pod as it is now: resources, node name,
    /// node affinity, ports and taints (`preCheckForNode`). Asked without queueing hints only.
    fn node_would_take(&self, pod: &Pod, node: &Node) -> bool;
}

/// Details of the queueing hints that differ between releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent difference between releases")]
pub struct HintRules {
    /// A pod whose requests shrink may help others (`InPlacePodVerticalScaling`, on from 1.33).
    pub in_place_pod_vertical_scaling: bool,
    /// A changed taint (or an uncordoned node) brings back the pods of every plugin that registers
    /// the creation of nodes, without asking its hint. A workaround in `buildQueueingHintMap`, there
    /// from 1.29 to 1.34.
    pub taint_update_counts_as_node_add: bool,
    /// The removal of a pod brings back those that *its* anti-affinity kept away (from 1.36,
    /// pull request 135325). Before, they wait for the leftover flush.
    pub anti_affinity_of_deleted_pod: bool,
    /// One matching anti-affinity term of several is enough (from 1.37, pull request 139161).
    /// Before, all of them have to match the pod that goes.
    pub any_anti_affinity_term: bool,
}

impl HintRules {
    /// The rules of a release.
    pub fn of(behaviour: &SchedulerBehaviour) -> Self {
        Self {
            in_place_pod_vertical_scaling: behaviour.in_place_pod_vertical_scaling,
            taint_update_counts_as_node_add: behaviour.taint_update_counts_as_node_add,
            anti_affinity_of_deleted_pod: behaviour.anti_affinity_of_deleted_pod,
            any_anti_affinity_term: behaviour.any_anti_affinity_term,
        }
    }
}
