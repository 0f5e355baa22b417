//! NodeResourcesFit: a pod on a node goes (whatever it held) or shrinks in a resource that the pod
//! asks for, the pod itself shrinks, or a node appears or grows that could hold it when empty.

use crate::api::{Node, Pod, Resources};
use crate::scheduler::framework::{Actions, Events, Question, Registration};

/// What the plugin waits for.
pub(super) const EVENTS: Events = Events {
    with_hints: |rules| Registration {
        pod: if rules.in_place_pod_vertical_scaling {
            Actions::DELETE.with(Actions::POD_SCALE_DOWN)
        } else {
            Actions::DELETE
        },
        node: Actions::ADD.with(Actions::NODE_ALLOCATABLE),
    },
    without_hints: Registration { pod: Actions::DELETE, node: Actions::ADD.with(Actions::NODE_UPDATE) },
    hint,
};

/// Whether the event may help.
fn hint(question: &Question<'_>) -> bool {
    match question.event.pods() {
        (Some(deleted), None) => return deleted.node.is_some(),
        (Some(old), Some(new)) => return scaled_down(question, old, new),
        _ => {}
    }
    let (old, Some(new)) = question.event.nodes() else { return false };
    let request = &question.pod.spec.requests.fit;
    fits_empty(request, new) && old.is_none_or(|old| grew(request, &old.allocatable, &new.allocatable))
}

fn scaled_down(question: &Question<'_>, old: &Pod, new: &Pod) -> bool {
    if question.is_target {
        return true;
    }
    if !question.rules.in_place_pod_vertical_scaling || new.node.is_none() {
        return false;
    }
    let (before, after) = (&old.spec.requests.usage, &new.spec.requests.usage);
    any_requested(&question.pod.spec.requests.fit, before, after)
}

/// Whether the pod would fit the node if nothing ran there.
fn fits_empty(request: &Resources, node: &Node) -> bool {
    let allocatable = &node.allocatable;
    allocatable.pods >= 1
        && (request.milli_cpu == 0 || request.milli_cpu <= allocatable.milli_cpu)
        && (request.memory == 0 || request.memory <= allocatable.memory)
        && (request.ephemeral_storage == 0 || request.ephemeral_storage <= allocatable.ephemeral_storage)
        && request
            .scalar
            .iter()
            .all(|&(name, amount)| amount == 0 || amount <= allocatable.scalar_amount(name))
}

fn grew(request: &Resources, before: &Resources, after: &Resources) -> bool {
    after.pods > before.pods || any_requested(request, after, before)
}

/// Whether `more` exceeds `less` in a resource that is asked for.
fn any_requested(request: &Resources, more: &Resources, less: &Resources) -> bool {
    (request.milli_cpu > 0 && more.milli_cpu > less.milli_cpu)
        || (request.memory > 0 && more.memory > less.memory)
        || (request.ephemeral_storage > 0 && more.ephemeral_storage > less.ephemeral_storage)
        || request
            .scalar
            .iter()
            .any(|&(name, amount)| amount > 0 && more.scalar_amount(name) > less.scalar_amount(name))
}
