//! Whether a pod may be evicted (the eviction subresource of kube-apiserver).

use super::budget::BudgetStatus;
use crate::api::PodPhase;

/// `spec.unhealthyPodEvictionPolicy` (KEP-3017).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnhealthyPodEvictionPolicy {
    /// Pods that are not ready may go while enough others are healthy.
    #[default]
    IfHealthyBudget,
    /// They may always go.
    AlwaysAllow,
}

/// What becomes of an eviction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The pod is deleted, and no budget is read: it has not started, has ended, or is going already.
    WithoutBudget,
    /// The pod is deleted, and its budget stays as it is: it is not ready.
    Unhealthy,
    /// The pod is deleted, and one disruption less is allowed.
    Charged,
    /// It stays: too many requests (429).
    Refused,
}

/// Decides on one pod. Of the budget, one disruption is taken where it is charged.
pub fn evict(
    phase: PodPhase,
    ready: bool,
    terminating: bool,
    policy: UnhealthyPodEvictionPolicy,
    budget: &mut BudgetStatus,
) -> Admission {
    if terminating || matches!(phase, PodPhase::Pending | PodPhase::Succeeded | PodPhase::Failed) {
        return Admission::WithoutBudget;
    }
    let enough = budget.current_healthy >= budget.desired_healthy && budget.desired_healthy > 0;
    if !ready && (enough || policy == UnhealthyPodEvictionPolicy::AlwaysAllow) {
        return Admission::Unhealthy;
    }
    if budget.disruptions_allowed <= 0 {
        return Admission::Refused;
    }
    budget.disruptions_allowed -= 1;
    Admission::Charged
}
