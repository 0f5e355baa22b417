//! SchedulingGates: the pod may go on once its last gate is gone.

use crate::scheduler::framework::{Actions, Events, Question, Registration};

/// What the plugin waits for.
pub(super) const EVENTS: Events = Events {
    with_hints: |_| Registration { pod: Actions::POD_GATES, node: Actions::NONE },
    without_hints: Registration { pod: Actions::NONE, node: Actions::NONE },
    hint,
};

/// Whether the event may help. The plugin registers the end of the gates only.
fn hint(_question: &Question<'_>) -> bool {
    true
}
