//! PodTopologySpread: hard constraints filter, soft ones score.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::cluster::{Cluster, Node, Pod};
use super::filters::{Rejection, admits, reject};
use super::json::{Texts, at, is_there, list, number, text, texts};
use super::selectors::{Requirement, Selector, label_selector, matches, merge_keys, of_map};

const HOSTNAME: &str = "kubernetes.io/hostname";

/// A constraint with what its domains hold.
#[derive(Clone)]
pub(crate) struct Constraint<'a> {
    key: &'a str,
    skew: i64,
    min_domains: usize,
    selector: Selector<'a>,
    honors_affinity: bool,
    honors_taints: bool,
    counts: BTreeMap<&'a str, i64>,
}

impl<'a> Constraint<'a> {
    fn new(key: &'a str, skew: i64, selector: Selector<'a>) -> Self {
        Self {
            key,
            skew,
            min_domains: 1,
            selector,
            honors_affinity: true,
            honors_taints: false,
            counts: BTreeMap::new(),
        }
    }

    fn read(json: &'a Value, selector: Selector<'a>) -> Self {
        let mut constraint = Self::new(text(json, &["topologyKey"]), number(json, &["maxSkew"]), selector);
        if is_there(json, &["minDomains"]) {
            constraint.min_domains = usize::try_from(number(json, &["minDomains"])).expect("a count");
        }
        constraint.honors_affinity = text(json, &["nodeAffinityPolicy"]) != "Ignore";
        constraint.honors_taints = text(json, &["nodeTaintsPolicy"]) == "Honor";
        constraint
    }

    fn includes(&self, cluster: &Cluster<'_>, node: &Node<'_>) -> bool {
        (!self.honors_affinity || admits(cluster, node))
            && (!self.honors_taints || node.untolerated(cluster.pod).is_none())
    }

    /// Pods of the node that count: an empty selector counts none of them.
    fn count(&self, cluster: &Cluster<'_>, node: &Node<'_>) -> i64 {
        let is_empty = self.selector.as_ref().is_some_and(Vec::is_empty);
        let counts = |pod: &&&Pod<'_>| {
            let alike = pod.namespace == cluster.pod.namespace && matches(&self.selector, &pod.labels);
            alike && !pod.terminating && !is_empty
        };
        i64::try_from(node.pods.iter().filter(counts).count()).expect("few pods")
    }
}

/// The constraints of the incoming pod with this action: its own, or the default ones.
fn constraints<'a>(cluster: &Cluster<'a>, action: &str) -> Vec<Constraint<'a>> {
    let (pod, vector) = (cluster.pod, cluster.vector);
    let own = list(pod.json, &["spec", "topologySpreadConstraints"]);
    let wanted = |json: &&Value| text(json, &["whenUnsatisfiable"]) == action;
    if !own.is_empty() {
        let read = |json: &'a Value| {
            let mut selector = label_selector(json, &["labelSelector"]);
            merge_keys(&mut selector, json, &pod.labels);
            Constraint::read(json, selector)
        };
        return own.iter().filter(wanted).map(read).collect();
    }
    let selector = default_selector(cluster);
    if selector.is_empty() {
        return Vec::new();
    }
    if text(vector, &["defaultConstraints"]) == "System" {
        let system = [(HOSTNAME, 3), ("topology.kubernetes.io/zone", 5)];
        let soft = system.into_iter().filter(|_| action == "ScheduleAnyway");
        return soft.map(|(key, skew)| Constraint::new(key, skew, Some(selector.clone()))).collect();
    }
    let listed = list(vector, &["defaultConstraintsList"]).iter().filter(wanted);
    listed.map(|json| Constraint::read(json, Some(selector.clone()))).collect()
}

/// What the pod's Services and its controller select, together.
fn default_selector<'a>(cluster: &Cluster<'a>) -> Vec<Requirement<'a>> {
    let pod = cluster.pod;
    let mut map = Texts::new();
    for service in list(cluster.vector, &["services"]) {
        let selector = texts(service, &["spec", "selector"]);
        let is_own = text(service, &["metadata", "namespace"]) == pod.namespace;
        if is_own
            && is_there(service, &["spec", "selector"])
            && matches(&Some(of_map(&selector)), &pod.labels)
        {
            map.extend(selector);
        }
    }
    let owners = list(pod.json, &["metadata", "ownerReferences"]).iter();
    let mut controllers = owners.filter(|owner| at(owner, &["controller"]).as_bool() == Some(true));
    let Some(owner) = controllers.next() else { return of_map(&map) };
    let named = |field: &str| {
        let all = list(cluster.vector, &[field]).iter();
        let same = |json: &&Value, key: &str, wanted: &str| text(json, &["metadata", key]) == wanted;
        let mut all = all.filter(|json| same(json, "namespace", pod.namespace));
        all.find(|json| same(json, "name", text(owner, &["name"])))
    };
    let mut more = None;
    match (text(owner, &["apiVersion"]), text(owner, &["kind"])) {
        ("v1", "ReplicationController") => {
            map.extend(
                named("replicationControllers")
                    .map(|rc| texts(rc, &["spec", "selector"]))
                    .unwrap_or_default(),
            );
        }
        ("apps/v1", "ReplicaSet") => more = named("replicaSets"),
        ("apps/v1", "StatefulSet") => more = named("statefulSets"),
        _ => {}
    }
    let mut requirements = of_map(&map);
    requirements.extend(more.and_then(|set| label_selector(set, &["spec", "selector"])).unwrap_or_default());
    requirements
}

fn has_all_keys(node: &Node<'_>, constraints: &[Constraint<'_>]) -> bool {
    constraints.iter().all(|constraint| node.labels.contains_key(constraint.key))
}

/// The hard constraints with the pods in each domain.
pub(crate) fn hard<'a>(cluster: &Cluster<'a>) -> Vec<Constraint<'a>> {
    let mut constraints = constraints(cluster, "DoNotSchedule");
    let nodes: Vec<&Node<'_>> =
        cluster.nodes.iter().filter(|node| has_all_keys(node, &constraints)).collect();
    for constraint in &mut constraints {
        let mut counts = BTreeMap::new();
        for node in nodes.iter().filter(|node| constraint.includes(cluster, node)) {
            *counts.entry(node.labels[constraint.key]).or_insert(0) += constraint.count(cluster, node);
        }
        constraint.counts = counts;
    }
    constraints
}

/// A pod comes to a node (1) or leaves it (-1): it counts if the selector matches, whatever else holds.
pub(crate) fn shift(
    cluster: &Cluster<'_>,
    node: &Node<'_>,
    pod: &Pod<'_>,
    by: i64,
    constraints: &mut [Constraint<'_>],
) {
    if pod.namespace != cluster.pod.namespace || !has_all_keys(node, constraints) {
        return;
    }
    for constraint in constraints {
        if constraint.includes(cluster, node) && matches(&constraint.selector, &pod.labels) {
            let value = node.labels[constraint.key];
            *constraint.counts.get_mut(value).expect("an included node's domain is counted") += by;
        }
    }
}

/// The filter.
pub(crate) fn filter(
    cluster: &Cluster<'_>,
    node: &Node<'_>,
    constraints: &[Constraint<'_>],
) -> Option<Rejection> {
    let reason = "node(s) didn't match pod topology spread constraints";
    for constraint in constraints {
        let Some(value) = node.labels.get(constraint.key) else {
            return Some(reject(false, format!("{reason} (missing required label)")));
        };
        let few = constraint.counts.len() < constraint.min_domains;
        let least = constraint.counts.values().copied().min().filter(|_| !few).unwrap_or(0);
        let itself = i64::from(matches(&constraint.selector, &cluster.pod.labels));
        let there = constraint.counts.get(value).copied().unwrap_or(0);
        if there + itself - least > constraint.skew {
            return Some(reject(true, reason));
        }
    }
    None
}

/// Raw scores and scores of the feasible nodes; `None` if there is no soft constraint.
pub(crate) fn scores(cluster: &Cluster<'_>, feasible: &[&Node<'_>]) -> Option<Vec<(i64, i64)>> {
    let constraints = constraints(cluster, "ScheduleAnyway");
    if constraints.is_empty() {
        return None;
    }
    let has_own = !list(cluster.pod.json, &["spec", "topologySpreadConstraints"]).is_empty();
    let needs_all = has_own || text(cluster.vector, &["defaultConstraints"]) != "System";
    let takes_part = |node: &Node<'_>| !needs_all || has_all_keys(node, &constraints);
    let scored: Vec<&&Node<'_>> = feasible.iter().filter(|node| takes_part(node)).collect();
    let value = |node: &Node<'_>, key: &str| node.labels.get(key).map_or("", |value| *value).to_owned();
    let mut sums = vec![0.0; feasible.len()];
    for constraint in &constraints {
        let domains: BTreeSet<String> = scored.iter().map(|node| value(node, constraint.key)).collect();
        let by_node = constraint.key == HOSTNAME;
        let size = if by_node { scored.len() } else { domains.len() };
        let weight = libm::log((size + 2) as f64);
        for (sum, node) in sums.iter_mut().zip(feasible) {
            let Some(domain) = node.labels.get(constraint.key) else { continue };
            let inside = |other: &&Node<'_>| {
                takes_part(other)
                    && value(other, constraint.key) == *domain
                    && constraint.includes(cluster, other)
            };
            let count: i64 = if by_node {
                constraint.count(cluster, node)
            } else {
                cluster.nodes.iter().filter(inside).map(|other| constraint.count(cluster, other)).sum()
            };
            *sum += count as f64 * weight + (constraint.skew - 1) as f64;
        }
    }
    let raw: Vec<Option<i64>> = feasible
        .iter()
        .zip(sums)
        .map(|(node, sum)| takes_part(node).then(|| f64::round(sum) as i64))
        .collect();
    let most = raw.iter().flatten().copied().max().unwrap_or(0);
    let least = raw.iter().flatten().copied().min().unwrap_or(0);
    let normal = |raw: Option<i64>| match raw {
        None => (0, 0),
        Some(raw) if most == 0 => (raw, 100),
        Some(raw) => (raw, 100 * (most + least - raw) / most),
    };
    Some(raw.into_iter().map(normal).collect())
}
