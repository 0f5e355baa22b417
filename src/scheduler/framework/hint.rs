//! What hints have to know beyond the pod and the event.

use crate::api::{Labels, Node, NodeSelectorTerm, Pod, SpreadConstraint};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::well_known::WellKnown;

/// The cluster as the scheduler knows it, for those hints that need it.
pub trait HintContext {
    /// The texts of all symbols.
    fn names(&self) -> &Interner;

    /// Names that Kubernetes gives a meaning.
    fn known(&self) -> &WellKnown;

    /// The labels of a namespace, if it is known. Read without queueing hints only.
    fn namespace_labels(&self, namespace: Symbol) -> Option<&Labels>;

    /// The default `DoNotSchedule` constraints of a pod that has no spread constraints of its own.
    fn default_hard_constraints(&self, pod: &Pod) -> Vec<SpreadConstraint>;

    /// The required terms that the profile adds to every pod's node affinity
    /// (`addedAffinity` of NodeAffinity).
    fn added_node_terms(&self, pod: &Pod) -> Option<&[NodeSelectorTerm]>;

    /// Whether a node that appeared or changed would take the pod as it is now: resources, node name,
    /// node affinity, ports and taints (`preCheckForNode`). Asked without queueing hints only.
    fn node_would_take(&self, pod: &Pod, node: &Node) -> bool;
}
