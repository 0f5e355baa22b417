//! PodTopologySpread: a pod of the same namespace that a constraint counts comes, goes or changes its
//! labels, or a node that is a domain does.
//!
//! A deletion timestamp changes the count, but is no such event: a pod that waits for room is tried
//! again when the other one is *removed*.

use std::borrow::Cow;

use super::PodTopologySpreadArgs;
use crate::api::{InclusionPolicy, Labels, Node, Pod, SpreadConstraint, WhenUnsatisfiable};
use crate::scheduler::framework::{Actions, Events, Question, Registration};

/// What the plugin waits for.
pub(super) const EVENTS: Events = Events {
    with_hints: |_| Registration {
        pod: Actions::ADD.with(Actions::DELETE).with(Actions::POD_LABEL).with(Actions::POD_TOLERATION),
        node: Actions::ADD.with(Actions::DELETE).with(Actions::NODE_LABEL).with(Actions::NODE_TAINT),
    },
    without_hints: Registration {
        pod: Actions::POD_ANY,
        node: Actions::ADD.with(Actions::DELETE).with(Actions::NODE_LABEL),
    },
    hint,
};

/// Whether the event may help.
fn hint(question: &Question<'_>) -> bool {
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
        let args = question.context.args(question.pod).and_then(|args| args.get::<PodTopologySpreadArgs>());
        let selector = || question.context.default_selector(question.pod);
        let defaults = args.map(|args| args.defaults_of(WhenUnsatisfiable::DoNotSchedule, selector));
        Cow::Owned(defaults.unwrap_or_default())
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
