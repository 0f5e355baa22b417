//! The filters, in their order, each with its code and its reasons.

use std::collections::BTreeSet;

use super::cluster::{Cluster, Node};
use super::json::{is_there, list, text, text_list, texts};
use super::requests::{amounts, whole};
use super::selectors::{matches, of_map, term_matches};
use super::{interpod, spread};

/// A rejection: whether other pods' leaving could help, and the reasons.
pub(crate) struct Rejection {
    pub(crate) resolvable: bool,
    pub(crate) reasons: Vec<String>,
}

/// A rejection for one reason.
pub(crate) fn reject(resolvable: bool, reason: impl Into<String>) -> Rejection {
    Rejection { resolvable, reasons: vec![reason.into()] }
}

const REQUIRED: &[&str] =
    &["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"];

/// The first plugin that rejects the node.
pub(crate) fn first_rejection(
    cluster: &Cluster<'_>,
    node: &Node<'_>,
    hard: &[spread::Constraint<'_>],
    near: &interpod::Required<'_>,
) -> Option<(&'static str, Rejection)> {
    let (pod, wanted_node) = (cluster.pod, text(cluster.pod.json, &["spec", "nodeName"]));
    let filters: [(&str, &dyn Fn() -> Option<Rejection>); 8] = [
        ("NodeUnschedulable", &|| unschedulable(cluster, node)),
        ("NodeName", &|| {
            let free = wanted_node.is_empty() || wanted_node == node.name;
            if free { None } else { Some(reject(false, "node(s) didn't match the requested node name")) }
        }),
        ("TaintToleration", &|| {
            let (key, value, _) = node.untolerated(pod)?;
            Some(reject(false, format!("node(s) had untolerated taint {{{key}: {value}}}")))
        }),
        ("NodeAffinity", &|| {
            let fits = admits(cluster, node);
            if fits { None } else { Some(reject(false, "node(s) didn't match Pod's node affinity/selector")) }
        }),
        ("NodePorts", &|| ports(cluster, node)),
        ("NodeResourcesFit", &|| resources(cluster, node)),
        ("PodTopologySpread", &|| spread::filter(cluster, node, hard)),
        ("InterPodAffinity", &|| near.filter(cluster, node)),
    ];
    filters.into_iter().find_map(|(plugin, filter)| Some((plugin, filter()?)))
}

fn unschedulable(cluster: &Cluster<'_>, node: &Node<'_>) -> Option<Rejection> {
    let cordoned = super::json::at(node.json, &["spec", "unschedulable"]).as_bool() == Some(true);
    let taint = "node.kubernetes.io/unschedulable";
    if !cordoned || cluster.pod.tolerates(taint, "", "NoSchedule", |_| true) {
        return None;
    }
    Some(reject(false, "node(s) were unschedulable"))
}

/// Whether the pod's node selector and required node affinity admit the node.
pub(crate) fn admits(cluster: &Cluster<'_>, node: &Node<'_>) -> bool {
    let pod = cluster.pod.json;
    let selector = Some(of_map(&texts(pod, &["spec", "nodeSelector"])));
    let terms = || list(super::json::at(pod, REQUIRED), &["nodeSelectorTerms"]).iter();
    matches(&selector, &node.labels)
        && (!is_there(pod, REQUIRED) || terms().any(|term| term_matches(term, node.name, &node.labels)))
}

/// The nodes that required node affinity names; `None` if a term leaves the name open.
pub(crate) fn named_nodes<'a>(cluster: &Cluster<'a>) -> Option<BTreeSet<&'a str>> {
    let terms = list(super::json::at(cluster.pod.json, REQUIRED), &["nodeSelectorTerms"]);
    let mut names = BTreeSet::new();
    for term in terms {
        let fields = list(term, &["matchFields"])
            .iter()
            .filter(|field| text(field, &["key"]) == "metadata.name" && text(field, &["operator"]) == "In");
        let sets = fields.map(|field| BTreeSet::from_iter(text_list(field, &["values"])));
        names.extend(sets.reduce(|one, other| &one & &other)?);
    }
    (!terms.is_empty()).then_some(names)
}

fn ports(cluster: &Cluster<'_>, node: &Node<'_>) -> Option<Rejection> {
    let used: Vec<_> = node.pods.iter().flat_map(|pod| pod.host_ports()).collect();
    let every = "0.0.0.0";
    let clash = |one: &(&str, &str, i64), other: &(&str, &str, i64)| {
        (one.1, one.2) == (other.1, other.2) && (one.0 == other.0 || one.0 == every || other.0 == every)
    };
    let wanted = cluster.pod.host_ports();
    if !wanted.iter().any(|port| used.iter().any(|held| clash(port, held))) {
        return None;
    }
    Some(reject(true, "node(s) didn't have free ports for the requested pod ports"))
}

fn resources(cluster: &Cluster<'_>, node: &Node<'_>) -> Option<Rejection> {
    let has = amounts(node.json, &["status", "allocatable"]);
    let wanted = &cluster.pod.requests.wanted;
    let mut rejection = Rejection { resolvable: true, reasons: Vec::new() };
    if i64::try_from(node.pods.len() + 1).expect("few pods") > whole(&has, "pods") {
        rejection.reasons.push("Too many pods".to_owned());
    }
    let scalar = |name: &&str| name.contains('/') || name.starts_with("hugepages-");
    let names = ["cpu", "memory", "ephemeral-storage"].into_iter();
    for name in names.chain(wanted.keys().map(String::as_str).filter(scalar)) {
        let asked = whole(wanted, name);
        let used: i64 = node.pods.iter().map(|pod| whole(&pod.requests.used, name)).sum();
        if asked > 0 && asked > whole(&has, name) - used {
            rejection.reasons.push(format!("Insufficient {name}"));
            rejection.resolvable &= asked <= whole(&has, name);
        }
    }
    (!rejection.reasons.is_empty()).then_some(rejection)
}
