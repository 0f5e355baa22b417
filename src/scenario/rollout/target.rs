//! Which Deployment is meant, and what the input holds of it.

use std::collections::BTreeSet;

use kubecast_manifest::Tree;

use crate::scenario::dump;
use crate::scenario::error::{did_you_mean, nearest};
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;

/// How kubectl calls Deployments.
const DEPLOYMENT: [&str; 5] = ["deployment", "deployments", "deploy", "deployment.apps", "deployments.apps"];

/// How kubectl calls other kinds that have pods.
const OTHER_KINDS: [(&str, &[&str]); 6] = [
    ("StatefulSet", &["statefulset", "statefulsets", "sts", "statefulset.apps", "statefulsets.apps"]),
    ("DaemonSet", &["daemonset", "daemonsets", "ds", "daemonset.apps", "daemonsets.apps"]),
    ("ReplicaSet", &["replicaset", "replicasets", "rs", "replicaset.apps", "replicasets.apps"]),
    ("ReplicationController", &["replicationcontroller", "replicationcontrollers", "rc"]),
    ("Job", &["job", "jobs", "job.batch", "jobs.batch", "cronjob", "cronjobs", "cj"]),
    ("Pod", &["pod", "pods", "po"]),
];

/// Reads `deployment/NAME` or `deployment/NAMESPACE/NAME`, in any of kubectl's spellings. `namespace` is
/// that of the option `--namespace`.
pub fn parse_target(text: &str, namespace: Option<&str>) -> Result<Reference, String> {
    let parts: Vec<&str> = text.split('/').collect();
    let (kind, own, name) = match parts[..] {
        [kind, name] => (kind, None, name),
        [kind, namespace, name] => (kind, Some(namespace), name),
        _ => ("", None, ""),
    };
    if kind.is_empty() || name.is_empty() || own == Some("") {
        return Err(format!(
            "{text:?} names no Deployment; write deployment/NAME or deployment/NAMESPACE/NAME"
        ));
    }
    let lower = kind.to_ascii_lowercase();
    if !DEPLOYMENT.contains(&lower.as_str()) {
        let other = OTHER_KINDS.iter().find(|(_, spellings)| spellings.contains(&lower.as_str()));
        return Err(other.map_or_else(
            || format!("there is no kind {kind:?} to roll{}", did_you_mean(kind, DEPLOYMENT.into_iter())),
            |(kind, _)| {
                format!("a {kind} cannot be rolled: kubecast simulates rollouts of Deployments; write deployment/NAME")
            },
        ));
    }
    match (own, namespace) {
        (Some(own), Some(option)) if own != option => {
            Err(format!("{text}: is in the namespace {own}, but --namespace says {option}"))
        }
        _ => Ok(Reference::new("deployment", own.or(namespace), name)),
    }
}

/// The Deployment among the objects; the error names those that may be meant.
pub(super) fn find<'o>(objects: &'o [ObjectSource], wanted: &Reference) -> Result<&'o ObjectSource, String> {
    if let Some(found) = objects.iter().find(|object| object.reference == *wanted) {
        return Ok(found);
    }
    let deployments =
        || objects.iter().map(|object| &object.reference).filter(|one| one.kind == "deployment");
    if deployments().next().is_none() {
        return Err(format!("the input holds no Deployment; dump all that counts: {}", dump::command()));
    }
    let elsewhere: Vec<String> =
        deployments().filter(|one| one.name == wanted.name).map(ToString::to_string).collect();
    if !elsewhere.is_empty() {
        return Err(format!("there is no {wanted}, but there is {}", elsewhere.join(", ")));
    }
    let near = nearest(&wanted.name, deployments().map(|one| one.name.as_str()));
    let hint = match deployments().find(|one| Some(one.name.as_str()) == near) {
        Some(one) => format!(" (did you mean {one}?)"),
        None => some_of(&deployments().map(ToString::to_string).collect::<Vec<_>>()),
    };
    Err(format!("there is no {wanted}{hint}"))
}

/// `; there is a, b and 7 more`.
fn some_of(names: &[String]) -> String {
    const MOST: usize = 5;
    let more = names.len().saturating_sub(MOST);
    let shown = names[..names.len().min(MOST)].join(", ");
    if more > 0 { format!("; there is {shown} and {more} more") } else { format!("; there is {shown}") }
}

/// How many pods of a Deployment are among the objects with their ReplicaSets, ended ones left out.
pub(super) fn pods_of(deployment: &ObjectSource, objects: &[ObjectSource]) -> usize {
    let namespace = &deployment.reference.namespace;
    let here = |kind: &'static str| {
        objects.iter().filter(move |one| one.reference.kind == kind && one.reference.namespace == *namespace)
    };
    let replica_sets: BTreeSet<&str> = here("replicaset")
        .filter(|set| is_owned_by(&set.tree, "Deployment", |name| name == deployment.reference.name))
        .map(|set| set.reference.name.as_str())
        .collect();
    here("pod")
        .filter(|pod| is_owned_by(&pod.tree, "ReplicaSet", |name| replica_sets.contains(name)))
        .filter(|pod| {
            let phase = pod.tree.pointer("/status/phase").and_then(Tree::as_str);
            !matches!(phase, Some("Succeeded" | "Failed"))
        })
        .count()
}

fn is_owned_by(tree: &Tree, kind: &str, named: impl Fn(&str) -> bool) -> bool {
    let owners = tree.pointer("/metadata/ownerReferences").and_then(Tree::as_seq).unwrap_or_default();
    owners
        .iter()
        .any(|owner| owner.get_str("kind") == Some(kind) && owner.get_str("name").is_some_and(&named))
}

/// The container whose image is set: the named one, or the only one.
pub(super) fn container(deployment: &ObjectSource, wanted: Option<&str>) -> Result<String, String> {
    let containers =
        deployment.tree.pointer("/spec/template/spec/containers").and_then(Tree::as_seq).unwrap_or_default();
    let names: Vec<&str> = containers.iter().filter_map(|container| container.get_str("name")).collect();
    match (wanted, &names[..]) {
        (None, [only]) => Ok((*only).to_owned()),
        (None, _) => Err(format!(
            "{} has {} containers; say which one: --image CONTAINER=IMAGE, CONTAINER one of {}",
            deployment.reference,
            names.len(),
            names.join(", ")
        )),
        (Some(wanted), _) if names.contains(&wanted) => Ok(wanted.to_owned()),
        (Some(wanted), _) => {
            let hint = did_you_mean(wanted, names.iter().copied());
            Err(format!(
                "{} has no container {wanted:?}{hint}; it has {}",
                deployment.reference,
                names.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deployments_are_named_as_kubectl_names_them() {
        let check = |text: &str, namespace: Option<&str>, expected: &str| {
            let found = parse_target(text, namespace).map_or_else(|error| error, |found| found.to_string());
            assert_eq!(found, expected, "{text}");
        };
        check("deployment/web", None, "deployment/default/web");
        check("deploy/shop/web", None, "deployment/shop/web");
        check("Deployments.apps/web", Some("shop"), "deployment/shop/web");
        check("deployments/shop/web", Some("shop"), "deployment/shop/web");
        check(
            "deployments/shop/web",
            Some("default"),
            "deployments/shop/web: is in the namespace shop, but --namespace says default",
        );
        check("web", None, "\"web\" names no Deployment; write deployment/NAME or deployment/NAMESPACE/NAME");
        check(
            "deployment//web",
            None,
            &parse_target("web", None).expect_err("no kind").replace("\"web\"", "\"deployment//web\""),
        );
        check(
            "sts/db",
            None,
            "a StatefulSet cannot be rolled: kubecast simulates rollouts of Deployments; write deployment/NAME",
        );
        check(
            "deploiment/web",
            None,
            "there is no kind \"deploiment\" to roll (did you mean \"deployment\"?)",
        );
    }
}
