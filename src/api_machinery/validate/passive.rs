//! StatefulSets, DaemonSets and Jobs, whose controllers do not run here (`apps/validation` and
//! `batch/validation`, v1.34).
//!
//! DIFFERENCE: a StatefulSet's template is looked at like any other; the API server looks at its
//! metadata only. A Job needs no selector (the API server makes one), and of its own fields only the
//! counts are looked at. Claim templates and retention policies are passed over.

use k8s_openapi::api::apps::v1::{DaemonSet, StatefulSet};
use k8s_openapi::api::batch::v1::Job;

use super::fault::Faults;
use super::labels;
use super::metadata::{NameRule, namespaced};
use super::path::Path;
use super::pod;
use super::rolling;
use super::workload::{Owner, is_missing, labels_of, mismatch, runs_for_ever};
use crate::api::ApiServerBehaviour;
use crate::api::go_text::quote;

/// A StatefulSet.
pub(super) fn stateful_set(set: &StatefulSet, behaviour: ApiServerBehaviour, faults: &mut Faults) {
    namespaced(&set.metadata, NameRule::Label, faults);
    let at = Path::root("spec");
    let spec = &set.spec;
    let known = ["OrderedReady", "Parallel"];
    if let Some(policy) = spec.pod_management_policy.as_deref().filter(|policy| !known.contains(policy)) {
        let at = at.child("podManagementPolicy");
        faults.invalid(&at, policy, "must be 'OrderedReady' or 'Parallel'");
    }
    rolling::stateful_set_strategy(spec.update_strategy.as_ref(), &at.child("updateStrategy"), faults);
    faults.non_negative(&at.child("replicas"), spec.replicas);
    faults.non_negative(&at.child("minReadySeconds"), spec.min_ready_seconds);
    if let Some(ordinals) = &spec.ordinals {
        faults.non_negative(&at.child("ordinals").child("start"), ordinals.start);
    }
    let owner = Owner { says: "statefulset", not_supported: "StatefulSet", behaviour };
    owner.selector(&spec.selector, &at, faults);
    let template_at = at.child("template");
    let carried = labels_of(&spec.template);
    match labels::matches(&spec.selector, carried) {
        None => faults.invalid(&at.child("selector"), &spec.selector, ""),
        Some(fits) if !fits || is_missing(&spec.selector) => mismatch(carried, &template_at, faults),
        Some(_) => {}
    }
    pod::template(&spec.template, behaviour, &template_at, faults);
    runs_for_ever(&spec.template, "StatefulSet", &template_at, faults);
}

/// A DaemonSet.
pub(super) fn daemon_set(set: &DaemonSet, behaviour: ApiServerBehaviour, faults: &mut Faults) {
    namespaced(&set.metadata, NameRule::Subdomain, faults);
    let at = Path::root("spec");
    let spec = &set.spec;
    labels::selector(&spec.selector, &at.child("selector"), faults);
    let template_at = at.child("template");
    let carried = labels_of(&spec.template);
    let fits = labels::matches(&spec.selector, carried);
    if fits.is_some_and(|fits| !fits || is_missing(&spec.selector)) {
        mismatch(carried, &template_at, faults);
    }
    if labels::is_empty(&spec.selector) && !is_missing(&spec.selector) {
        let detail = "empty selector is invalid for daemonset";
        faults.invalid(&at.child("selector"), &spec.selector, detail);
    }
    pod::template(&spec.template, behaviour, &template_at, faults);
    runs_for_ever(&spec.template, "DaemonSet", &template_at, faults);
    faults.non_negative(&at.child("minReadySeconds"), spec.min_ready_seconds);
    rolling::daemon_set_strategy(spec.update_strategy.as_ref(), &at.child("updateStrategy"), faults);
    faults.non_negative(&at.child("revisionHistoryLimit"), spec.revision_history_limit);
}

/// A Job.
pub(super) fn job(job: &Job, behaviour: ApiServerBehaviour, faults: &mut Faults) {
    namespaced(&job.metadata, NameRule::Subdomain, faults);
    let at = Path::root("spec");
    let template_at = at.child("template");
    let Some(spec) = &job.spec else {
        faults.required(&template_at.child("spec").child("containers"), "");
        return;
    };
    for (name, number) in [
        ("parallelism", spec.parallelism),
        ("completions", spec.completions),
        ("backoffLimit", spec.backoff_limit),
        ("ttlSecondsAfterFinished", spec.ttl_seconds_after_finished),
    ] {
        faults.non_negative(&at.child(name), number);
    }
    faults.non_negative(&at.child("activeDeadlineSeconds"), spec.active_deadline_seconds);
    pod::template(&spec.template, behaviour, &template_at, faults);
    let policy = spec.template.spec.as_ref().and_then(|spec| spec.restart_policy.as_deref());
    let at = template_at.child("spec");
    let at = at.child("restartPolicy");
    let known = ["OnFailure", "Never"];
    match policy {
        Some(policy) if known.contains(&policy) => {}
        None | Some("Always") => {
            let detail = format!("valid values: {}, {}", quote(known[0]), quote(known[1]));
            faults.required(&at, &detail);
        }
        Some(other) => faults.not_supported(&at, other, &known),
    }
    if let Some(selector) = &spec.selector {
        let at = Path::root("spec");
        labels::selector(selector, &at.child("selector"), faults);
        let carried = labels_of(&spec.template);
        if labels::matches(selector, carried) == Some(false) {
            mismatch(carried, &template_at, faults);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    fn workload(kind: &str, spec: &str, pod: &str) -> String {
        let group = if kind == "Job" { "batch" } else { "apps" };
        format!(
            "apiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: d}}\nspec: {{template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c}}]{pod}}}}}{spec}}}\n"
        )
    }

    const MISMATCH: &str = "spec.template.metadata.labels: Invalid value: map[string]string{\"a\":\"b\"}: `selector` does not match template `labels`";

    /// `TestValidateStatefulSet` (pkg/apis/apps/validation).
    #[test]
    fn stateful_sets() {
        let good = ", serviceName: s, selector: {matchLabels: {a: b}}, ordinals: {start: 1}";
        check(&workload("StatefulSet", good, ""), &[]);
        check(
            &workload(
                "StatefulSet",
                ", selector: {matchLabels: {a: c}}, replicas: -1, podManagementPolicy: Any, ordinals: {start: -1}",
                ", restartPolicy: Never",
            ),
            &[
                "spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'",
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0",
                MISMATCH,
                "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
            ],
        );
        check(&workload("StatefulSet", "", ""), &["spec.selector: Required value", MISMATCH]);
    }

    /// `TestValidateDaemonSet` (pkg/apis/apps/validation).
    #[test]
    fn daemon_sets() {
        check(&workload("DaemonSet", ", selector: {matchLabels: {a: b}}", ""), &[]);
        check(
            &workload("DaemonSet", ", selector: {matchLabels: {}}", ", activeDeadlineSeconds: 3"),
            &[
                "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for daemonset",
                "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported",
            ],
        );
        check(
            &workload("DaemonSet", ", minReadySeconds: -1, selector: {matchLabels: {b: a}}", ""),
            &[MISMATCH, "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"],
        );
    }

    /// `TestValidateJob` (pkg/apis/batch/validation) and messages of clusters.
    #[test]
    fn jobs() {
        check(&workload("Job", ", completions: 3", ", restartPolicy: Never"), &[]);
        check(
            &workload("Job", ", parallelism: -1", ""),
            &[
                "spec.parallelism: Invalid value: -1: must be greater than or equal to 0",
                "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"",
            ],
        );
    }
}
