//! How Deployments, StatefulSets and DaemonSets replace their pods (`apps/validation`, v1.34).

use k8s_openapi::api::apps::v1::{
    DaemonSetUpdateStrategy, DeploymentStrategy, RollingUpdateDaemonSet, RollingUpdateDeployment,
    StatefulSetUpdateStrategy,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::fault::Faults;
use super::names;
use super::path::Path;
use super::value::Shown;
use crate::api::go_text::quote;

/// A number of pods or a percentage.
fn int_or_percent(value: &IntOrString, at: &Path<'_>, faults: &mut Faults) {
    match value {
        IntOrString::Int(number) => faults.non_negative(at, Some(*number)),
        IntOrString::String(text) => {
            if let Some(wrong) = names::percent(text) {
                faults.invalid(at, value, &wrong);
            }
        }
    }
}

/// The number, of a percentage or not: what the API server compares with 0. A text that is no
/// percentage counts as the number that it is, or 0.
fn amount(value: &IntOrString) -> i64 {
    match value {
        IntOrString::Int(number) => i64::from(*number),
        IntOrString::String(text) => {
            let digits = text.strip_suffix('%').filter(|_| names::percent(text).is_none()).unwrap_or(text);
            digits.parse().unwrap_or(if names::percent(text).is_none() { i64::MAX } else { 0 })
        }
    }
}

fn at_most_100_percent(value: &IntOrString, at: &Path<'_>, faults: &mut Faults) {
    let is_percent = matches!(value, IntOrString::String(text) if names::percent(text).is_none());
    if is_percent && amount(value) > 100 {
        faults.invalid(at, value, "must not be greater than 100%");
    }
}

/// The strategy of a Deployment.
pub(super) fn deployment_strategy(strategy: Option<&DeploymentStrategy>, at: &Path<'_>, faults: &mut Faults) {
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
    match strategy.and_then(|strategy| strategy.type_.as_deref()).unwrap_or("RollingUpdate") {
        "Recreate" => {
            if rolling.is_some() {
                let detail = "may not be specified when strategy `type` is 'Recreate'";
                faults.forbidden(&at.child("rollingUpdate"), detail);
            }
        }
        "RollingUpdate" => {
            if let Some(rolling) = rolling {
                rolling_deployment(rolling, &at.child("rollingUpdate"), faults);
            }
        }
        other => {
            let shown = shown_strategy("apps.DeploymentStrategy", "apps.RollingUpdateDeployment", other);
            faults.not_supported(at, shown, &["Recreate", "RollingUpdate"]);
        }
    }
}

/// A strategy as Go prints it. DIFFERENCE: a `rollingUpdate` beside a type that there is not is shown
/// as missing; Go shows its address.
fn shown_strategy(name: &str, rolling: &str, type_: &str) -> Shown {
    Shown::ready(format!("{name}{{Type:{}, RollingUpdate:(*{rolling})(nil)}}", quote(type_)))
}

fn rolling_deployment(rolling: &RollingUpdateDeployment, at: &Path<'_>, faults: &mut Faults) {
    let unavailable_at = at.child("maxUnavailable");
    let (unavailable, surge) = (rolling.max_unavailable.as_ref(), rolling.max_surge.as_ref());
    if let Some(value) = unavailable {
        int_or_percent(value, &unavailable_at, faults);
    }
    if let Some(value) = surge {
        int_or_percent(value, &at.child("maxSurge"), faults);
    }
    if let Some(value) = unavailable {
        if amount(value) == 0 && surge.is_some_and(|surge| amount(surge) == 0) {
            faults.invalid(&unavailable_at, value, "may not be 0 when `maxSurge` is 0");
        }
        at_most_100_percent(value, &unavailable_at, faults);
    }
}

/// The update strategy of a StatefulSet.
pub(super) fn stateful_set_strategy(
    strategy: Option<&StatefulSetUpdateStrategy>,
    at: &Path<'_>,
    faults: &mut Faults,
) {
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
    match strategy.and_then(|strategy| strategy.type_.as_deref()).unwrap_or("RollingUpdate") {
        "OnDelete" => {
            if let Some(rolling) = rolling {
                let shown = format!(
                    "apps.RollingUpdateStatefulSetStrategy{{Partition:{}, MaxUnavailable:(*intstr.IntOrString)(nil)}}",
                    rolling.partition.unwrap_or(0)
                );
                let detail = "only allowed for updateStrategy 'RollingUpdate'";
                faults.invalid(&at.child("rollingUpdate"), Shown::ready(shown), detail);
            }
        }
        "RollingUpdate" => {
            let Some(rolling) = rolling else { return };
            let at = at.child("rollingUpdate");
            faults.non_negative(&at.child("partition"), rolling.partition);
            if let Some(value) = &rolling.max_unavailable {
                let at = at.child("maxUnavailable");
                int_or_percent(value, &at, faults);
                if amount(value) == 0 {
                    faults.invalid(&at, value, "cannot be 0");
                }
                at_most_100_percent(value, &at, faults);
            }
        }
        other => {
            let rolling = "apps.RollingUpdateStatefulSetStrategy";
            let shown = shown_strategy("apps.StatefulSetUpdateStrategy", rolling, other);
            faults.invalid(at, shown, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
}

/// The update strategy of a DaemonSet.
pub(super) fn daemon_set_strategy(
    strategy: Option<&DaemonSetUpdateStrategy>,
    at: &Path<'_>,
    faults: &mut Faults,
) {
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
    match strategy.and_then(|strategy| strategy.type_.as_deref()).unwrap_or("RollingUpdate") {
        "OnDelete" => {}
        "RollingUpdate" => {
            if let Some(rolling) = rolling {
                rolling_daemon_set(rolling, &at.child("rollingUpdate"), faults);
            }
        }
        other => {
            let shown = shown_strategy("apps.DaemonSetUpdateStrategy", "apps.RollingUpdateDaemonSet", other);
            faults.not_supported(at, shown, &["RollingUpdate", "OnDelete"]);
        }
    }
}

fn rolling_daemon_set(rolling: &RollingUpdateDaemonSet, at: &Path<'_>, faults: &mut Faults) {
    let (unavailable_at, surge_at) = (at.child("maxUnavailable"), at.child("maxSurge"));
    let fields = [(&unavailable_at, &rolling.max_unavailable), (&surge_at, &rolling.max_surge)];
    for check in [int_or_percent, at_most_100_percent] {
        for (at, value) in fields {
            if let Some(value) = value {
                check(value, at, faults);
            }
        }
    }
    let [has_unavailable, has_surge] = [&rolling.max_unavailable, &rolling.max_surge]
        .map(|value| value.as_ref().is_some_and(|value| amount(value) != 0));
    if let Some(surge) = rolling.max_surge.as_ref().filter(|_| has_unavailable && has_surge) {
        faults.invalid(&surge_at, surge, "may not be set when maxUnavailable is non-zero");
    } else if !has_unavailable && !has_surge {
        faults.required(&unavailable_at, "cannot be 0 when maxSurge is 0");
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    fn workload(kind: &str, field: &str, strategy: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: d}}\nspec: {{selector: {{matchLabels: {{a: b}}}}, {field}: {strategy}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c}}]}}}}}}\n"
        )
    }

    /// `TestValidateDeployment` (pkg/apis/apps/validation) and messages of clusters.
    #[test]
    fn deployments() {
        let deployment = |strategy: &str| workload("Deployment", "strategy", strategy);
        let at = "spec.strategy.rollingUpdate";
        check(&deployment("{type: Recreate}"), &[]);
        check(&deployment("{rollingUpdate: {maxSurge: 200%, maxUnavailable: 0}}"), &[]);
        check(
            &deployment("{type: Recreate, rollingUpdate: {maxSurge: 1}}"),
            &[&format!("{at}: Forbidden: may not be specified when strategy `type` is 'Recreate'")],
        );
        check(
            &deployment("{type: Rolling}"),
            &[
                "spec.strategy: Unsupported value: apps.DeploymentStrategy{Type:\"Rolling\", RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}: supported values: \"Recreate\", \"RollingUpdate\"",
            ],
        );
        check(
            &deployment("{rollingUpdate: {maxSurge: 0%, maxUnavailable: 0}}"),
            &[&format!(
                "{at}.maxUnavailable: Invalid value: intstr.IntOrString{{Type:0, IntVal:0, StrVal:\"\"}}: may not be 0 when `maxSurge` is 0"
            )],
        );
        check(
            &deployment("{rollingUpdate: {maxSurge: -1, maxUnavailable: 101%}}"),
            &[
                &format!("{at}.maxSurge: Invalid value: -1: must be greater than or equal to 0"),
                &format!(
                    "{at}.maxUnavailable: Invalid value: intstr.IntOrString{{Type:1, IntVal:0, StrVal:\"101%\"}}: must not be greater than 100%"
                ),
            ],
        );
        check(
            &deployment("{rollingUpdate: {maxSurge: \"1\"}}"),
            &[&format!(
                "{at}.maxSurge: Invalid value: intstr.IntOrString{{Type:1, IntVal:0, StrVal:\"1\"}}: a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
            )],
        );
    }

    /// `TestValidateStatefulSet`.
    #[test]
    fn stateful_sets() {
        let set = |strategy: &str| workload("StatefulSet", "updateStrategy", strategy);
        check(&set("{rollingUpdate: {partition: 2, maxUnavailable: 1}}"), &[]);
        check(
            &set("{rollingUpdate: {partition: -2, maxUnavailable: 0}}"),
            &[
                "spec.updateStrategy.rollingUpdate.partition: Invalid value: -2: must be greater than or equal to 0",
                "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}: cannot be 0",
            ],
        );
        check(
            &set("{type: Recreate}"),
            &[
                "spec.updateStrategy: Invalid value: apps.StatefulSetUpdateStrategy{Type:\"Recreate\", RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}: must be 'RollingUpdate' or 'OnDelete'",
            ],
        );
        check(
            &set("{type: OnDelete, rollingUpdate: {partition: 1}}"),
            &[
                "spec.updateStrategy.rollingUpdate: Invalid value: apps.RollingUpdateStatefulSetStrategy{Partition:1, MaxUnavailable:(*intstr.IntOrString)(nil)}: only allowed for updateStrategy 'RollingUpdate'",
            ],
        );
    }

    /// `TestValidateDaemonSet`, `TestDaemonSetUpdateMaxSurge`.
    #[test]
    fn daemon_sets() {
        let set = |strategy: &str| workload("DaemonSet", "updateStrategy", strategy);
        check(&set("{type: OnDelete}"), &[]);
        check(&set("{rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"), &[]);
        let at = "spec.updateStrategy.rollingUpdate";
        check(
            &set("{rollingUpdate: {maxUnavailable: 0}}"),
            &[&format!("{at}.maxUnavailable: Required value: cannot be 0 when maxSurge is 0")],
        );
        check(
            &set("{rollingUpdate: {maxSurge: 20%}}"),
            &[&format!(
                "{at}.maxSurge: Invalid value: intstr.IntOrString{{Type:1, IntVal:0, StrVal:\"20%\"}}: may not be set when maxUnavailable is non-zero"
            )],
        );
        check(
            &set("{type: Recreate}"),
            &[
                "spec.updateStrategy: Unsupported value: apps.DaemonSetUpdateStrategy{Type:\"Recreate\", RollingUpdate:(*apps.RollingUpdateDaemonSet)(nil)}: supported values: \"RollingUpdate\", \"OnDelete\"",
            ],
        );
    }
}
