//! NodeName: any new node may be the one.

use crate::scheduler::framework::{Actions, Events, Question, Registration};

/// What the plugin waits for.
pub(super) const EVENTS: Events = Events {
    with_hints: |_| Registration { pod: Actions::NONE, node: Actions::ADD },
    without_hints: Registration { pod: Actions::NONE, node: Actions::ADD.with(Actions::NODE_UPDATE) },
    hint,
};

/// Whether the event may help. Kubernetes gives no hint here, so that even a node of another name
/// brings the pod back.
fn hint(_question: &Question<'_>) -> bool {
    true
}
