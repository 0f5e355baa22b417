//! `DoNotSchedule`: a node is refused if the pod would bring its domain more than `maxSkew` above the
//! smallest one.

use super::counted::{ConstraintReport, DomainReport};
use super::{count_matching, has_all_keys};
use crate::api::{Pod, SpreadConstraint};
use crate::component_helpers::inclusion_policy::constraint_includes;
use crate::kernel::Symbol;
use crate::scheduler::framework::{CycleContext, PreFilterOutcome, Status};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::topology_counts::TopologyCounts;

const REASON: &str = "node(s) didn't match pod topology spread constraints";
const REASON_MISSING_LABEL: &str =
    "node(s) didn't match pod topology spread constraints (missing required label)";

/// The hard constraints of the present pod, with the matching pods of each domain.
#[derive(Clone, Debug, Default)]
pub(super) struct HardState {
    constraints: Vec<SpreadConstraint>,
    counts: Vec<TopologyCounts<Symbol>>,
}

impl HardState {
    /// Counts matching pods per domain. A node that misses the key of any constraint is left out of
    /// them all; a node that a constraint's inclusion policies exclude is left out of that one.
    pub(super) fn count(
        &mut self,
        constraints: Vec<SpreadConstraint>,
        cycle: &CycleContext<'_>,
    ) -> PreFilterOutcome {
        self.constraints = constraints;
        if self.constraints.is_empty() {
            return PreFilterOutcome::Skip;
        }
        if self.counts.len() < self.constraints.len() {
            self.counts.resize_with(self.constraints.len(), TopologyCounts::default);
        }
        self.counts.iter_mut().for_each(TopologyCounts::clear);
        let spec = &cycle.pod.spec;
        for &id in cycle.cache.nodes() {
            let node = cycle.cache.node_info(id);
            if !has_all_keys(node, &self.constraints) {
                continue;
            }
            for (constraint, counts) in self.constraints.iter().zip(&mut self.counts) {
                let Some(domain) = node.node().labels.get(constraint.topology_key) else { continue };
                if constraint_includes(constraint, spec, node.node(), cycle.names) {
                    counts.add(domain, count_matching(node, constraint, spec.namespace));
                }
            }
        }
        PreFilterOutcome::AllNodes
    }

    /// A pod came to a node (1) or left it (-1), as Kubernetes counts it: terminating pods like others, and
    /// with the empty selector every pod.
    pub(super) fn update(&mut self, cycle: &CycleContext<'_>, pod: &Pod, node: &NodeInfo, times: i64) {
        let spec = &cycle.pod.spec;
        if pod.spec.namespace != spec.namespace || !has_all_keys(node, &self.constraints) {
            return;
        }
        for (constraint, counts) in self.constraints.iter().zip(&mut self.counts) {
            let Some(domain) = node.node().labels.get(constraint.topology_key) else { continue };
            if is_selected(constraint, pod) && constraint_includes(constraint, spec, node.node(), cycle.names)
            {
                counts.add(domain, times);
            }
        }
    }

    pub(super) fn filter(&self, cycle: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        for (constraint, counts) in self.constraints.iter().zip(&self.counts) {
            let Some(domain) = node.node().labels.get(constraint.topology_key) else {
                return Err(Status::unresolvable(REASON_MISSING_LABEL));
            };
            let after = counts.get(domain).unwrap_or(0) + i64::from(is_selected(constraint, cycle.pod));
            if after - smallest(constraint, counts) > i64::from(constraint.max_skew) {
                return Err(Status::unschedulable(REASON));
            }
        }
        Ok(())
    }

    /// What was counted last, and for whom there is room.
    pub(super) fn report(&self, pod: &Pod) -> Vec<ConstraintReport> {
        let of_constraint = |(constraint, counts): (&SpreadConstraint, &TopologyCounts<Symbol>)| {
            let (itself, minimum) = (is_selected(constraint, pod), smallest(constraint, counts));
            let domain = |(value, pods): (Symbol, i64)| {
                let skew = pods + i64::from(itself) - minimum;
                DomainReport { value, pods, allowed: skew <= i64::from(constraint.max_skew) }
            };
            ConstraintReport {
                constraint: constraint.clone(),
                is_default: false,
                matches_itself: itself,
                minimum: Some(minimum),
                domains: counts.iter().map(domain).collect(),
            }
        };
        self.constraints.iter().zip(&self.counts).map(of_constraint).collect()
    }
}

/// What a domain is compared with: the smallest count, 0 while there are too few domains.
fn smallest(constraint: &SpreadConstraint, counts: &TopologyCounts<Symbol>) -> i64 {
    let too_few = (counts.len() as i64) < i64::from(constraint.min_domains);
    if too_few { 0 } else { counts.min().unwrap_or(0) }
}

/// Whether a constraint's selector matches a pod, the incoming one (`selfMatchNum`) or another.
fn is_selected(constraint: &SpreadConstraint, pod: &Pod) -> bool {
    constraint.selector.as_ref().is_some_and(|selector| selector.matches(&pod.spec.labels))
}
