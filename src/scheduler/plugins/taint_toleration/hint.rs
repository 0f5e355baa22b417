//! TaintToleration: a node comes to have no taint left that the pod does not tolerate, or the pod
//! itself got a toleration.

use crate::api::{Node, Pod};
use crate::scheduler::framework::{Actions, Events, Question, Registration};

/// What the plugin waits for.
pub(super) const EVENTS: Events = Events {
    with_hints: |_| Registration {
        pod: Actions::POD_TOLERATION,
        node: Actions::ADD.with(Actions::NODE_TAINT),
    },
    without_hints: Registration { pod: Actions::NONE, node: Actions::ADD.with(Actions::NODE_UPDATE) },
    hint,
};

/// Whether the event may help.
fn hint(question: &Question<'_>) -> bool {
    let (old, new) = question.event.nodes();
    match new {
        Some(new) => tolerates(question.pod, new) && old.is_none_or(|old| !tolerates(question.pod, old)),
        None => question.is_target,
    }
}

fn tolerates(pod: &Pod, node: &Node) -> bool {
    node.taints
        .iter()
        .filter(|taint| taint.keeps_away())
        .all(|taint| taint.is_tolerated_by(&pod.spec.tolerations))
}
