//! Objects that belong to no namespace: nodes, namespaces, priority classes (`core/validation` and
//! `scheduling/validation`, v1.34).
//!
//! DIFFERENCE: of a node only metadata, taints and resources are looked at; a node without any
//! resource is taken as it is, and fits no pod.

use k8s_openapi::api::core::v1::{Namespace, Node};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::scheduling::v1::PriorityClass;

use super::fault::Faults;
use super::metadata::{NameRule, metadata};
use super::path::Path;
use super::quantities::amount;
use super::tolerations::taints;

const MOST_USER_PRIORITY: i32 = 1_000_000_000;
const SYSTEM_PREFIX: &str = "system-";
/// The classes that every cluster has.
const SYSTEM_CLASSES: [(&str, i32); 2] =
    [("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];

/// A node.
pub(super) fn node(node: &Node, faults: &mut Faults) {
    metadata(&node.metadata, NameRule::Subdomain, faults);
    if let Some(spec) = &node.spec {
        // The API server says the metadata's path for what is in the spec.
        let at = Path::renamed_root("spec", "metadata");
        taints(spec.taints.as_deref().unwrap_or_default(), &at.child("taints"), faults);
    }
    let Some(status) = &node.status else { return };
    let at = Path::root("status");
    for (field, resources) in [("capacity", &status.capacity), ("allocatable", &status.allocatable)] {
        let at = at.child(field);
        for (name, text) in resources.iter().flatten() {
            amount(name, text, &at.key_said_as_child(name), faults);
        }
    }
}

/// A namespace.
pub(super) fn namespace(namespace: &Namespace, faults: &mut Faults) {
    metadata(&namespace.metadata, NameRule::Label, faults);
}

/// A PodDisruptionBudget: its name. DIFFERENCE: nothing else of it is checked.
pub(super) fn disruption_budget(budget: &PodDisruptionBudget, faults: &mut Faults) {
    metadata(&budget.metadata, NameRule::Subdomain, faults);
}

/// A priority class.
pub(super) fn priority_class(class: &PriorityClass, faults: &mut Faults) {
    metadata(&class.metadata, NameRule::Subdomain, faults);
    let name = class.metadata.name.as_deref().unwrap_or_default();
    let value = class.value.unwrap_or(0);
    if name.starts_with(SYSTEM_PREFIX) {
        if let Some(wrong) = not_a_system_class(name, value, class.global_default.unwrap_or(false)) {
            let detail = format!(
                "priority class names with '{SYSTEM_PREFIX}' prefix are reserved for system use only. error: {wrong}"
            );
            faults.forbidden(&Path::root("metadata").child("name"), &detail);
        }
    } else if value > MOST_USER_PRIORITY {
        let detail = format!("maximum allowed value of a user defined priority is {MOST_USER_PRIORITY}");
        faults.forbidden(&Path::root("value"), &detail);
    }
    let known = ["PreemptLowerPriority", "Never"];
    let at = Path::root("preemptionPolicy");
    match class.preemption_policy.as_deref() {
        Some("") => faults.required(&at, ""),
        Some(policy) if !known.contains(&policy) => faults.not_supported(&at, policy, &known),
        _ => {}
    }
}

fn not_a_system_class(name: &str, value: i32, global_default: bool) -> Option<String> {
    let Some((_, right)) = SYSTEM_CLASSES.iter().find(|(known, _)| *known == name) else {
        return Some(format!("{name} is not a known system priority class"));
    };
    if value != *right {
        return Some(format!("value of {name} PriorityClass must be {right}"));
    }
    global_default.then(|| format!("globalDefault of {name} PriorityClass must be false"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_places};

    /// `TestValidateNode` (pkg/apis/core/validation).
    #[test]
    fn nodes() {
        let node = |status: &str| {
            format!("apiVersion: v1\nkind: Node\nmetadata: {{name: n1}}\nstatus: {{{status}}}\n")
        };
        check("apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n", &[]);
        check(&node("capacity: {cpu: 1500m, memory: 1Gi, pods: 110, example.com/gpu: 2}"), &[]);
        check_places(
            &node("allocatable: {cpu: -1, pods: 1.5, example.com/gpu: 500m, memory: 1 Gi}"),
            &[
                (
                    "status.allocatable[cpu]",
                    "status.allocatable.cpu: Invalid value: \"-1\": must be greater than or equal to 0",
                ),
                (
                    "status.allocatable[example.com/gpu]",
                    "status.allocatable.example.com/gpu: Invalid value: \"500m\": must be an integer",
                ),
                (
                    "status.allocatable[memory]",
                    "status.allocatable.memory: Invalid value: \"1 Gi\": quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
                ),
                (
                    "status.allocatable[pods]",
                    "status.allocatable.pods: Invalid value: \"1500m\": must be an integer",
                ),
            ],
        );
    }

    /// `TestValidatePriorityClass` (pkg/apis/scheduling/validation).
    #[test]
    fn priority_classes() {
        let class = |name: &str, fields: &str| {
            format!(
                "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {{name: {name}}}\n{fields}\n"
            )
        };
        check(&class("high", "value: 1000000000"), &[]);
        check(&class("low", "value: -2147483648"), &[]);
        check(&class("system-node-critical", "value: 2000001000"), &[]);
        check(
            &class("high", "value: 1000000001"),
            &["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
        );
        let reserved = "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: ";
        check(
            &class("system-x", "value: 5"),
            &[&format!("{reserved}system-x is not a known system priority class")],
        );
        check(
            &class("system-node-critical", "value: 5"),
            &[&format!("{reserved}value of system-node-critical PriorityClass must be 2000001000")],
        );
        check(
            &class("system-cluster-critical", "value: 2000000000\nglobalDefault: true"),
            &[&format!("{reserved}globalDefault of system-cluster-critical PriorityClass must be false")],
        );
        check(
            &class("high", "preemptionPolicy: Always"),
            &[
                "preemptionPolicy: Unsupported value: \"Always\": supported values: \"PreemptLowerPriority\", \"Never\"",
            ],
        );
    }
}
