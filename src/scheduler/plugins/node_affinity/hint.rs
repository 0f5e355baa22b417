//! NodeAffinity: a node appears that matches, or one that did not match comes to do so.

use super::NodeAffinityArgs;
use crate::api::Node;
use crate::component_helpers::node_affinity::pod_admits_node;
use crate::scheduler::framework::{Actions, Events, Question, Registration};

/// What the plugin waits for.
pub(super) const EVENTS: Events = Events {
    with_hints: |_| Registration { pod: Actions::NONE, node: Actions::ADD.with(Actions::NODE_LABEL) },
    without_hints: Registration { pod: Actions::NONE, node: Actions::ADD.with(Actions::NODE_UPDATE) },
    hint,
};

/// Whether the event may help.
fn hint(question: &Question<'_>) -> bool {
    let (old, Some(new)) = question.event.nodes() else { return false };
    let names = question.context.names();
    let args = question.context.args(question.pod).and_then(|args| args.get::<NodeAffinityArgs>());
    let added = args.and_then(|args| args.required.as_ref());
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
