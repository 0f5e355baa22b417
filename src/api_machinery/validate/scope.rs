//! What the rules of a pod spec depend on besides the spec.

use super::labels::LabelMap;
use crate::api::ApiServerBehaviour;

/// What a pod spec belongs to.
pub(super) struct Scope<'a> {
    /// Which fields the API server keeps.
    pub(super) behaviour: ApiServerBehaviour,
    /// A pod, not a template.
    pub(super) is_pod: bool,
    /// A pod that a cluster holds already.
    pub(super) exists: bool,
    /// The labels from which label keys are merged into selectors now: those of a pod that is being
    /// created.
    pub(super) merged_labels: LabelMap<'a>,
}
