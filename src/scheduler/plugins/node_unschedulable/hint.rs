//! NodeUnschedulable: a node that is not cordoned appears, a node is uncordoned, or the pod itself
//! comes to tolerate cordoned nodes.

use crate::api::{Taint, TaintEffect};
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
    if let Some(new) = new {
        return !new.unschedulable && old.is_none_or(|old| old.unschedulable);
    }
    let (_, Some(updated)) = question.event.pods() else { return false };
    let known = question.context.known();
    let cordoned =
        Taint { key: known.unschedulable, value: known.empty, number: None, effect: TaintEffect::NoSchedule };
    question.is_target && cordoned.is_tolerated_by(&updated.spec.tolerations)
}
