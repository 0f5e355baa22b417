//! PodDisruptionBudgets.

use std::sync::Arc;

use k8s_openapi::api::policy::v1 as policy;

use super::metadata::namespace_of;
use super::selector::label_selector;
use crate::api::{DisruptionBudget, Interner};

/// A PodDisruptionBudget as its status stands.
pub fn compile_disruption_budget(
    budget: &policy::PodDisruptionBudget,
    names: &mut Interner,
) -> DisruptionBudget {
    let selector = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    let status = budget.status.as_ref();
    let disrupted = status.and_then(|status| status.disrupted_pods.as_ref()).into_iter().flatten();
    DisruptionBudget {
        namespace: namespace_of(&budget.metadata, names),
        name: names.intern(budget.metadata.name.as_deref().unwrap_or("")),
        selector: selector.map(|selector| label_selector(selector, names)),
        disruptions_allowed: status.and_then(|status| status.disruptions_allowed).unwrap_or(0),
        // Of a sorted map.
        disrupted_pods: disrupted.map(|(name, _)| Arc::from(name.as_str())).collect(),
    }
}
