//! SchedulingGates: the pod may go on once its last gate is gone.

use crate::scheduler::queue::hints::Question;

/// Whether the event may help. The plugin registers the end of the gates only.
pub(in crate::scheduler) fn hint(_question: &Question<'_>) -> bool {
    true
}
