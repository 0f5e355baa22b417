//! Tolerations of pods and taints of nodes (`ValidateTolerations`, `validateNodeTaints` of
//! core/validation, v1.34).

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Taint, Toleration};

use super::fault::Faults;
use super::labels::label_key;
use super::names;
use super::path::Path;
use super::value::Shown;
use crate::api::go_text::quote;

const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// The tolerations of a pod.
pub(super) fn tolerations(list: &[Toleration], at: &Path<'_>, faults: &mut Faults) {
    for (index, one) in list.iter().enumerate() {
        toleration(one, &at.index(index), faults);
    }
}

fn toleration(one: &Toleration, at: &Path<'_>, faults: &mut Faults) {
    let key = one.key.as_deref().unwrap_or_default();
    let operator = one.operator.as_deref().unwrap_or_default();
    let value = one.value.as_deref().unwrap_or_default();
    let effect = one.effect.as_deref().unwrap_or_default();
    let operator_at = at.child("operator");
    if !key.is_empty() {
        label_key(key, &at.child("key"), faults);
    } else if operator != "Exists" {
        let detail =
            "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
        faults.invalid(&operator_at, operator, detail);
    }
    if one.toleration_seconds.is_some() && effect != "NoExecute" {
        let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
        faults.invalid(&at.child("effect"), effect, detail);
    }
    match operator {
        "Equal" | "" => {
            let wrong = names::label_value(value);
            if !wrong.is_empty() {
                faults.invalid(&operator_at, value, &wrong.join(";"));
            }
        }
        "Exists" => {
            if !value.is_empty() {
                faults.invalid(&operator_at, value, "value must be empty when `operator` is 'Exists'");
            }
        }
        other => faults.not_supported(&operator_at, other, &["Equal", "Exists"]),
    }
    if !effect.is_empty() && !EFFECTS.contains(&effect) {
        faults.not_supported(&at.child("effect"), effect, &EFFECTS);
    }
}

/// The taints of a node.
pub(super) fn taints(list: &[Taint], at: &Path<'_>, faults: &mut Faults) {
    let mut taken = BTreeSet::new();
    for (index, taint) in list.iter().enumerate() {
        let at = at.index(index);
        label_key(&taint.key, &at.child("key"), faults);
        let value = taint.value.as_deref().unwrap_or_default();
        let wrong = names::label_value(value);
        if !wrong.is_empty() {
            faults.invalid(&at.child("value"), value, &wrong.join(";"));
        }
        if taint.effect.is_empty() {
            faults.required(&at.child("effect"), "");
        } else if !EFFECTS.contains(&taint.effect.as_str()) {
            faults.not_supported(&at.child("effect"), taint.effect.as_str(), &EFFECTS);
        }
        if !taken.insert((&taint.effect, &taint.key)) {
            let shown = format!(
                "core.Taint{{Key:{}, Value:{}, Effect:{}, TimeAdded:<nil>}}",
                quote(&taint.key),
                quote(value),
                quote(&taint.effect)
            );
            let detail = "taints must be unique by key and effect pair";
            faults.duplicate(&at, Shown::ready(shown), detail);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_places};

    fn pod(toleration: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c}}], tolerations: [{{{toleration}}}]}}\n"
        )
    }

    /// `TestValidateTolerations` (pkg/apis/core/validation).
    #[test]
    fn tolerations_of_pods() {
        for good in [
            "operator: Exists",
            "key: a/b, operator: Exists, effect: NoExecute, tolerationSeconds: -1",
            "key: a, value: b",
            "key: a, operator: Equal, value: \"\", effect: PreferNoSchedule",
        ] {
            check(&pod(good), &[]);
        }
        let at = "spec.tolerations[0]";
        check(
            &pod("operator: Equal, value: a"),
            &[&format!(
                "{at}.operator: Invalid value: \"Equal\": operator must be Exists when `key` is empty, which means \"match all values and all keys\""
            )],
        );
        check(
            &pod("key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 20"),
            &[&format!(
                "{at}.effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set"
            )],
        );
        check(
            &pod("key: a, operator: Exists, value: b"),
            &[&format!(
                "{at}.operator: Invalid value: \"b\": value must be empty when `operator` is 'Exists'"
            )],
        );
        check(
            &pod("key: a, operator: In, effect: NoScheduling"),
            &[
                &format!("{at}.operator: Unsupported value: \"In\": supported values: \"Equal\", \"Exists\""),
                &format!(
                    "{at}.effect: Unsupported value: \"NoScheduling\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\""
                ),
            ],
        );
    }

    /// `TestValidateNode`. The API server takes the taints for metadata.
    #[test]
    fn taints_of_nodes() {
        let node = |taints: &str| {
            format!("apiVersion: v1\nkind: Node\nmetadata: {{name: n1}}\nspec: {{taints: [{taints}]}}\n")
        };
        check(&node("{key: a, value: b, effect: NoSchedule}, {key: a, effect: NoExecute}"), &[]);
        check_places(
            &node("{key: a}, {key: b, effect: Never}"),
            &[
                ("spec.taints[0].effect", "metadata.taints[0].effect: Required value"),
                (
                    "spec.taints[1].effect",
                    "metadata.taints[1].effect: Unsupported value: \"Never\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"",
                ),
            ],
        );
        check(
            &node("{key: a, effect: NoSchedule}, {key: a, value: b, effect: NoSchedule}"),
            &[
                "metadata.taints[1]: Duplicate value: core.Taint{Key:\"a\", Value:\"b\", Effect:\"NoSchedule\", TimeAdded:<nil>}: taints must be unique by key and effect pair",
            ],
        );
    }
}
