//! Defaults, filled in as the API server does when it stores an object (`SetDefaults_…` of
//! core/v1, apps/v1, batch/v1 and scheduling/v1, v1.34).
//!
//! Pod templates get every default that Kubernetes gives them, those of fields that no model reads
//! included: whether a Deployment's template equals that of a ReplicaSet from a dump decides on a
//! rollout. For the same reason quantities are brought into the form in which they are stored (`0.5`
//! becomes `500m`), and what the API leaves out when it is empty is left out.
//!
//! DIFFERENCE: Kubernetes fills in some fields of pods only, not of templates: requests from limits,
//! pod-level requests, host ports under the host's network. Here templates get them as well, as pods
//! are made from the compiled template.
//!
//! Not done here: fields that feature gates drop (`compile` leaves them out), the namespace (the
//! scenario's), what the registry or admission plugins add: selectors of Jobs, addresses of Services,
//! the priority of a class, the service account, and the tolerations of 300 s for the taints
//! `node.kubernetes.io/not-ready` and `node.kubernetes.io/unreachable` (plugin
//! `DefaultTolerationSeconds`).

mod container;
mod pod;
mod requests;
mod service;
mod volume;
mod workload;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Namespace, Node};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Text;
use kubecast_manifest::Object;

use crate::api::{ApiServerBehaviour, Quantity};

pub(super) use requests::aggregate_requests;

/// Fills in what an object leaves open.
pub fn apply(object: &mut Object, behaviour: &ApiServerBehaviour) {
    let behaviour = *behaviour;
    match object {
        Object::Pod(pod) => pod::pod(pod, behaviour),
        Object::Node(node) => self::node(node),
        Object::Service(service) => service::service(service),
        Object::Namespace(namespace) => self::namespace(namespace),
        Object::ReplicationController(controller) => workload::replication_controller(controller, behaviour),
        Object::Deployment(deployment) => workload::deployment(deployment, behaviour),
        Object::ReplicaSet(set) => workload::replica_set(set, behaviour),
        Object::StatefulSet(set) => workload::stateful_set(set, behaviour),
        Object::DaemonSet(set) => workload::daemon_set(set, behaviour),
        Object::Job(job) => workload::job(job, behaviour),
        Object::PriorityClass(class) => text(&mut class.preemption_policy, "PreemptLowerPriority"),
        Object::PodDisruptionBudget(_) | Object::Other { .. } => {}
    }
}

/// Sets a text that is missing or empty.
fn text(field: &mut Option<String>, default: &str) {
    if field.as_ref().is_none_or(String::is_empty) {
        *field = Some(default.to_owned());
    }
}

/// Sets a number that is missing or 0.
fn number(field: &mut Option<i32>, default: i32) {
    if field.unwrap_or(0) == 0 {
        *field = Some(default);
    }
}

/// Leaves out a list or a map that is empty, as the API does.
fn drop_empty<T>(field: &mut Option<T>)
where
    for<'a> &'a T: IntoIterator,
{
    if field.as_ref().is_some_and(|list| list.into_iter().next().is_none()) {
        *field = None;
    }
}

/// Quantities as they are stored: in their shortest form, nothing finer than a thousandth. A text that
/// is no quantity stays; validation tells of it.
fn quantities(list: &mut Option<BTreeMap<String, Text>>) {
    /// A thousandth, in the units of a quantity.
    const MILLI: i128 = 1_000_000;
    for text in list.iter_mut().flatten().map(|(_, text)| text) {
        let Ok((Quantity(amount), notation)) = Quantity::parse_with_notation(&text.0) else { continue };
        let rest = amount % MILLI;
        let away_from_zero = if rest == 0 { 0 } else { amount.signum() * MILLI };
        text.0 = Quantity(amount - rest + away_from_zero).to_text(notation);
    }
}

/// A node can use all that it has, unless it says otherwise.
fn node(node: &mut Node) {
    let Some(status) = &mut node.status else { return };
    if status.allocatable.is_none() {
        status.allocatable.clone_from(&status.capacity);
    }
    quantities(&mut status.capacity);
    quantities(&mut status.allocatable);
}

/// Every namespace carries its name as a label.
fn namespace(namespace: &mut Namespace) {
    let metadata = &mut namespace.metadata;
    if let Some(name) = metadata.name.as_ref().filter(|name| !name.is_empty()) {
        let labels = metadata.labels.get_or_insert_default();
        labels.insert("kubernetes.io/metadata.name".to_owned(), name.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::validate::testing::{object, release};
    use super::*;

    /// An object with its defaults.
    pub(super) fn defaulted(yaml: &str) -> Object {
        let mut object = object(yaml);
        apply(&mut object, &release(34));
        let once = object.clone();
        apply(&mut object, &release(34));
        assert_eq!(object, once, "defaults leave nothing open");
        object
    }

    #[test]
    fn nodes_and_namespaces() {
        let node = "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {capacity: {cpu: 0.5, memory: 1024Ki, x: ?}}\n";
        let Object::Node(node) = defaulted(node) else { panic!("a node") };
        let allocatable = node.status.and_then(|status| status.allocatable).expect("copied");
        let texts: Vec<&str> = allocatable.values().map(|text| text.0.as_str()).collect();
        assert_eq!(texts, ["500m", "1Mi", "?"]);
        let Object::Namespace(namespace) =
            defaulted("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
        else {
            panic!("a namespace")
        };
        let labels = namespace.metadata.labels.expect("a label");
        assert_eq!(labels["kubernetes.io/metadata.name"], "a");
    }

    #[test]
    fn quantities_are_stored_in_thousandths() {
        let mut list = Some(
            [("a", "100500u"), ("b", "-1n"), ("c", "1Gi"), ("d", "1e3"), ("e", "0.0001Ki")]
                .map(|(name, text)| (name.to_owned(), Text(text.to_owned())))
                .into(),
        );
        quantities(&mut list);
        let texts: Vec<String> = list.into_iter().flatten().map(|(_, text)| text.0).collect();
        // 0.0001·1024 is 0.1024: 103 thousandths.
        assert_eq!(texts, ["101m", "-1m", "1Gi", "1e3", "103m"]);
    }

    #[test]
    fn priority_classes() {
        let class = "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: a}\nvalue: 5\n";
        let Object::PriorityClass(class) = defaulted(class) else { panic!("a class") };
        assert_eq!(class.preemption_policy.as_deref(), Some("PreemptLowerPriority"));
    }
}
