//! Required terms: domains in which the pods of an affinity term are, or those of an anti-affinity term.

use super::{IncomingTerm, existing_term_matches};
use crate::api::{AffinityTerm, Labels, Pod, PodSpec};
use crate::kernel::Symbol;
use crate::scheduler::framework::{CycleContext, PreFilterOutcome, Status};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::topology_counts::TopologyCounts;

const REASON_AFFINITY: &str = "node(s) didn't match pod affinity rules";
const REASON_ANTI_AFFINITY: &str = "node(s) didn't match pod anti-affinity rules";
const REASON_EXISTING: &str = "node(s) didn't satisfy existing pods anti-affinity rules";

/// A domain: a topology key with a value.
type Domain = (Symbol, Symbol);

/// The required terms of the present pod, with the matching pods of each domain.
#[derive(Clone, Debug, Default)]
pub(super) struct RequiredState {
    affinity: Vec<IncomingTerm>,
    anti_affinity: Vec<IncomingTerm>,
    affinity_counts: TopologyCounts<Domain>,
    anti_affinity_counts: TopologyCounts<Domain>,
    /// Domains that existing pods' anti-affinity keeps the pod out of.
    existing_counts: TopologyCounts<Domain>,
    /// The pod matches all of its own affinity terms, so that it may be the first of its group.
    matches_itself: bool,
}

impl RequiredState {
    pub(super) fn count(&mut self, cycle: &CycleContext<'_>) -> PreFilterOutcome {
        let spec = &cycle.pod.spec;
        let resolve = |terms: &[AffinityTerm]| -> Vec<IncomingTerm> {
            terms.iter().map(|term| IncomingTerm::new(term, cycle.cache)).collect()
        };
        self.affinity = resolve(&spec.affinity.required);
        self.anti_affinity = resolve(&spec.anti_affinity.required);
        for counts in [&mut self.affinity_counts, &mut self.anti_affinity_counts, &mut self.existing_counts] {
            counts.clear();
        }
        self.count_existing_anti_affinity(cycle);
        if self.affinity.is_empty() && self.anti_affinity.is_empty() {
            let nothing = self.existing_counts.is_empty();
            return if nothing { PreFilterOutcome::Skip } else { PreFilterOutcome::AllNodes };
        }
        self.matches_itself = matches_all(&self.affinity, spec);
        self.count_incoming(cycle);
        PreFilterOutcome::AllNodes
    }

    fn count_existing_anti_affinity(&mut self, cycle: &CycleContext<'_>) {
        let none = Labels::default();
        let namespace_labels = cycle.cache.namespace_labels(cycle.pod.spec.namespace).unwrap_or(&none);
        for &id in cycle.cache.nodes_with_required_anti_affinity() {
            let node = cycle.cache.node_info(id);
            for pod in node.pods_with_required_anti_affinity() {
                self.count_terms_of(pod, (cycle.pod, namespace_labels), node, 1);
            }
        }
    }

    /// Counts the required anti-affinity of a pod on a node that means the incoming one.
    fn count_terms_of(
        &mut self,
        other: &Pod,
        (incoming, namespace_labels): (&Pod, &Labels),
        node: &NodeInfo,
        times: i64,
    ) {
        for term in &other.spec.anti_affinity.required {
            if let Some(value) = node.node().labels.get(term.topology_key)
                && existing_term_matches(term, incoming, namespace_labels)
            {
                self.existing_counts.add_up((term.topology_key, value), times);
            }
        }
    }

    fn count_incoming(&mut self, cycle: &CycleContext<'_>) {
        for &id in cycle.cache.nodes() {
            let node = cycle.cache.node_info(id);
            for pod in node.pods() {
                self.count_pod(pod, node, 1);
            }
        }
    }

    /// Counts a pod on a node that the incoming one's terms mean.
    fn count_pod(&mut self, pod: &Pod, node: &NodeInfo, times: i64) {
        let labels = &node.node().labels;
        let domain = |term: &IncomingTerm| {
            let key = term.term.topology_key;
            labels.get(key).map(|value| (key, value))
        };
        // All affinity terms have to match one and the same pod.
        if matches_all(&self.affinity, &pod.spec) {
            for domain in self.affinity.iter().filter_map(domain) {
                self.affinity_counts.add_up(domain, times);
            }
        }
        let repelling = self.anti_affinity.iter().filter(|term| term.matches(&pod.spec));
        for domain in repelling.filter_map(domain) {
            self.anti_affinity_counts.add_up(domain, times);
        }
    }

    /// A pod came to a node (1) or left it (-1).
    pub(super) fn update(&mut self, cycle: &CycleContext<'_>, pod: &Pod, node: &NodeInfo, times: i64) {
        let none = Labels::default();
        let namespace_labels = cycle.cache.namespace_labels(cycle.pod.spec.namespace).unwrap_or(&none);
        self.count_terms_of(pod, (cycle.pod, namespace_labels), node, times);
        self.count_pod(pod, node, times);
    }

    pub(super) fn filter(&self, node: &NodeInfo) -> Result<(), Status> {
        if !self.satisfies_affinity(node) {
            return Err(Status::unresolvable(REASON_AFFINITY));
        }
        let labels = &node.node().labels;
        let repelled = self.anti_affinity.iter().any(|term| {
            let key = term.term.topology_key;
            labels.get(key).is_some_and(|value| self.anti_affinity_counts.get((key, value)).is_some())
        });
        if repelled {
            return Err(Status::unschedulable(REASON_ANTI_AFFINITY));
        }
        let kept_out = !self.existing_counts.is_empty()
            && labels.iter().any(|domain| self.existing_counts.get(domain).is_some());
        if kept_out { Err(Status::unschedulable(REASON_EXISTING)) } else { Ok(()) }
    }

    /// Every term's domain holds a pod that matches all terms; or no pod anywhere (on a node with one of
    /// the keys) does, and the pod itself does: then it is the first of its group. The node needs every
    /// key in either case.
    fn satisfies_affinity(&self, node: &NodeInfo) -> bool {
        let mut pods_exist = true;
        for term in &self.affinity {
            let key = term.term.topology_key;
            let Some(value) = node.node().labels.get(key) else { return false };
            pods_exist &= self.affinity_counts.get((key, value)).is_some();
        }
        pods_exist || (self.affinity_counts.is_empty() && self.matches_itself)
    }
}

/// Whether all terms match a pod; no terms match none.
pub(in crate::scheduler) fn matches_all(terms: &[IncomingTerm], pod: &PodSpec) -> bool {
    !terms.is_empty() && terms.iter().all(|term| term.matches(pod))
}
