//! Skew of a topology spread constraint: domains, counts, and how they change.
//!
//! Domains are those of the scheduler (v1.34): the values of the key on nodes that carry every key of
//! the constraints of the same kind and that pass the constraint's inclusion policies. A tainted or
//! full node is a domain like any other unless `nodeTaintsPolicy` is `Honor`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::{
    Interner, Node, NodeId, PodSpec, SpreadConstraint, Symbol, WhenUnsatisfiable, node_selector,
};
use crate::kernel::SimTime;

/// The skew of a constraint at a moment at which it changed.
#[derive(Clone, Debug)]
pub struct SpreadRow {
    /// When.
    pub time: SimTime,
    /// Which workload: `deployment/NAMESPACE/NAME`.
    pub workload: Arc<str>,
    /// Which rollout of it.
    pub rollout: u32,
    /// Which constraint: `TOPOLOGY_KEY|WHEN_UNSATISFIABLE`.
    pub constraint: Arc<str>,
    /// Allowed by the constraint.
    pub max_skew: i32,
    /// Pods in the largest and in the smallest domain.
    pub largest: u32,
    /// Pods in the smallest domain.
    pub smallest: u32,
    /// `zone-a=3;zone-b=1`, domains by name; empty where there are more than 64.
    pub counts: String,
}

/// The domains of one constraint and the pods in them.
#[derive(Clone, Debug)]
pub struct DomainCounts {
    /// The constraint.
    pub constraint: SpreadConstraint,
    /// The domain of each node, by number; `None` if the node is not eligible.
    domain_of: Vec<Option<Symbol>>,
    counts: BTreeMap<Symbol, u32>,
    /// How many domains hold so many pods: gives largest and smallest without a scan.
    sizes: BTreeMap<u32, u32>,
}

impl DomainCounts {
    /// The empty domains of a constraint of `pod` on these nodes.
    pub fn new(
        constraint: &SpreadConstraint,
        pod: &PodSpec,
        nodes: &[Option<Arc<Node>>],
        names: &Interner,
    ) -> Self {
        let domain_of: Vec<Option<Symbol>> = nodes
            .iter()
            .map(|node| node.as_deref().and_then(|node| domain(constraint, pod, node, names)))
            .collect();
        let mut counts = BTreeMap::new();
        for domain in domain_of.iter().flatten() {
            counts.insert(*domain, 0);
        }
        let sizes =
            if counts.is_empty() { BTreeMap::new() } else { BTreeMap::from([(0, counts.len() as u32)]) };
        Self { constraint: constraint.clone(), domain_of, counts, sizes }
    }

    /// Adds (`1`) or takes away (`-1`) pods on a node; whether that changed a domain.
    pub fn add(&mut self, node: NodeId, pods: i32) -> bool {
        let Some(domain) = self.domain_of.get(node.index()).copied().flatten() else { return false };
        let count = self.counts.get_mut(&domain).expect("every eligible node's domain has a count");
        let old = *count;
        *count = old.checked_add_signed(pods).expect("no domain holds less than no pod");
        let new = *count;
        let size = self.sizes.get_mut(&old).expect("the old size is counted");
        *size -= 1;
        if *size == 0 {
            self.sizes.remove(&old);
        }
        *self.sizes.entry(new).or_insert(0) += 1;
        true
    }

    /// Pods in the largest domain; 0 without domains.
    pub fn largest(&self) -> u32 {
        self.sizes.last_key_value().map_or(0, |(size, _)| *size)
    }

    /// Pods in the smallest domain; 0 without domains.
    pub fn smallest(&self) -> u32 {
        self.sizes.first_key_value().map_or(0, |(size, _)| *size)
    }

    /// Largest minus smallest.
    pub fn skew(&self) -> u32 {
        self.largest() - self.smallest()
    }

    /// Pods per domain, most first.
    pub fn descending(&self) -> Vec<u32> {
        let mut counts: Vec<u32> = self.counts.values().copied().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        counts
    }

    /// `zone-a=3;zone-b=1`, by name of the domain; empty for more than 64 domains.
    pub fn to_text(&self, names: &Interner) -> String {
        if self.counts.len() > 64 {
            return String::new();
        }
        let mut parts: Vec<String> =
            self.counts.iter().map(|(domain, count)| format!("{}={count}", names.resolve(*domain))).collect();
        parts.sort_unstable();
        parts.join(";")
    }
}

/// `TOPOLOGY_KEY|WHEN_UNSATISFIABLE`.
pub fn constraint_name(constraint: &SpreadConstraint, names: &Interner) -> Arc<str> {
    let kind = match constraint.when_unsatisfiable {
        WhenUnsatisfiable::DoNotSchedule => "DoNotSchedule",
        WhenUnsatisfiable::ScheduleAnyway => "ScheduleAnyway",
    };
    format!("{}|{kind}", names.resolve(constraint.topology_key)).into()
}

/// The domain that a node stands for under a constraint of a pod; `None` if it is not eligible.
fn domain(constraint: &SpreadConstraint, pod: &PodSpec, node: &Node, names: &Interner) -> Option<Symbol> {
    let same_kind = |other: &&SpreadConstraint| other.when_unsatisfiable == constraint.when_unsatisfiable;
    let has_all_keys = pod
        .spread_constraints
        .iter()
        .filter(same_kind)
        .all(|other| node.labels.get(other.topology_key).is_some());
    if !has_all_keys || !node_selector::constraint_includes(constraint, pod, node, names) {
        return None;
    }
    node.labels.get(constraint.topology_key)
}
