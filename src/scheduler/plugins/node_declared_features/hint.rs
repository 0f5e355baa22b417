//! NodeDeclaredFeatures: a node appears. DIFFERENCE: that a node declares other features than before is no event here.

use crate::scheduler::framework::{Actions, Events, Registration};

/// What the plugin waits for.
pub(super) const EVENTS: Events = Events {
    with_hints: |_| Registration { pod: Actions::NONE, node: Actions::ADD },
    without_hints: Registration { pod: Actions::NONE, node: Actions::ADD },
    hint: |_| true,
};
