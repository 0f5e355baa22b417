//! Deployments, ReplicaSets and ReplicationControllers (`apps/validation` and `core/validation`, v1.34).
//!
//! DIFFERENCE: a ReplicationController needs no template: its controller does not run here, its
//! selector is what counts.

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{PodTemplateSpec, ReplicationController};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

use super::fault::Faults;
use super::labels;
use super::labels::LabelMap;
use super::metadata::{NameRule, namespaced};
use super::path::Path;
use super::pod;
use super::rolling;
use crate::api::ApiServerBehaviour;

/// A Deployment.
pub(super) fn deployment(deployment: &Deployment, behaviour: ApiServerBehaviour, faults: &mut Faults) {
    namespaced(&deployment.metadata, NameRule::Subdomain, faults);
    let at = Path::root("spec");
    let spec = &deployment.spec;
    faults.non_negative(&at.child("replicas"), spec.replicas);
    let owner = Owner { says: "deployment", not_supported: "ReplicaSet", behaviour };
    owner.selector_and_template(&spec.selector, Some(&spec.template), &at, faults);
    rolling::deployment_strategy(spec.strategy.as_ref(), &at.child("strategy"), faults);
    let min_ready = spec.min_ready_seconds.unwrap_or(0);
    faults.non_negative(&at.child("minReadySeconds"), Some(min_ready));
    faults.non_negative(&at.child("revisionHistoryLimit"), spec.revision_history_limit);
    if let Some(deadline) = spec.progress_deadline_seconds {
        let at = at.child("progressDeadlineSeconds");
        faults.non_negative(&at, Some(deadline));
        if deadline <= min_ready {
            faults.invalid(&at, deadline, "must be greater than minReadySeconds");
        }
    }
}

/// A ReplicaSet. The API server speaks of a deployment where its selector is empty.
pub(super) fn replica_set(set: &ReplicaSet, behaviour: ApiServerBehaviour, faults: &mut Faults) {
    namespaced(&set.metadata, NameRule::Subdomain, faults);
    let at = Path::root("spec");
    let spec = &set.spec;
    faults.non_negative(&at.child("replicas"), spec.replicas);
    faults.non_negative(&at.child("minReadySeconds"), spec.min_ready_seconds);
    let owner = Owner { says: "deployment", not_supported: "ReplicaSet", behaviour };
    owner.selector_and_template(&spec.selector, spec.template.as_ref(), &at, faults);
}

/// A ReplicationController, whose selector is a plain map.
pub(super) fn replication_controller(
    controller: &ReplicationController,
    behaviour: ApiServerBehaviour,
    faults: &mut Faults,
) {
    namespaced(&controller.metadata, NameRule::Subdomain, faults);
    let at = Path::root("spec");
    let Some(spec) = &controller.spec else {
        faults.required(&at.child("selector"), "");
        return;
    };
    faults.non_negative(&at.child("minReadySeconds"), spec.min_ready_seconds);
    let selector = spec.selector.as_ref().filter(|selector| !selector.is_empty());
    if selector.is_none() {
        faults.required(&at.child("selector"), "");
    }
    faults.non_negative(&at.child("replicas"), spec.replicas);
    let template_at = at.child("template");
    let Some(template) = &spec.template else { return };
    let carried = labels_of(template);
    let carries = |(key, value)| carried.and_then(|labels| labels.get(key)) == Some(value);
    if !selector.into_iter().flatten().all(carries) {
        mismatch(carried, &template_at, faults);
    }
    pod::template(template, behaviour, &template_at, faults);
    runs_for_ever(template, "ReplicationController", &template_at, faults);
}

/// What the controllers with a selector and a template say, each in its own words.
pub(super) struct Owner {
    /// What an empty selector is not valid for.
    pub(super) says: &'static str,
    /// The kind whose pods have no deadline.
    pub(super) not_supported: &'static str,
    /// Which fields the API server keeps.
    pub(super) behaviour: ApiServerBehaviour,
}

impl Owner {
    /// The selector, the template, and that they fit. `at` is the spec.
    pub(super) fn selector_and_template(
        &self,
        selector: &LabelSelector,
        template: Option<&PodTemplateSpec>,
        at: &Path<'_>,
        faults: &mut Faults,
    ) {
        let empty = PodTemplateSpec::default();
        let template = template.unwrap_or(&empty);
        let template_at = at.child("template");
        self.selector(selector, at, faults);
        let carried = labels_of(template);
        match labels::matches(selector, carried) {
            None => {
                faults.invalid(&at.child("selector"), selector, "invalid label selector");
                return;
            }
            // A selector that is not given selects nothing; `{}`, all.
            Some(fits) if !fits || is_missing(selector) => mismatch(carried, &template_at, faults),
            Some(_) => {}
        }
        pod::template(template, self.behaviour, &template_at, faults);
        runs_for_ever(template, self.not_supported, &template_at, faults);
    }

    /// The selector alone.
    pub(super) fn selector(&self, selector: &LabelSelector, at: &Path<'_>, faults: &mut Faults) {
        let at = at.child("selector");
        if is_missing(selector) {
            faults.required(&at, "");
            return;
        }
        labels::selector(selector, &at, faults);
        if labels::is_empty(selector) {
            let detail = format!("empty selector is invalid for {}", self.says);
            faults.invalid(&at, selector, &detail);
        }
    }
}

/// Whether there is nothing at all in a selector. One that is not given looks like `{}` here.
pub(super) fn is_missing(selector: &LabelSelector) -> bool {
    selector.match_labels.is_none() && selector.match_expressions.is_none()
}

/// The labels of a template.
pub(super) fn labels_of(template: &PodTemplateSpec) -> LabelMap<'_> {
    template.metadata.as_ref()?.labels.as_ref()
}

/// The template's labels do not satisfy the selector.
pub(super) fn mismatch(carried: LabelMap<'_>, template: &Path<'_>, faults: &mut Faults) {
    let at = template.child("metadata");
    faults.invalid(&at.child("labels"), carried, "`selector` does not match template `labels`");
}

/// Pods that are replaced are restarted always and have no deadline.
pub(super) fn runs_for_ever(template: &PodTemplateSpec, kind: &str, at: &Path<'_>, faults: &mut Faults) {
    let Some(spec) = &template.spec else { return };
    let at = at.child("spec");
    let policy = spec.restart_policy.as_deref().unwrap_or("Always");
    if policy != "Always" {
        faults.not_supported(&at.child("restartPolicy"), policy, &["Always"]);
    }
    if spec.active_deadline_seconds.is_some() {
        let detail = format!("activeDeadlineSeconds in {kind} is not Supported");
        faults.forbidden(&at.child("activeDeadlineSeconds"), &detail);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_places};

    fn workload(kind: &str, spec: &str, pod: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: d}}\nspec: {{selector: {{matchLabels: {{a: b}}}}{spec}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c}}]{pod}}}}}}}\n"
        )
    }

    /// `TestValidateDeployment` (pkg/apis/apps/validation).
    #[test]
    fn deployments() {
        check(
            &workload("Deployment", ", replicas: 0, minReadySeconds: 5, progressDeadlineSeconds: 6", ""),
            &[],
        );
        check(
            &workload(
                "Deployment",
                ", replicas: -1, minReadySeconds: 600, revisionHistoryLimit: -2",
                ", restartPolicy: OnFailure, activeDeadlineSeconds: 5",
            ),
            &[
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "spec.template.spec.restartPolicy: Unsupported value: \"OnFailure\": supported values: \"Always\"",
                "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
                "spec.revisionHistoryLimit: Invalid value: -2: must be greater than or equal to 0",
                "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds",
            ],
        );
        check(
            &workload("Deployment", ", progressDeadlineSeconds: -1, minReadySeconds: -3", ""),
            &[
                "spec.minReadySeconds: Invalid value: -3: must be greater than or equal to 0",
                "spec.progressDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0",
            ],
        );
    }

    /// `TestValidateReplicaSet` (pkg/apis/apps/validation).
    #[test]
    fn replica_sets() {
        check(&workload("ReplicaSet", "", ""), &[]);
        check(
            &workload("ReplicaSet", ", replicas: -1, minReadySeconds: -1", ""),
            &[
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
            ],
        );
        check(
            "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: d}\nspec: {selector: {matchLabels: {a: b}}}\n",
            &[
                "spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`",
                "spec.template.spec.containers: Required value",
            ],
        );
    }

    /// `TestValidateReplicationController` (pkg/apis/core/validation).
    #[test]
    fn replication_controllers() {
        let controller = |spec: &str| {
            format!("apiVersion: v1\nkind: ReplicationController\nmetadata: {{name: d}}\nspec: {{{spec}}}\n")
        };
        let template = "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}";
        check(&controller(template), &[]);
        check(
            &controller("replicas: -1"),
            &[
                "spec.selector: Required value",
                "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
            ],
        );
        check_places(
            &controller(&format!("selector: {{a: c}}, {template}")),
            &[(
                "spec.template.metadata.labels",
                "spec.template.metadata.labels: Invalid value: map[string]string{\"a\":\"b\"}: `selector` does not match template `labels`",
            )],
        );
    }
}
