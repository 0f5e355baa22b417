//! Preferred terms: each adds its weight to the domains of the pods that it matches, or takes it away.
//! Existing pods' terms count for the incoming pod as well.

use super::{IncomingTerm, InterPodAffinityArgs, existing_term_matches};
use crate::api::{AffinityTerm, Labels, Pod, PodSpec, WeightedAffinityTerm};
use crate::kernel::Symbol;
use crate::scheduler::cache::Cache;
use crate::scheduler::framework::{CycleContext, MAX_NODE_SCORE, PreScoreOutcome};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::topology_counts::TopologyCounts;

/// What each domain, a topology key with a value, adds to a node's score.
#[derive(Clone, Debug, Default)]
pub(super) struct PreferredState {
    weights: TopologyCounts<(Symbol, Symbol)>,
}

/// The incoming pod with what its terms and others' need to know.
struct Incoming<'a> {
    pod: &'a Pod,
    /// Preferred terms with their weight, below 0 for anti-affinity.
    terms: Vec<(i64, IncomingTerm)>,
    namespace_labels: Labels,
}

impl PreferredState {
    pub(super) fn count(&mut self, args: InterPodAffinityArgs, cycle: &CycleContext<'_>) -> PreScoreOutcome {
        let (pod, cache) = (cycle.pod, cycle.cache);
        let always = cycle.behaviour.relations_always_score;
        let terms = incoming_terms(pod, cache);
        if args.ignore_preferred_terms_of_existing_pods && terms.is_empty() {
            self.weights.clear();
            return if always { PreScoreOutcome::Score } else { PreScoreOutcome::Skip };
        }
        self.weights.clear();
        let namespace_labels = cache.namespace_labels(pod.spec.namespace).cloned().unwrap_or_default();
        let incoming = Incoming { pod, terms, namespace_labels };
        let hard_weight = i64::from(args.hard_pod_affinity_weight);
        if incoming.terms.is_empty() {
            for &id in cache.nodes_with_affinity() {
                let node = cache.node_info(id);
                node.pods_with_affinity()
                    .iter()
                    .for_each(|other| self.add(&incoming, other, node, hard_weight));
            }
        } else {
            for &id in cache.nodes() {
                let node = cache.node_info(id);
                node.pods().iter().for_each(|other| self.add(&incoming, other, node, hard_weight));
            }
        }
        if self.weights.is_empty() && !always { PreScoreOutcome::Skip } else { PreScoreOutcome::Score }
    }

    /// Adds what an existing pod means for the domains of its node.
    fn add(&mut self, incoming: &Incoming<'_>, other: &Pod, node: &NodeInfo, hard_weight: i64) {
        let labels = &node.node().labels;
        let weights = &mut self.weights;
        let mut add = |key: Symbol, weight: i64| {
            if let Some(value) = labels.get(key) {
                weights.add((key, value), weight);
            }
        };
        for (weight, term) in &incoming.terms {
            if term.matches(&other.spec) {
                add(term.term.topology_key, *weight);
            }
        }
        let concerns =
            |term: &AffinityTerm| existing_term_matches(term, incoming.pod, &incoming.namespace_labels);
        if hard_weight > 0 {
            for term in other.spec.affinity.required.iter().filter(|term| concerns(term)) {
                add(term.topology_key, hard_weight);
            }
        }
        for (line, sign) in signed(&other.spec) {
            if concerns(&line.term) {
                add(line.term.topology_key, sign * i64::from(line.weight));
            }
        }
    }

    pub(super) fn score(&self, node: &NodeInfo) -> i64 {
        node.node().labels.iter().filter_map(|domain| self.weights.get(domain)).sum()
    }

    /// 100 · (score − min) / (max − min), cut off; 0 if all are equal.
    pub(super) fn normalize(scores: &mut [i64]) {
        let (Some(min), Some(max)) = (scores.iter().copied().min(), scores.iter().copied().max()) else {
            return;
        };
        for score in scores {
            *score = if max > min {
                (MAX_NODE_SCORE as f64 * ((*score - min) as f64 / (max - min) as f64)) as i64
            } else {
                0
            };
        }
    }
}

fn incoming_terms(pod: &Pod, cache: &Cache) -> Vec<(i64, IncomingTerm)> {
    signed(&pod.spec)
        .map(|(line, sign)| (sign * i64::from(line.weight), IncomingTerm::new(&line.term, cache)))
        .collect()
}

/// A pod's preferred terms, with 1 for affinity and -1 for anti-affinity.
pub(in crate::scheduler) fn signed(pod: &PodSpec) -> impl Iterator<Item = (&WeightedAffinityTerm, i64)> {
    let affinity = pod.affinity.preferred.iter().map(|line| (line, 1));
    affinity.chain(pod.anti_affinity.preferred.iter().map(|line| (line, -1)))
}
