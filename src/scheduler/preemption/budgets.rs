//! PodDisruptionBudgets (`filterPodsWithPDBViolation`).

use std::sync::Arc;

use crate::api::{DisruptionBudget, Pod};

/// Parts pods into those whose going would violate a budget and the others, each in their order. Budgets are
/// used up from the first pod on, so that the last ones violate; a pod uses up all that cover it.
pub(super) fn split<'p>(
    pods: &[&'p Arc<Pod>],
    budgets: &[DisruptionBudget],
) -> (Vec<&'p Arc<Pod>>, Vec<&'p Arc<Pod>>) {
    let mut left: Vec<i64> = budgets.iter().map(|budget| i64::from(budget.disruptions_allowed)).collect();
    let violates = |pod: &&&Arc<Pod>| {
        let mut is_violated = false;
        for (budget, left) in budgets.iter().zip(&mut left) {
            if budget.covers(pod) && !budget.has_counted(&pod.name) {
                *left -= 1;
                is_violated |= *left < 0;
            }
        }
        is_violated
    };
    pods.iter().partition(violates)
}
