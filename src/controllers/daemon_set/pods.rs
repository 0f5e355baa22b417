//! The pods of a DaemonSet, node by node (`getNodesToDaemonPods`).

use std::cmp::Ordering;

use super::DaemonSetView;
use crate::api::{NodeId, NodeSelectorOperator, Pod, Symbol};
use crate::controllers::replica_set::availability::is_available;
use crate::kernel::LookupMap;

/// The node that a pod is on or is made for: the one that it is bound to, else the one of its node affinity
/// (`GetTargetNodeName`).
///
/// The field of the one requirement is not looked at: the API knows `metadata.name` alone.
pub fn target(pod: &Pod, name_of: &dyn Fn(NodeId) -> Symbol) -> Option<Symbol> {
    if let Some(node) = pod.node {
        return Some(name_of(node));
    }
    let terms = pod.spec.required_node_terms.iter().flatten();
    let mut fields = terms.flat_map(|term| &term.fields);
    let field = fields.find(|field| field.operator == NodeSelectorOperator::In)?;
    if let [name] = field.values[..] { Some(name) } else { None }
}

/// Pods by the name of their node.
pub struct ByNode<'a> {
    /// Names in order of their first pod.
    pub nodes: Vec<(Symbol, Vec<&'a Pod>)>,
    places: LookupMap<Symbol, usize>,
}

impl<'a> ByNode<'a> {
    /// The pods of a DaemonSet, but for those that ended and are being deleted: nothing is left to do about them.
    pub fn new(view: &DaemonSetView<'a>) -> Self {
        let mut by_node = Self { nodes: Vec::new(), places: LookupMap::default() };
        for pod in view.pods.iter().filter(|pod| !(pod.is_finished() && pod.deleted.is_some())) {
            let Some(node) = target(pod, view.name_of) else { continue };
            let place = *by_node.places.get_or_insert_with(node, || by_node.nodes.len());
            if place == by_node.nodes.len() {
                by_node.nodes.push((node, Vec::new()));
            }
            by_node.nodes[place].1.push(pod);
        }
        by_node
    }

    /// The pods of a node.
    pub fn of(&self, node: Symbol) -> &[&'a Pod] {
        self.places.get(&node).map_or(&[], |place| &self.nodes[*place].1)
    }
}

/// Pods in the order in which they stay: bound ones first, then the older, then by name
/// (`podByCreationTimestampAndPhase`).
pub fn sorted<'a>(pods: &[&'a Pod]) -> Vec<&'a Pod> {
    let mut sorted = pods.to_vec();
    sorted.sort_by(|a, b| order(a, b));
    sorted
}

fn order(a: &Pod, b: &Pod) -> Ordering {
    let key = |pod: &Pod| (pod.node.is_none(), pod.created);
    key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
}

impl DaemonSetView<'_> {
    /// Whether a pod is available.
    pub fn is_available(&self, pod: &Pod) -> bool {
        is_available(pod, self.daemon_set.min_ready_seconds, self.now, self.behaviour)
    }

    /// Whether a pod has the template that is wanted.
    pub fn is_updated(&self, pod: &Pod) -> bool {
        pod.spec.revision == Some(self.hash)
    }
}
