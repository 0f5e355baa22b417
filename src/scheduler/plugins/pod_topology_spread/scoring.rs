//! `ScheduleAnyway`: the fewer matching pods in a node's domains, the higher its score.

use super::counted::{ConstraintReport, DomainReport};
use super::{count_matching, has_all_keys};
use crate::api::{NodeId, SpreadConstraint};
use crate::component_helpers::inclusion_policy::constraint_includes;
use crate::kernel::Symbol;
use crate::scheduler::framework::{CycleContext, MAX_NODE_SCORE};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::topology_counts::TopologyCounts;

/// The soft constraints of the present pod, with the matching pods of each domain that has a feasible
/// node. For the key `kubernetes.io/hostname` pods are counted node by node instead, in `score`.
#[derive(Clone, Debug, Default)]
pub(super) struct SoftState {
    constraints: Vec<SpreadConstraint>,
    counts: Vec<TopologyCounts<Symbol>>,
    weights: Vec<f64>,
    hostname: Option<Symbol>,
    /// Feasible nodes that miss a key, by their place in the list.
    ignored: Vec<bool>,
}

impl SoftState {
    pub(super) fn count(
        &mut self,
        constraints: Vec<SpreadConstraint>,
        all_keys_required: bool,
        cycle: &CycleContext<'_>,
        feasible: &[NodeId],
    ) {
        self.constraints = constraints;
        self.hostname = Some(cycle.cache.known().hostname);
        if self.counts.len() < self.constraints.len() {
            self.counts.resize_with(self.constraints.len(), TopologyCounts::default);
        }
        self.counts.iter_mut().for_each(TopologyCounts::clear);
        self.find_domains(all_keys_required, cycle, feasible);
        self.count_pods(all_keys_required, cycle);
    }

    fn is_per_node(&self, constraint: &SpreadConstraint) -> bool {
        Some(constraint.topology_key) == self.hostname
    }

    /// The domains of the feasible nodes and their weight ln(number + 2). Without the key a node is in
    /// the domain of the empty value (where keys are not required).
    fn find_domains(&mut self, all_keys_required: bool, cycle: &CycleContext<'_>, feasible: &[NodeId]) {
        self.ignored.clear();
        let empty = cycle.cache.known().empty;
        for &id in feasible {
            let node = cycle.cache.node_info(id);
            let ignored = all_keys_required && !has_all_keys(node, &self.constraints);
            self.ignored.push(ignored);
            if ignored {
                continue;
            }
            for place in 0..self.constraints.len() {
                let constraint = &self.constraints[place];
                if !self.is_per_node(constraint) {
                    let domain = node.node().labels.get(constraint.topology_key).unwrap_or(empty);
                    self.counts[place].add(domain, 0);
                }
            }
        }
        let nodes = self.ignored.iter().filter(|ignored| !**ignored).count();
        self.weights.clear();
        for (constraint, counts) in self.constraints.iter().zip(&self.counts) {
            let size = if Some(constraint.topology_key) == self.hostname { nodes } else { counts.len() };
            self.weights.push(libm::log((size + 2) as f64));
        }
    }

    /// Counts the matching pods of those domains over all nodes, the policies considered.
    fn count_pods(&mut self, all_keys_required: bool, cycle: &CycleContext<'_>) {
        let spec = &cycle.pod.spec;
        let empty = cycle.cache.known().empty;
        for &id in cycle.cache.nodes() {
            let node = cycle.cache.node_info(id);
            if all_keys_required && !has_all_keys(node, &self.constraints) {
                continue;
            }
            for (constraint, counts) in self.constraints.iter().zip(&mut self.counts) {
                let domain = node.node().labels.get(constraint.topology_key).unwrap_or(empty);
                if counts.get(domain).is_some()
                    && constraint_includes(constraint, spec, node.node(), cycle.names)
                {
                    counts.add(domain, count_matching(node, constraint, spec.namespace));
                }
            }
        }
    }

    pub(super) fn score(&self, cycle: &CycleContext<'_>, node: &NodeInfo, place: usize) -> i64 {
        if self.ignored[place] {
            return 0;
        }
        let mut score = 0.0;
        for ((constraint, counts), weight) in self.constraints.iter().zip(&self.counts).zip(&self.weights) {
            let Some(domain) = node.node().labels.get(constraint.topology_key) else { continue };
            let count = if self.is_per_node(constraint) {
                count_matching(node, constraint, cycle.pod.spec.namespace)
            } else {
                counts.get(domain).unwrap_or(0)
            };
            score += count as f64 * weight + f64::from(constraint.max_skew - 1);
        }
        score.round() as i64
    }

    /// What was counted last. Nodes stand for themselves where pods are counted node by node.
    pub(super) fn report(&self, cycle: &CycleContext<'_>, scored: &[NodeId]) -> Vec<ConstraintReport> {
        let domain = |(value, pods)| DomainReport { value, pods, allowed: true };
        let of_constraint = |(constraint, counts): (&SpreadConstraint, &TopologyCounts<Symbol>)| {
            let of_node = |node: &NodeInfo| {
                let pods = count_matching(node, constraint, cycle.pod.spec.namespace);
                Some((node.node().labels.get(constraint.topology_key)?, pods))
            };
            let selector = constraint.selector.as_ref();
            ConstraintReport {
                constraint: constraint.clone(),
                is_default: false,
                matches_itself: selector.is_some_and(|selector| selector.matches(&cycle.pod.spec.labels)),
                minimum: None,
                domains: if self.is_per_node(constraint) {
                    let nodes = scored.iter().zip(&self.ignored).filter(|pair| !pair.1);
                    let nodes = nodes.map(|(id, _)| cycle.cache.node_info(*id));
                    nodes.filter_map(of_node).map(domain).collect()
                } else {
                    counts.iter().map(domain).collect()
                },
            }
        };
        self.constraints.iter().zip(&self.counts).map(of_constraint).collect()
    }

    /// 100 · (max + min − score) / max in whole numbers; ignored nodes get 0 and count for neither.
    pub(super) fn normalize(&self, scores: &mut [i64]) {
        let counted = || scores.iter().zip(&self.ignored).filter(|pair| !pair.1).map(|pair| *pair.0);
        let (Some(min), Some(max)) = (counted().min(), counted().max()) else {
            scores.fill(0);
            return;
        };
        for (score, ignored) in scores.iter_mut().zip(&self.ignored) {
            *score = match (*ignored, max) {
                (true, _) => 0,
                (false, 0) => MAX_NODE_SCORE,
                (false, _) => MAX_NODE_SCORE * (max + min - *score) / max,
            };
        }
    }
}
