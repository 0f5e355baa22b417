//! Topology spread constraints (`validateTopologySpreadConstraints` of core/validation, v1.34).

use k8s_openapi::api::core::v1::TopologySpreadConstraint;

use super::fault::Faults;
use super::label_keys::LabelKeys;
use super::labels;
use super::path::Path;
use super::scope::Scope;

/// The constraints of a pod.
pub(super) fn constraints(
    list: &[TopologySpreadConstraint],
    scope: &Scope<'_>,
    at: &Path<'_>,
    faults: &mut Faults,
) {
    for (index, one) in list.iter().enumerate() {
        let at = at.index(index);
        constraint(one, &at, faults);
        let is_repeated = list[index + 1..].iter().any(|other| {
            (&other.topology_key, &other.when_unsatisfiable) == (&one.topology_key, &one.when_unsatisfiable)
        });
        if is_repeated {
            let shown = format!("{{{}, {}}}", one.topology_key, one.when_unsatisfiable);
            let at = at.renamed("topologyKey", "{topologyKey, whenUnsatisfiable}");
            faults.duplicate(&at, shown.as_str(), "");
        }
        gated(one, scope, &at, faults);
        if let Some(selector) = &one.label_selector {
            labels::selector(selector, &at.child("labelSelector"), faults);
        }
    }
}

fn constraint(one: &TopologySpreadConstraint, at: &Path<'_>, faults: &mut Faults) {
    if one.max_skew <= 0 {
        faults.invalid(&at.child("maxSkew"), one.max_skew, "must be greater than zero");
    }
    if one.topology_key.is_empty() {
        faults.required(&at.child("topologyKey"), "can not be empty");
    }
    let actions = ["DoNotSchedule", "ScheduleAnyway"];
    if !actions.contains(&one.when_unsatisfiable.as_str()) {
        let at = at.child("whenUnsatisfiable");
        faults.not_supported(&at, one.when_unsatisfiable.as_str(), &actions);
    }
}

/// Fields that the API server drops, without looking at them, where their gate is off.
fn gated(one: &TopologySpreadConstraint, scope: &Scope<'_>, at: &Path<'_>, faults: &mut Faults) {
    let gates = scope.behaviour;
    if let Some(domains) = one.min_domains.filter(|_| gates.min_domains_in_pod_topology_spread) {
        let at = at.child("minDomains");
        if domains <= 0 {
            faults.invalid(&at, domains, "must be greater than zero");
        }
        if one.when_unsatisfiable != "DoNotSchedule" {
            let detail = format!(
                "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}",
                one.when_unsatisfiable
            );
            faults.invalid(&at, domains, &detail);
        }
    }
    if gates.node_inclusion_policy_in_pod_topology_spread {
        for (name, policy) in
            [("nodeAffinityPolicy", &one.node_affinity_policy), ("nodeTaintsPolicy", &one.node_taints_policy)]
        {
            let known = ["Honor", "Ignore"];
            if let Some(policy) = policy.as_deref().filter(|policy| !known.contains(policy)) {
                faults.not_supported(&at.child(name), policy, &known);
            }
        }
    }
    if gates.match_label_keys_in_pod_topology_spread {
        let keys = LabelKeys {
            matching: one.match_label_keys.as_deref().unwrap_or_default(),
            mismatching: &[],
            selector: one.label_selector.as_ref(),
            merged: scope.merged_labels,
        };
        if gates.match_label_keys_in_pod_topology_spread_selector_merge {
            keys.check(at, faults);
        } else {
            keys.check_unmerged(at, faults);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_in, check_places};

    fn pod(constraints: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c}}], topologySpreadConstraints: [{constraints}]}}\n"
        )
    }

    const AT: &str = "spec.topologySpreadConstraints[0]";

    /// `TestValidateTopologySpreadConstraints` (pkg/apis/core/validation).
    #[test]
    fn constraints() {
        let good = "{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, minDomains: 3, nodeAffinityPolicy: Ignore, nodeTaintsPolicy: Honor}";
        let other = "{maxSkew: 5, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}";
        check(&pod(&format!("{good}, {other}")), &[]);
        check(
            &pod("{maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}"),
            &[&format!("{AT}.maxSkew: Invalid value: 0: must be greater than zero")],
        );
        check(
            &pod("{maxSkew: 1}"),
            &[
                &format!("{AT}.topologyKey: Required value: can not be empty"),
                &format!(
                    "{AT}.whenUnsatisfiable: Unsupported value: \"\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\""
                ),
            ],
        );
        check_places(
            &pod(&format!("{other}, {other}")),
            &[(
                &format!("{AT}.topologyKey"),
                &format!(
                    "{AT}.{{topologyKey, whenUnsatisfiable}}: Duplicate value: \"{{zone, ScheduleAnyway}}\""
                ),
            )],
        );
    }

    #[test]
    fn fields_with_gates() {
        let wrong = pod(
            "{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, minDomains: 0, nodeAffinityPolicy: Hono}",
        );
        check(
            &wrong,
            &[
                &format!("{AT}.minDomains: Invalid value: 0: must be greater than zero"),
                &format!(
                    "{AT}.minDomains: Invalid value: 0: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway"
                ),
                &format!(
                    "{AT}.nodeAffinityPolicy: Unsupported value: \"Hono\": supported values: \"Honor\", \"Ignore\""
                ),
            ],
        );
        check_in(24, &wrong, &[]);
    }

    #[test]
    fn selectors_are_checked() {
        check(
            &pod(
                "{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchExpressions: [{key: a, operator: In}]}}",
            ),
            &[&format!(
                "{AT}.labelSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"
            )],
        );
    }
}
