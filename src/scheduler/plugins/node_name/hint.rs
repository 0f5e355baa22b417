//! NodeName: any new node may be the one.

use crate::scheduler::queue::hints::Question;

/// Whether the event may help. Kubernetes gives no hint here, so that even a node of another name
/// brings the pod back.
pub(in crate::scheduler) fn hint(_question: &Question<'_>) -> bool {
    true
}
