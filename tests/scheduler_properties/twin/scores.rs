//! The score plugins, in their order, with raw and normalized scores of the feasible nodes.

use std::collections::BTreeSet;

use super::cluster::{Cluster, Node};
use super::json::{list, number, text, text_list};
use super::requests::{Amounts, amounts, whole};
use super::selectors::{can_be_read, is_empty_term, term_matches};
use super::{interpod, spread};

/// A plugin's raw and normalized score of each feasible node; `None` if it takes no part.
pub(crate) type Column = Option<Vec<(i64, i64)>>;

/// Every score plugin with its weight and its scores. An error if one fails.
pub(crate) fn columns(
    cluster: &Cluster<'_>,
    feasible: &[&Node<'_>],
) -> Result<Vec<(&'static str, i64, Column)>, String> {
    Ok(vec![
        ("TaintToleration", 3, Some(taints(cluster, feasible))),
        ("NodeAffinity", 2, node_affinity(cluster, feasible)?),
        ("NodeResourcesFit", 1, Some(as_they_are(feasible, |node| least_allocated(cluster, node)))),
        ("PodTopologySpread", 2, spread::scores(cluster, feasible)),
        ("InterPodAffinity", 2, interpod::scores(cluster, feasible)),
        ("NodeResourcesBalancedAllocation", 1, balanced(cluster, feasible)),
        ("ImageLocality", 1, Some(as_they_are(feasible, |node| images(cluster, node)))),
    ])
}

fn as_they_are(feasible: &[&Node<'_>], score: impl Fn(&Node<'_>) -> i64) -> Vec<(i64, i64)> {
    feasible.iter().map(|node| score(node)).map(|score| (score, score)).collect()
}

fn taints(cluster: &Cluster<'_>, feasible: &[&Node<'_>]) -> Vec<(i64, i64)> {
    let counts_for_score = |effect: &str| ["", "PreferNoSchedule"].contains(&effect);
    let unwelcome = |node: &&Node<'_>| {
        let soft = node.taints().filter(|taint| taint.2 == "PreferNoSchedule");
        let kept =
            soft.filter(|(key, value, effect)| !cluster.pod.tolerates(key, value, effect, counts_for_score));
        i64::try_from(kept.count()).expect("few taints")
    };
    let raw: Vec<i64> = feasible.iter().map(unwelcome).collect();
    let most = raw.iter().copied().max().unwrap_or(0);
    let normal = |raw: i64| if most == 0 { 100 } else { 100 - 100 * raw / most };
    raw.into_iter().map(|raw| (raw, normal(raw))).collect()
}

fn node_affinity(cluster: &Cluster<'_>, feasible: &[&Node<'_>]) -> Result<Column, String> {
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    let lines = list(cluster.pod.json, &["spec", "affinity", "nodeAffinity", preferred]);
    if lines.is_empty() {
        return Ok(None);
    }
    let terms: Vec<_> = lines
        .iter()
        .map(|line| (number(line, &["weight"]), super::json::at(line, &["preference"])))
        .filter(|(weight, term)| *weight != 0 && !is_empty_term(term))
        .collect();
    if terms.iter().any(|(_, term)| !can_be_read(term)) {
        return Err("a preferred term that cannot be read".to_owned());
    }
    let sum = |node: &&Node<'_>| -> i64 {
        let matching = terms.iter().filter(|(_, term)| term_matches(term, node.name, &node.labels));
        matching.map(|(weight, _)| weight).sum()
    };
    let raw: Vec<i64> = feasible.iter().map(sum).collect();
    let most = raw.iter().copied().max().unwrap_or(0);
    Ok(Some(raw.into_iter().map(|raw| (raw, if most == 0 { raw } else { 100 * raw / most })).collect()))
}

/// What is asked of a node with the pod on it, for CPU and memory, and what the node has.
fn fill(
    node: &Node<'_>,
    of_pod: &Amounts,
    of_existing: fn(&super::requests::Requests) -> &Amounts,
) -> [(i64, i64); 2] {
    let has = amounts(node.json, &["status", "allocatable"]);
    ["cpu", "memory"].map(|name| {
        let used: i64 = node.pods.iter().map(|pod| whole(of_existing(&pod.requests), name)).sum();
        (used + whole(of_pod, name), whole(&has, name))
    })
}

fn least_allocated(cluster: &Cluster<'_>, node: &Node<'_>) -> i64 {
    let both = fill(node, &cluster.pod.requests.scored, |requests| &requests.used_with_stand_ins);
    let free = |(asked, has): (i64, i64)| if asked > has { 0 } else { (has - asked) * 100 / has };
    let scores: Vec<i64> = both.into_iter().filter(|(_, has)| *has != 0).map(free).collect();
    let count = i64::try_from(scores.len()).expect("two at most");
    scores.iter().sum::<i64>().checked_div(count).unwrap_or(0)
}

fn balanced(cluster: &Cluster<'_>, feasible: &[&Node<'_>]) -> Column {
    let wanted = &cluster.pod.requests.wanted;
    if whole(wanted, "cpu") == 0 && whole(wanted, "memory") == 0 {
        return None;
    }
    Some(as_they_are(feasible, |node| {
        let both = fill(node, wanted, |requests| &requests.used).into_iter().filter(|(_, has)| *has != 0);
        let shares: Vec<f64> = both.map(|(asked, has)| f64::min(asked as f64 / has as f64, 1.0)).collect();
        let deviation = if let [one, other] = shares[..] { f64::abs((one - other) / 2.0) } else { 0.0 };
        ((1.0 - deviation) * 100.0) as i64
    }))
}

fn images(cluster: &Cluster<'_>, node: &Node<'_>) -> i64 {
    const MIB: i64 = 1 << 20;
    let init = list(cluster.pod.json, &["spec", "initContainers"]);
    let containers = list(cluster.pod.json, &["spec", "containers"]);
    let size_on = |node: &Node<'_>, name: &str| {
        let mut held = list(node.json, &["status", "images"]).iter();
        held.find(|image| text_list(image, &["names"]).contains(&name))
            .map(|image| number(image, &["sizeBytes"]))
    };
    let mut sum = 0;
    for container in init.iter().chain(containers) {
        let image = text(container, &["image"]);
        let has_tag = image.rsplit('/').next().is_some_and(|last| last.contains(':'));
        let name = if has_tag { image.to_owned() } else { format!("{image}:latest") };
        let holders: BTreeSet<&str> = cluster
            .nodes
            .iter()
            .filter(|node| size_on(node, &name).is_some())
            .map(|node| node.name)
            .collect();
        if let Some(size) = size_on(node, &name) {
            sum += (size as f64 * (holders.len() as f64 / cluster.nodes.len() as f64)) as i64;
        }
    }
    let least = 23 * MIB;
    let most = 1000 * MIB * i64::try_from(init.len() + containers.len()).expect("few containers");
    100 * (sum.clamp(least, most) - least) / (most - least)
}
