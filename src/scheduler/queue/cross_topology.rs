//! Without hints, which pods an added or updated pod on a node may concern: those that topology spread
//! rejected in its namespace, and those with a required affinity term that matches it
//! (`getUnschedulablePodsWithCrossTopologyTerm`, which names the plugin as this file does).

use crate::api::Pod;
use crate::scheduler::framework::{HintContext, PluginId, PluginSet};
use crate::scheduler::plugins::inter_pod_affinity::hint::any_affinity_term_matches;

/// The plugin whose pods are looked at by namespace.
pub(super) const SPREAD: &str = "PodTopologySpread";

/// Whether the other pod may concern a pod that these plugins rejected.
pub(super) fn crosses_topology(
    pod: &Pod,
    (rejected_by, spread): (PluginSet, Option<PluginId>),
    other: &Pod,
    context: &dyn HintContext,
) -> bool {
    let spreads = spread.is_some_and(|spread| rejected_by.contains(spread));
    (spreads && pod.spec.namespace == other.spec.namespace) || any_affinity_term_matches(pod, other, context)
}
