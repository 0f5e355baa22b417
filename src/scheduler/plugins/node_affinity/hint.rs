//! NodeAffinity: a node appears that matches, or one that did not match comes to do so.

use crate::api::Node;
use crate::component_helpers::node_affinity::pod_admits_node;
use crate::scheduler::queue::hints::Question;

/// Whether the event may help.
pub(in crate::scheduler) fn hint(question: &Question<'_>) -> bool {
    let (old, Some(new)) = question.event.nodes() else { return false };
    let names = question.context.names();
    let added = question.context.added_node_terms(question.pod);
    if added.is_some_and(|terms| !terms.iter().any(|term| term.matches(new, names))) {
        return false;
    }
    match matches(question, new) {
        Match::Unknown => true,
        Match::No => false,
        Match::Yes => old.is_none_or(|old| matches(question, old) != Match::Yes),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    /// A term could not be read and no other one matches: an error, upon which the pod is queued.
    Unknown,
}

fn matches(question: &Question<'_>, node: &Node) -> Match {
    let spec = &question.pod.spec;
    if pod_admits_node(spec, node, question.context.names()) {
        return Match::Yes;
    }
    let selected = spec.node_selector.iter().all(|(key, value)| node.labels.get(key) == Some(value));
    let unreadable = spec
        .required_node_terms
        .as_ref()
        .is_some_and(|terms| terms.iter().any(|term| !term.is_empty() && !term.is_parsable()));
    if selected && unreadable { Match::Unknown } else { Match::No }
}
