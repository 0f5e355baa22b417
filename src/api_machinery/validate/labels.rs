//! Labels and label selectors (`metav1/validation` and `labels` of apimachinery, v1.34).

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use super::fault::Faults;
use super::names;
use super::path::Path;

/// A map of labels, `None` where there is none.
pub(super) type LabelMap<'a> = Option<&'a BTreeMap<String, String>>;

/// Labels, or a selector that is a plain map. The API server names the map; the place is the label.
pub(super) fn labels(map: LabelMap<'_>, at: &Path<'_>, faults: &mut Faults) {
    for (key, value) in map.into_iter().flatten() {
        let at = at.unsaid_key(key);
        label_key(key, &at, faults);
        faults.all_invalid(&at, value, &names::label_value(value));
    }
}

/// The key of a label.
pub(super) fn label_key(key: &str, at: &Path<'_>, faults: &mut Faults) {
    faults.all_invalid(at, key, &names::qualified_name(key));
}

/// A list of label values.
pub(super) fn label_values(values: Option<&[String]>, at: &Path<'_>, faults: &mut Faults) {
    for (index, value) in values.unwrap_or_default().iter().enumerate() {
        faults.all_invalid(&at.index(index), value, &names::label_value(value));
    }
}

/// A `LabelSelector`.
pub(super) fn selector(selector: &LabelSelector, at: &Path<'_>, faults: &mut Faults) {
    labels(selector.match_labels.as_ref(), &at.child("matchLabels"), faults);
    let at = at.child("matchExpressions");
    for (index, one) in selector.match_expressions.iter().flatten().enumerate() {
        requirement(one, &at.index(index), faults);
    }
}

fn requirement(one: &LabelSelectorRequirement, at: &Path<'_>, faults: &mut Faults) {
    let is_empty = one.values.as_ref().is_none_or(Vec::is_empty);
    let values = at.child("values");
    match one.operator.as_str() {
        "In" | "NotIn" => {
            if is_empty {
                faults.required(&values, "must be specified when `operator` is 'In' or 'NotIn'");
            }
        }
        "Exists" | "DoesNotExist" => {
            if !is_empty {
                faults
                    .forbidden(&values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
            }
        }
        other => faults.invalid(&at.child("operator"), other, "not a valid selector operator"),
    }
    label_key(&one.key, &at.child("key"), faults);
    label_values(one.values.as_deref(), &values, faults);
}

/// Whether a selector has no requirement at all: `{}`, or not given. (What is not given comes here as
/// `{}`.)
pub(super) fn is_empty(selector: &LabelSelector) -> bool {
    selector.match_labels.as_ref().is_none_or(BTreeMap::is_empty)
        && selector.match_expressions.as_ref().is_none_or(Vec::is_empty)
}

/// Whether labels satisfy a selector; `None` if the selector cannot be evaluated.
pub(super) fn matches(selector: &LabelSelector, map: LabelMap<'_>) -> Option<bool> {
    let mut faults = Faults::default();
    self::selector(selector, &Path::root(""), &mut faults);
    if faults.count() > 0 {
        return None;
    }
    let value = |key: &str| map.and_then(|map| map.get(key));
    let labels_match = selector.match_labels.iter().flatten().all(|(key, wanted)| value(key) == Some(wanted));
    let expressions_match = selector.match_expressions.iter().flatten().all(|one| {
        let listed = value(&one.key).map(|value| one.values.iter().flatten().any(|listed| listed == value));
        match one.operator.as_str() {
            "In" => listed == Some(true),
            "NotIn" => listed != Some(true),
            "Exists" => listed.is_some(),
            _ => listed.is_none(),
        }
    });
    Some(labels_match && expressions_match)
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    /// A Deployment with this selector; its pods carry `app: web`.
    fn deployment(selector: &str) -> String {
        format!(
            "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {selector}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: c, image: i}}]}}
"
        )
    }

    const MISMATCH: &str = "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"web\"}: `selector` does not match template `labels`";

    /// `TestValidateDeployment`, `TestValidateReplicaSet` (pkg/apis/apps/validation) and
    /// `TestValidateLabelSelector` (metav1/validation).
    #[test]
    fn selectors_of_workloads() {
        check(&deployment("{matchLabels: {app: web}}"), &[]);
        check(&deployment("{matchExpressions: [{key: app, operator: In, values: [a, web]}]}"), &[]);
        check(&deployment("{matchExpressions: [{key: other, operator: DoesNotExist}]}"), &[]);
        check(&deployment("{matchExpressions: [{key: app, operator: Exists}]}"), &[]);
        check(&deployment("{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}"), &[]);
        check(&deployment("{matchLabels: {app: other}}"), &[MISMATCH]);
        check(&deployment("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}"), &[MISMATCH]);
        check(&deployment("{matchExpressions: [{key: other, operator: Exists}]}"), &[MISMATCH]);
        check(&deployment("null"), &["spec.selector: Required value", MISMATCH]);
        check(
            &deployment("{matchLabels: {}}"),
            &[
                "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for deployment",
            ],
        );
    }

    #[test]
    fn selectors_that_cannot_be_evaluated() {
        let unusable = |expressions: &str| {
            format!(
                "spec.selector: Invalid value: v1.LabelSelector{{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement{{{expressions}}}}}: invalid label selector"
            )
        };
        check(
            &deployment("{matchExpressions: [{key: app, operator: In}]}"),
            &[
                "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
                &unusable("v1.LabelSelectorRequirement{Key:\"app\", Operator:\"In\", Values:[]string(nil)}"),
            ],
        );
        check(
            &deployment("{matchExpressions: [{key: app, operator: Exists, values: [a]}]}"),
            &[
                "spec.selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                &unusable(
                    "v1.LabelSelectorRequirement{Key:\"app\", Operator:\"Exists\", Values:[]string{\"a\"}}",
                ),
            ],
        );
        check(
            &deployment("{matchExpressions: [{key: app, operator: Gt, values: [\"1\"]}]}"),
            &[
                "spec.selector.matchExpressions[0].operator: Invalid value: \"Gt\": not a valid selector operator",
                &unusable(
                    "v1.LabelSelectorRequirement{Key:\"app\", Operator:\"Gt\", Values:[]string{\"1\"}}",
                ),
            ],
        );
    }
}
