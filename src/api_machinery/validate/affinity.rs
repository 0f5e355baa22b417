//! Node affinity and inter-pod (anti-)affinity (`validateAffinity` of core/validation, v1.34).
//!
//! That `Gt` and `Lt` need a number is no rule of the API server: the scheduler finds out.

use k8s_openapi::api::core::v1::{
    Affinity, NodeAffinity, NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm,
    WeightedPodAffinityTerm,
};

use super::fault::Faults;
use super::label_keys::LabelKeys;
use super::labels;
use super::names;
use super::path::Path;
use super::scope::Scope;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// `spec.affinity`.
pub(super) fn affinity(affinity: &Affinity, scope: &Scope<'_>, at: &Path<'_>, faults: &mut Faults) {
    if let Some(node) = &affinity.node_affinity {
        node_affinity(node, &at.child("nodeAffinity"), faults);
    }
    if let Some(pod) = &affinity.pod_affinity {
        let at = at.child("podAffinity");
        let required = pod.required_during_scheduling_ignored_during_execution.as_deref();
        let preferred = pod.preferred_during_scheduling_ignored_during_execution.as_deref();
        pod_terms(required, preferred, scope, &at, faults);
    }
    if let Some(pod) = &affinity.pod_anti_affinity {
        let at = at.child("podAntiAffinity");
        let required = pod.required_during_scheduling_ignored_during_execution.as_deref();
        let preferred = pod.preferred_during_scheduling_ignored_during_execution.as_deref();
        pod_terms(required, preferred, scope, &at, faults);
    }
}

fn weight(weight: i32, at: &Path<'_>, faults: &mut Faults) {
    if !(1..=100).contains(&weight) {
        faults.invalid(&at.child("weight"), weight, "must be in the range 1-100");
    }
}

fn node_affinity(affinity: &NodeAffinity, at: &Path<'_>, faults: &mut Faults) {
    if let Some(selector) = &affinity.required_during_scheduling_ignored_during_execution {
        let at = at.child(REQUIRED);
        let terms = at.child("nodeSelectorTerms");
        if selector.node_selector_terms.is_empty() {
            faults.required(&terms, "must have at least one node selector term");
        }
        for (index, term) in selector.node_selector_terms.iter().enumerate() {
            node_term(term, true, &terms.index(index), faults);
        }
    }
    let at = at.child(PREFERRED);
    let preferred = affinity.preferred_during_scheduling_ignored_during_execution.iter().flatten();
    for (index, term) in preferred.enumerate() {
        let at = at.index(index);
        weight(term.weight, &at, faults);
        node_term(&term.preference, false, &at.child("preference"), faults);
    }
}

/// A term. The values of preferred ones may be what no label can be.
fn node_term(term: &NodeSelectorTerm, values_are_labels: bool, at: &Path<'_>, faults: &mut Faults) {
    let expressions = at.child("matchExpressions");
    for (index, one) in term.match_expressions.iter().flatten().enumerate() {
        node_requirement(one, values_are_labels, &expressions.index(index), faults);
    }
    let fields = at.child("matchFields");
    for (index, one) in term.match_fields.iter().flatten().enumerate() {
        node_field(one, &fields.index(index), faults);
    }
}

fn node_requirement(
    one: &NodeSelectorRequirement,
    values_are_labels: bool,
    at: &Path<'_>,
    faults: &mut Faults,
) {
    let values = at.child("values");
    let count = one.values.as_ref().map_or(0, Vec::len);
    match one.operator.as_str() {
        "In" | "NotIn" => {
            if count == 0 {
                faults.required(&values, "must be specified when `operator` is 'In' or 'NotIn'");
            }
        }
        "Exists" | "DoesNotExist" => {
            if count > 0 {
                let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                faults.forbidden(&values, detail);
            }
        }
        "Gt" | "Lt" => {
            if count != 1 {
                faults.required(&values, "must be specified single value when `operator` is 'Lt' or 'Gt'");
            }
        }
        other => faults.invalid(&at.child("operator"), other, "not a valid selector operator"),
    }
    labels::label_key(&one.key, &at.child("key"), faults);
    if values_are_labels {
        labels::label_values(one.values.as_deref(), &values, faults);
    }
}

fn node_field(one: &NodeSelectorRequirement, at: &Path<'_>, faults: &mut Faults) {
    let values = at.child("values");
    let listed = one.values.as_deref().unwrap_or_default();
    match one.operator.as_str() {
        "In" | "NotIn" => {
            if listed.len() != 1 {
                let detail =
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
                faults.required(&values, detail);
            }
        }
        other => faults.invalid(&at.child("operator"), other, "not a valid selector operator"),
    }
    if one.key != "metadata.name" {
        faults.invalid(&at.child("key"), one.key.as_str(), "not a valid field selector key");
        return;
    }
    for (index, value) in listed.iter().enumerate() {
        faults.all_invalid(&values.index(index), value, &names::dns_subdomain(value));
    }
}

fn pod_terms(
    required: Option<&[PodAffinityTerm]>,
    preferred: Option<&[WeightedPodAffinityTerm]>,
    scope: &Scope<'_>,
    at: &Path<'_>,
    faults: &mut Faults,
) {
    let terms = at.child(REQUIRED);
    for (index, term) in required.unwrap_or_default().iter().enumerate() {
        pod_term(term, scope, &terms.index(index), faults);
    }
    let terms = at.child(PREFERRED);
    for (index, term) in preferred.unwrap_or_default().iter().enumerate() {
        let at = terms.index(index);
        weight(term.weight, &at, faults);
        pod_term(&term.pod_affinity_term, scope, &at.child("podAffinityTerm"), faults);
    }
}

fn pod_term(term: &PodAffinityTerm, scope: &Scope<'_>, at: &Path<'_>, faults: &mut Faults) {
    if let Some(selector) = &term.label_selector {
        labels::selector(selector, &at.child("labelSelector"), faults);
    }
    if let Some(selector) = &term.namespace_selector {
        labels::selector(selector, &at.child("namespaceSelector"), faults);
    }
    for (index, namespace) in term.namespaces.iter().flatten().enumerate() {
        let at = at.renamed("namespaces", "namespace");
        faults.all_invalid(&at.unsaid_index(index), namespace, &names::dns_label(namespace));
    }
    if scope.behaviour.match_label_keys_in_pod_affinity {
        let keys = LabelKeys {
            matching: term.match_label_keys.as_deref().unwrap_or_default(),
            mismatching: term.mismatch_label_keys.as_deref().unwrap_or_default(),
            selector: term.label_selector.as_ref(),
            merged: scope.merged_labels,
        };
        keys.check(at, faults);
    }
    let key = at.child("topologyKey");
    if term.topology_key.is_empty() {
        faults.required(&key, "can not be empty");
    }
    labels::label_key(&term.topology_key, &key, faults);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_places};

    fn pod(affinity: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c}}], affinity: {{{affinity}}}}}\n"
        )
    }

    fn required(expression: &str) -> String {
        pod(&format!(
            "nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{{{expression}}}]}}}}"
        ))
    }

    const TERM: &str =
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]";

    /// `TestValidatePod` (pkg/apis/core/validation), the cases of node affinity.
    #[test]
    fn node_affinity() {
        check(&required("matchExpressions: [{key: a, operator: In, values: [b, \"\"]}]"), &[]);
        check(&required("matchExpressions: [{key: a, operator: Gt, values: [five]}]"), &[]);
        check(&required("matchFields: [{key: metadata.name, operator: NotIn, values: [n1]}]"), &[]);
        check(&required(""), &[]);
        check(
            &pod("nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}"),
            &[
                "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term",
            ],
        );
        for (expression, told) in [
            (
                "{key: a, operator: NotIn}",
                "values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
            ),
            (
                "{key: a, operator: Exists, values: [b]}",
                "values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
            (
                "{key: a, operator: Lt, values: [\"1\", \"2\"]}",
                "values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'",
            ),
            (
                "{key: a, operator: Equals, values: [b]}",
                "operator: Invalid value: \"Equals\": not a valid selector operator",
            ),
            (
                "{key: a, operator: In, values: [b c]}",
                "values[0]: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
            ),
        ] {
            let told = format!("{TERM}.matchExpressions[0].{told}");
            check(&required(&format!("matchExpressions: [{expression}]")), &[&told]);
        }
        for (field, told) in [
            (
                "{key: metadata.name, operator: In, values: [a, b]}",
                "values: Required value: must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
            ),
            (
                "{key: metadata.name, operator: Exists}",
                "operator: Invalid value: \"Exists\": not a valid selector operator",
            ),
            (
                "{key: metadata.namespace, operator: In, values: [a]}",
                "key: Invalid value: \"metadata.namespace\": not a valid field selector key",
            ),
        ] {
            let told = format!("{TERM}.matchFields[0].{told}");
            check(&required(&format!("matchFields: [{field}]")), &[&told]);
        }
    }

    #[test]
    fn preferred_terms() {
        let preferred = |weight: i32| {
            pod(&format!(
                "nodeAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{{weight: {weight}, preference: {{matchExpressions: [{{key: a, operator: In, values: [b c]}}]}}}}]}}, podAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{{weight: {weight}, podAffinityTerm: {{topologyKey: t}}}}]}}"
            ))
        };
        check(&preferred(1), &[]);
        check(
            &preferred(101),
            &[
                "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100",
                "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100",
            ],
        );
    }

    /// `TestValidatePod`, the cases of inter-pod affinity.
    #[test]
    fn pod_terms() {
        let term = |fields: &str| {
            pod(&format!(
                "podAntiAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{{{fields}}}]}}"
            ))
        };
        let at = "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]";
        check(&term("topologyKey: t, labelSelector: {}, namespaces: [a]"), &[]);
        let name_rule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
        check(
            &term("labelSelector: {}"),
            &[
                &format!("{at}.topologyKey: Required value: can not be empty"),
                &format!("{at}.topologyKey: Invalid value: \"\": name part must be non-empty"),
                &format!("{at}.topologyKey: Invalid value: \"\": {name_rule}"),
            ],
        );
        check_places(
            &term("topologyKey: t, namespaces: [a, b.c]"),
            &[(
                &format!("{at}.namespaces[1]"),
                &format!("{at}.namespace: Invalid value: \"b.c\": must not contain dots"),
            )],
        );
        check(
            &term("topologyKey: t, namespaceSelector: {matchExpressions: [{key: a, operator: Is}]}"),
            &[&format!(
                "{at}.namespaceSelector.matchExpressions[0].operator: Invalid value: \"Is\": not a valid selector operator"
            )],
        );
    }
}
