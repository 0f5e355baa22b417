//! Topology spread constraints.

use k8s_openapi::api::core::v1 as core;

use super::CompileContext;
use super::selector::{label_selector, symbols};
use crate::api::{InclusionPolicy, Interner, SpreadConstraint, WhenUnsatisfiable};

/// The constraints of a pod, with the fields that the release keeps.
pub fn constraints(
    constraints: Option<&[core::TopologySpreadConstraint]>,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> Vec<SpreadConstraint> {
    constraints.unwrap_or_default().iter().map(|source| constraint(source, context, names)).collect()
}

fn constraint(
    source: &core::TopologySpreadConstraint,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> SpreadConstraint {
    let keeps = context.api_server;
    let keys = source.match_label_keys.as_deref().filter(|_| keeps.match_label_keys_in_pod_topology_spread);
    let policies = keeps.node_inclusion_policy_in_pod_topology_spread;
    let policy = |text: &Option<String>, default| match text.as_deref().filter(|_| policies) {
        Some("Honor") => InclusionPolicy::Honor,
        Some("Ignore") => InclusionPolicy::Ignore,
        _ => default,
    };
    SpreadConstraint {
        topology_key: names.intern(&source.topology_key),
        max_skew: source.max_skew,
        when_unsatisfiable: if source.when_unsatisfiable == "ScheduleAnyway" {
            WhenUnsatisfiable::ScheduleAnyway
        } else {
            WhenUnsatisfiable::DoNotSchedule
        },
        selector: source.label_selector.as_ref().map(|selector| label_selector(selector, names)),
        empty_selector_counts: context.scheduler.empty_spread_selector_counts,
        match_label_keys: symbols(keys, names),
        min_domains: source.min_domains.filter(|_| keeps.min_domains_in_pod_topology_spread).unwrap_or(1),
        node_affinity_policy: policy(&source.node_affinity_policy, InclusionPolicy::Honor),
        node_taints_policy: policy(&source.node_taints_policy, InclusionPolicy::Ignore),
    }
}
