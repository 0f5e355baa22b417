//! InterPodAffinity: a pod on a node comes to match the affinity, or ceases to match the
//! anti-affinity; or a node comes to offer a domain.
//!
//! Two gaps of v1.34 are kept (see [`crate::scheduler::framework::HintRules`]): a pod that another pod's
//! anti-affinity kept away is not brought back when that one goes, and of several anti-affinity terms
//! all have to match. A third is in every release: when the only pod goes that matched a required
//! affinity, the exception for the first pod would apply, but nothing brings the pod back.
//!
//! Hints match `namespaceSelector` against no labels at all: selectors that need a label never match.

use crate::api::{AffinityTerm, Labels, Node, Pod};
use crate::scheduler::framework::{Actions, Events, HintContext, Question, Registration};

/// What the plugin waits for.
pub(super) const EVENTS: Events = Events {
    with_hints: |_| Registration {
        pod: Actions::ADD.with(Actions::DELETE).with(Actions::POD_LABEL),
        node: Actions::ADD.with(Actions::NODE_LABEL),
    },
    without_hints: Registration { pod: Actions::POD_ANY, node: Actions::ADD.with(Actions::NODE_LABEL) },
    hint,
};

/// Whether the event may help.
fn hint(question: &Question<'_>) -> bool {
    match question.event.pods() {
        (None, None) => {
            let (old, Some(new)) = question.event.nodes() else { return false };
            after_node_change(question.pod, old, new)
        }
        (old, new) => after_pod_change(question, old, new),
    }
}

fn after_pod_change(question: &Question<'_>, old: Option<&Pod>, new: Option<&Pod>) -> bool {
    if question.is_target {
        return true;
    }
    if old.into_iter().chain(new).any(|pod| pod.node.is_none()) {
        return false;
    }
    let rules = question.rules;
    let affinity = &question.pod.spec.affinity.required;
    let anti_affinity = &question.pod.spec.anti_affinity.required;
    let repelled = |terms: &[AffinityTerm], pod: &Pod| {
        if rules.any_anti_affinity_term { matches_any(terms, pod) } else { matches_all(terms, pod) }
    };
    match (old, new) {
        (Some(old), Some(new)) => {
            (!matches_all(affinity, old) && matches_all(affinity, new))
                || (repelled(anti_affinity, old) && !repelled(anti_affinity, new))
        }
        (None, Some(new)) => matches_all(affinity, new),
        (Some(old), None) => {
            repelled(anti_affinity, old)
                || (rules.anti_affinity_of_deleted_pod
                    && repelled(&old.spec.anti_affinity.required, question.pod))
        }
        (None, None) => false,
    }
}

fn after_node_change(pod: &Pod, old: Option<&Node>, new: &Node) -> bool {
    let value = |node: &Node, term: &AffinityTerm| node.labels.get(term.topology_key);
    let (affinity, anti_affinity) = (&pod.spec.affinity.required, &pod.spec.anti_affinity.required);
    match old {
        None => affinity.iter().any(|term| value(new, term).is_some()) || !anti_affinity.is_empty(),
        Some(old) => {
            let gained =
                |term: &AffinityTerm| value(new, term).is_some() && value(old, term) != value(new, term);
            let lost =
                |term: &AffinityTerm| value(old, term).is_some() && value(old, term) != value(new, term);
            affinity.iter().any(gained) || anti_affinity.iter().any(lost)
        }
    }
}

fn matches(term: &AffinityTerm, pod: &Pod, namespace_labels: &Labels) -> bool {
    let namespace = term.namespaces.contains(&pod.spec.namespace)
        || term.namespace_selector.as_ref().is_some_and(|selector| selector.matches(namespace_labels));
    namespace && term.selector.as_ref().is_some_and(|selector| selector.matches(&pod.spec.labels))
}

/// No term at all matches no pod.
fn matches_all(terms: &[AffinityTerm], pod: &Pod) -> bool {
    !terms.is_empty() && terms.iter().all(|term| matches(term, pod, &Labels::default()))
}

fn matches_any(terms: &[AffinityTerm], pod: &Pod) -> bool {
    terms.iter().any(|term| matches(term, pod, &Labels::default()))
}

/// Whether one of the pod's required affinity terms matches another pod, its namespace's labels
/// considered.
pub(in crate::scheduler) fn any_affinity_term_matches(
    pod: &Pod,
    other: &Pod,
    context: &dyn HintContext,
) -> bool {
    let none = Labels::default();
    let labels = context.namespace_labels(other.spec.namespace).unwrap_or(&none);
    pod.spec.affinity.required.iter().any(|term| matches(term, other, labels))
}
