//! PodTopologySpread: a pod of the same namespace that a constraint counts comes, goes or changes its
//! labels, or a node that is a domain does.
//!
//! A deletion timestamp changes the count, but is no such event: a pod that waits for room is tried
//! again when the other one is *removed*.

use std::borrow::Cow;

use crate::api::{InclusionPolicy, Labels, Node, Pod, SpreadConstraint, WhenUnsatisfiable};
use crate::scheduler::queue::hints::Question;

/// Whether the event may help.
pub(in crate::scheduler) fn hint(question: &Question<'_>) -> bool {
    let constraints = hard_constraints(question);
    match question.event.pods() {
        (None, None) => after_node_change(&constraints, question),
        (old, new) => {
            let involved = |pod: &Pod| {
                question.is_target
                    || (pod.node.is_some() && pod.spec.namespace == question.pod.spec.namespace)
            };
            old.into_iter().chain(new).all(involved) && after_pod_change(&constraints, question, old, new)
        }
    }
}

fn hard_constraints<'a>(question: &Question<'a>) -> Cow<'a, [SpreadConstraint]> {
    if question.pod.spec.spread_constraints.is_empty() {
        Cow::Owned(question.context.default_hard_constraints(question.pod))
    } else {
        Cow::Borrowed(&question.pod.spec.spread_constraints)
    }
}

fn hard(constraints: &[SpreadConstraint]) -> impl Iterator<Item = &SpreadConstraint> {
    constraints.iter().filter(|constraint| constraint.when_unsatisfiable == WhenUnsatisfiable::DoNotSchedule)
}

fn counts(constraint: &SpreadConstraint, labels: &Labels) -> bool {
    constraint.selector.as_ref().is_some_and(|selector| selector.matches(labels))
}

fn after_pod_change(
    constraints: &[SpreadConstraint],
    question: &Question<'_>,
    old: Option<&Pod>,
    new: Option<&Pod>,
) -> bool {
    let (Some(old), Some(new)) = (old, new) else {
        let labels = old.or(new).map(|pod| &pod.spec.labels);
        return labels.is_some_and(|labels| hard(constraints).any(|constraint| counts(constraint, labels)));
    };
    let honours_taints =
        |constraint: &SpreadConstraint| constraint.node_taints_policy == InclusionPolicy::Honor;
    let new_toleration = question.is_target && old.spec.tolerations != new.spec.tolerations;
    if new_toleration && hard(constraints).any(honours_taints) {
        return true;
    }
    old.spec.labels != new.spec.labels
        && hard(constraints)
            .any(|constraint| counts(constraint, &old.spec.labels) != counts(constraint, &new.spec.labels))
}

fn after_node_change(constraints: &[SpreadConstraint], question: &Question<'_>) -> bool {
    let is_domain =
        |node: &Node| hard(constraints).all(|constraint| node.labels.get(constraint.topology_key).is_some());
    let (old, new) = question.event.nodes();
    let (Some(old), Some(new)) = (old, new) else {
        return old.or(new).is_some_and(is_domain);
    };
    if is_domain(old) != is_domain(new) {
        return true;
    }
    let moved = |constraint: &SpreadConstraint| {
        old.labels.get(constraint.topology_key) != new.labels.get(constraint.topology_key)
    };
    is_domain(new) && (hard(constraints).any(moved) || old.taints != new.taints)
}
