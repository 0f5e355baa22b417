//! Pods and pod templates (`ValidatePodCreate`, `ValidatePodTemplateSpec`, `ValidatePodSpec` of
//! core/validation, v1.34).
//!
//! DIFFERENCE: not looked at are volumes, claims of devices, security contexts, DNS settings, host
//! aliases, pull secrets and ephemeral containers: nothing here reads them. A priority may be given as
//! a number, which the admission plugin `Priority` refuses in a pod that is being created.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Pod, PodSchedulingGate, PodSpec, PodTemplateSpec};

use super::containers;
use super::fault::Faults;
use super::labels;
use super::labels::LabelMap;
use super::metadata::{NameRule, annotations, namespaced};
use super::names;
use super::path::Path;
use super::pod_resources;
use super::quantities::{Places, container_resource, requirements};
use super::scope::Scope;
use super::{affinity, spread, tolerations};
use crate::api::ApiServerBehaviour;

const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// A pod.
pub(super) fn pod(pod: &Pod, behaviour: ApiServerBehaviour, faults: &mut Faults) {
    let meta = &pod.metadata;
    let exists = meta.uid.is_some();
    namespaced(meta, NameRule::Subdomain, faults);
    if !exists {
        deletion_cost(meta.annotations.as_ref(), &Path::root("metadata").child("annotations"), faults);
    }
    let at = Path::root("spec");
    let empty = PodSpec::default();
    let spec = pod.spec.as_ref().unwrap_or(&empty);
    let merged_labels = meta.labels.as_ref().filter(|_| !exists);
    let scope = Scope { behaviour, is_pod: true, exists, merged_labels };
    pod_spec(spec, &scope, &at, faults);
    let is_gated = spec.scheduling_gates.as_ref().is_some_and(|gates| !gates.is_empty());
    if is_gated && spec.node_name.as_ref().is_some_and(|name| !name.is_empty()) {
        let detail = "cannot be set until all schedulingGates have been cleared";
        faults.forbidden(&at.child("nodeName"), detail);
    }
}

/// A template. The API server leaves `metadata` out of the paths of its labels and annotations.
pub(super) fn template(
    template: &PodTemplateSpec,
    behaviour: ApiServerBehaviour,
    at: &Path<'_>,
    faults: &mut Faults,
) {
    if let Some(meta) = &template.metadata {
        let at = at.unsaid("metadata");
        labels::labels(meta.labels.as_ref(), &at.child("labels"), faults);
        let at = at.child("annotations");
        annotations(meta.annotations.as_ref(), &at, faults);
        deletion_cost(meta.annotations.as_ref(), &at, faults);
    }
    let at = at.child("spec");
    let empty = PodSpec::default();
    let spec = template.spec.as_ref().unwrap_or(&empty);
    let scope = Scope { behaviour, is_pod: false, exists: false, merged_labels: None };
    pod_spec(spec, &scope, &at, faults);
    if spec.ephemeral_containers.as_ref().is_some_and(|list| !list.is_empty()) {
        faults
            .forbidden(&at.child("ephemeralContainers"), "ephemeral containers not allowed in pod template");
    }
}

/// The deletion cost of a pod that is being created. One that exists can have any: it counts as 0.
fn deletion_cost(annotations: LabelMap<'_>, at: &Path<'_>, faults: &mut Faults) {
    let Some(text) = annotations.and_then(|map| map.get(DELETION_COST)) else { return };
    let has_odd_start = text.starts_with('+') || (text.starts_with('0') && text.len() > 1);
    if has_odd_start || text.parse::<i32>().is_err() {
        faults.invalid(&at.key(DELETION_COST), text.as_str(), "must be a 32bit integer");
    }
}

fn pod_spec(spec: &PodSpec, scope: &Scope<'_>, at: &Path<'_>, faults: &mut Faults) {
    containers::containers(spec, scope, at, faults);
    if scope.behaviour.pod_level_resources {
        pod_resources::pod_resources(spec, scope.behaviour.sidecar_containers, at, faults);
    }
    containers::host_network_ports(spec, at, faults);
    policies(spec, at, faults);
    labels::labels(spec.node_selector.as_ref(), &at.child("nodeSelector"), faults);
    if let Some(affinity) = &spec.affinity {
        affinity::affinity(affinity, scope, &at.child("affinity"), faults);
    }
    for (index, gate) in spec.readiness_gates.iter().flatten().enumerate() {
        let gates = at.child("readinessGates");
        labels::label_key(&gate.condition_type, &gates.index(index).child("conditionType"), faults);
    }
    scheduling_gates(
        spec.scheduling_gates.as_deref().unwrap_or_default(),
        &at.child("schedulingGates"),
        faults,
    );
    let constraints = spec.topology_spread_constraints.as_deref().unwrap_or_default();
    spread::constraints(constraints, scope, &at.child("topologySpreadConstraints"), faults);
    texts(spec, at, faults);
    let list = spec.tolerations.as_deref().unwrap_or_default();
    tolerations::tolerations(list, &at.child("tolerations"), faults);
    if let Some(overhead) = &spec.overhead {
        // The API server checks it as limits, and says so.
        let whole = at.child("overhead");
        let limits = whole.said("limits");
        let places = Places { whole: &whole, limits: &limits, requests: &whole };
        requirements(Some(overhead), None, container_resource, &places, faults);
    }
}

/// Fields with a few values.
fn policies(spec: &PodSpec, at: &Path<'_>, faults: &mut Faults) {
    let restart = ["Always", "OnFailure", "Never"];
    let dns = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    let preemption = ["PreemptLowerPriority", "Never"];
    for (name, value, known) in [
        ("restartPolicy", &spec.restart_policy, restart.as_slice()),
        ("dnsPolicy", &spec.dns_policy, dns.as_slice()),
        ("preemptionPolicy", &spec.preemption_policy, preemption.as_slice()),
    ] {
        match value.as_deref() {
            None => {}
            Some("") => faults.required(&at.child(name), ""),
            Some(value) if known.contains(&value) => {}
            Some(other) => faults.not_supported(&at.child(name), other, known),
        }
    }
    if let Some(os) = &spec.os {
        let at = at.child("os");
        let known = ["linux", "windows"];
        if os.name.is_empty() {
            faults.required(&at.child("name"), "cannot be empty");
        } else if !known.contains(&os.name.as_str()) {
            faults.not_supported(&at, os.name.as_str(), &known);
        }
    }
}

/// Names and the deadline.
fn texts(spec: &PodSpec, at: &Path<'_>, faults: &mut Faults) {
    for (name, value, rule) in [
        ("serviceAccountName", &spec.service_account_name, names::dns_subdomain as fn(&str) -> Vec<String>),
        ("nodeName", &spec.node_name, names::dns_subdomain),
        ("hostname", &spec.hostname, names::dns_label),
        ("subdomain", &spec.subdomain, names::dns_label),
        ("priorityClassName", &spec.priority_class_name, names::dns_subdomain),
    ] {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            faults.all_invalid(&at.child(name), value, &rule(value));
        }
    }
    if let Some(class) = &spec.runtime_class_name {
        faults.all_invalid(&at.child("runtimeClassName"), class, &names::dns_subdomain(class));
    }
    let most = i64::from(i32::MAX);
    if let Some(seconds) = spec.active_deadline_seconds.filter(|seconds| !(1..=most).contains(seconds)) {
        faults.invalid(&at.child("activeDeadlineSeconds"), seconds, &names::range(1, most));
    }
}

fn scheduling_gates(gates: &[PodSchedulingGate], at: &Path<'_>, faults: &mut Faults) {
    let mut taken = BTreeSet::new();
    for (index, gate) in gates.iter().enumerate() {
        let at = at.index(index);
        labels::label_key(&gate.name, &at, faults);
        if !taken.insert(&gate.name) {
            faults.duplicate(&at, gate.name.as_str(), "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_places};

    fn pod(metadata: &str, spec: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{metadata}}}\nspec: {{containers: [{{name: c}}]{spec}}}\n"
        )
    }

    /// `TestValidatePodSpec`, `TestValidatePod`, `TestValidatePodCreate` (pkg/apis/core/validation).
    #[test]
    fn fields_of_pods() {
        check(
            &pod(
                "",
                ", restartPolicy: Never, dnsPolicy: Default, nodeName: n1, activeDeadlineSeconds: 30, hostname: h, os: {name: linux}, preemptionPolicy: Never, priorityClassName: high, runtimeClassName: kata, overhead: {cpu: 10m}, nodeSelector: {a: b}",
            ),
            &[],
        );
        for (field, told) in [
            (
                "restartPolicy: Sometimes",
                "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"",
            ),
            (
                "dnsPolicy: x",
                "spec.dnsPolicy: Unsupported value: \"x\": supported values: \"ClusterFirstWithHostNet\", \"ClusterFirst\", \"Default\", \"None\"",
            ),
            (
                "preemptionPolicy: x",
                "spec.preemptionPolicy: Unsupported value: \"x\": supported values: \"PreemptLowerPriority\", \"Never\"",
            ),
            (
                "os: {name: plan9}",
                "spec.os: Unsupported value: \"plan9\": supported values: \"linux\", \"windows\"",
            ),
            (
                "activeDeadlineSeconds: 0",
                "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive",
            ),
            (
                "overhead: {cpu: -1}",
                "spec.overhead.limits[cpu]: Invalid value: \"-1\": must be greater than or equal to 0",
            ),
            ("hostname: a.b", "spec.hostname: Invalid value: \"a.b\": must not contain dots"),
            (
                "schedulingGates: [{name: a/b}, {name: a/b}]",
                "spec.schedulingGates[1]: Duplicate value: \"a/b\"",
            ),
            (
                "nodeName: n1, schedulingGates: [{name: a}]",
                "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
            ),
        ] {
            check(&pod("", &format!(", {field}")), &[told]);
        }
    }

    #[test]
    fn deletion_costs() {
        let cost = |uid: &str, cost: &str| {
            pod(
                &format!("{uid}, annotations: {{controller.kubernetes.io/pod-deletion-cost: \"{cost}\"}}"),
                "",
            )
        };
        for good in ["0", "-5", "100"] {
            check(&cost("", good), &[]);
        }
        for bad in ["", "+5", "05", "abc", "2147483648"] {
            let told = format!(
                "metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: \"{bad}\": must be a 32bit integer"
            );
            check(&cost("", bad), &[&told]);
            check(&cost(", uid: u", bad), &[]);
        }
    }

    #[test]
    fn templates() {
        let deployment = |labels: &str, spec: &str| {
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec: {{selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b{labels}}}}}, spec: {{containers: [{{name: c}}]{spec}}}}}}}\n"
            )
        };
        check(&deployment("", ""), &[]);
        check_places(
            &deployment(", -x: z", ", ephemeralContainers: [{name: e}]"),
            &[
                (
                    "spec.template.metadata.labels[-x]",
                    "spec.template.labels: Invalid value: \"-x\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
                ),
                (
                    "spec.template.spec.ephemeralContainers",
                    "spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template",
                ),
            ],
        );
    }
}
