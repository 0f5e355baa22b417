//! InterPodAffinity: required terms filter, preferred ones (and existing pods' required affinity) score.

use std::collections::BTreeMap;

use super::cluster::{Cluster, Node, Term};
use super::filters::{Rejection, reject};

/// Topology keys with a value.
type Pair<'a> = (&'a str, &'a str);

/// The pairs in which pods are that required terms speak of.
pub(crate) struct Required<'a> {
    near: Vec<Pair<'a>>,
    apart: Vec<Pair<'a>>,
    kept_away: Vec<Pair<'a>>,
}

fn pair<'a>(term: &Term<'a>, node: &Node<'a>) -> Option<Pair<'a>> {
    node.labels.get(term.key).map(|value| (term.key, *value))
}

impl<'a> Required<'a> {
    /// There are no pods.
    pub(crate) fn none() -> Self {
        Self { near: Vec::new(), apart: Vec::new(), kept_away: Vec::new() }
    }

    /// Whether no pod is spoken of.
    pub(crate) fn is_empty(&self) -> bool {
        self.near.is_empty() && self.apart.is_empty() && self.kept_away.is_empty()
    }

    /// Walks over every pod.
    pub(crate) fn of(cluster: &Cluster<'a>) -> Self {
        let mut found = Self::none();
        let pod = cluster.pod;
        for node in &cluster.nodes {
            for existing in &node.pods {
                let matches = |term: &&Term<'a>| cluster.own_term_matches(term, existing);
                if pod.required_near.iter().all(|term| matches(&term)) {
                    found.near.extend(pod.required_near.iter().filter_map(|term| pair(term, node)));
                }
                let apart = pod.required_apart.iter().filter(matches);
                found.apart.extend(apart.filter_map(|term| pair(term, node)));
                let against = existing.required_apart.iter();
                let against = against.filter(|term| cluster.existing_term_matches(term));
                found.kept_away.extend(against.filter_map(|term| pair(term, node)));
            }
        }
        found
    }

    /// The filter.
    pub(crate) fn filter(&self, cluster: &Cluster<'_>, node: &Node<'_>) -> Option<Rejection> {
        let pod = cluster.pod;
        let near: Vec<Option<Pair<'_>>> = pod.required_near.iter().map(|term| pair(term, node)).collect();
        let has_keys = near.iter().all(Option::is_some);
        let satisfied = near.iter().flatten().all(|pair| self.near.contains(pair));
        // The first of its kind may go anywhere, if it would be near to itself.
        let is_first =
            self.near.is_empty() && pod.required_near.iter().all(|term| cluster.own_term_matches(term, pod));
        if !has_keys || !(satisfied || is_first) {
            return Some(reject(false, "node(s) didn't match pod affinity rules"));
        }
        let apart = pod.required_apart.iter().filter_map(|term| pair(term, node));
        if apart.into_iter().any(|pair| self.apart.contains(&pair)) {
            return Some(reject(true, "node(s) didn't match pod anti-affinity rules"));
        }
        let labels = node.labels.iter().map(|(key, value)| (*key, *value));
        if labels.into_iter().any(|label| self.kept_away.contains(&label)) {
            return Some(reject(true, "node(s) didn't satisfy existing pods anti-affinity rules"));
        }
        None
    }
}

/// Raw scores and scores of the feasible nodes; `None` if no preference concerns any pair.
pub(crate) fn scores(cluster: &Cluster<'_>, feasible: &[&Node<'_>]) -> Option<Vec<(i64, i64)>> {
    let pod = cluster.pod;
    let mut weights: BTreeMap<(String, String), i64> = BTreeMap::new();
    for node in &cluster.nodes {
        for existing in &node.pods {
            let mut add = |term: &Term<'_>, weight: i64| {
                if let Some(value) = node.labels.get(term.key) {
                    *weights.entry((term.key.to_owned(), (*value).to_owned())).or_insert(0) += weight;
                }
            };
            let own = |term: &&Term<'_>| cluster.own_term_matches(term, existing);
            let theirs = |term: &&Term<'_>| cluster.existing_term_matches(term);
            pod.preferred_near.iter().filter(own).for_each(|term| add(term, term.weight));
            pod.preferred_apart.iter().filter(own).for_each(|term| add(term, -term.weight));
            existing.required_near.iter().filter(theirs).for_each(|term| add(term, 1));
            existing.preferred_near.iter().filter(theirs).for_each(|term| add(term, term.weight));
            existing.preferred_apart.iter().filter(theirs).for_each(|term| add(term, -term.weight));
        }
    }
    if weights.is_empty() {
        return None;
    }
    let of_node = |node: &&Node<'_>| -> i64 {
        node.labels
            .iter()
            .filter_map(|(key, value)| weights.get(&((*key).to_owned(), (*value).to_owned())))
            .sum()
    };
    let raw: Vec<i64> = feasible.iter().map(of_node).collect();
    let (most, least) = (raw.iter().max().copied()?, raw.iter().min().copied()?);
    let share = |raw: i64| (raw - least) as f64 / (most - least) as f64;
    let normal = |raw: i64| if most == least { 0 } else { (100.0 * share(raw)) as i64 };
    Some(raw.into_iter().map(|raw| (raw, normal(raw))).collect())
}
