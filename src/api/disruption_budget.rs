//! PodDisruptionBudgets: how many pods of a set may go at a time.

use std::sync::Arc;

use super::{LabelSelector, Pod};
use crate::kernel::Symbol;

/// What is read of a PodDisruptionBudget when pods are to be evicted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisruptionBudget {
    /// `metadata.namespace`.
    pub namespace: Symbol,
    /// `metadata.name`.
    pub name: Symbol,
    /// `spec.selector`; absent or empty, it selects no pod.
    pub selector: Option<LabelSelector>,
    /// `status.disruptionsAllowed`.
    pub disruptions_allowed: i32,
    /// The names in `status.disruptedPods`, sorted: their disruption was counted when it was allowed.
    pub disrupted_pods: Vec<Arc<str>>,
}

impl DisruptionBudget {
    /// Whether it covers a pod. A pod without labels is in no budget.
    pub fn covers(&self, pod: &Pod) -> bool {
        let spec = &pod.spec;
        self.namespace == spec.namespace
            && !spec.labels.is_empty()
            && self
                .selector
                .as_ref()
                .is_some_and(|selector| !selector.is_empty() && selector.matches(&spec.labels))
    }

    /// Whether the disruption of a pod of this name was counted already.
    pub fn has_counted(&self, pod: &str) -> bool {
        self.disrupted_pods.binary_search_by(|name| (**name).cmp(pod)).is_ok()
    }
}
