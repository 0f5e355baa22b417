//! Skew of a topology spread constraint: domains, counts, and how they change.
//!
//! Domains are those of the scheduler (v1.34): the values of the key on nodes that carry every key of
//! the constraints of the same kind and that pass the constraint's inclusion policies. A tainted or
//! full node is a domain like any other unless `nodeTaintsPolicy` is `Honor`.

use std::sync::Arc;

use super::domain_loss::ShareLeft;
use super::tally::Tally;
use crate::api::{Interner, Node, NodeId, PodSpec, SpreadConstraint, Symbol, WhenUnsatisfiable};
use crate::component_helpers::inclusion_policy::constraint_includes;
use crate::kernel::SimTime;

/// Domains are named in tables up to this number of them.
pub const MOST_DOMAINS_NAMED: usize = 64;

/// The skew of a constraint at a moment at which its pods, or the ready ones among them, changed.
#[derive(Clone, Debug)]
pub struct SpreadRow {
    /// When.
    pub time: SimTime,
    /// Which workload: `KIND/NAMESPACE/NAME`, the kind in lower case.
    pub workload: Arc<str>,
    /// Which rollout of it.
    pub rollout: u32,
    /// Which constraint: `TOPOLOGY_KEY|WHEN_UNSATISFIABLE`, or that with `|own spread`.
    pub constraint: Arc<str>,
    /// Allowed by the constraint.
    pub max_skew: i32,
    /// Pods in the largest and in the smallest domain.
    pub largest: u32,
    /// Pods in the smallest domain.
    pub smallest: u32,
    /// `zone-a=3;zone-b=1`, domains by name; empty where there are more than [`MOST_DOMAINS_NAMED`].
    pub counts: String,
    /// What the loss of any one domain would leave of the ready pods; `None` without ready pods.
    pub ready_left: Option<ShareLeft>,
}

/// The domains of one constraint and the pods in them.
#[derive(Clone, Debug)]
pub struct DomainCounts {
    /// The constraint.
    pub constraint: SpreadConstraint,
    /// The domain of each node, by number; `None` if the node is not eligible.
    domain_of: Vec<Option<Symbol>>,
    pods: Tally,
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
        let pods = Tally::of(domain_of.iter().flatten().copied());
        Self { constraint: constraint.clone(), domain_of, pods }
    }

    /// Adds (`1`) or takes away (`-1`) pods on a node; whether that changed a domain.
    pub fn add(&mut self, node: NodeId, pods: i32) -> bool {
        let Some(domain) = self.domain_of.get(node.index()).copied().flatten() else { return false };
        self.pods.add(domain, pods);
        true
    }

    /// Pods in the largest domain; 0 without domains.
    pub fn largest(&self) -> u32 {
        self.pods.largest()
    }

    /// Pods in the smallest domain; 0 without domains.
    pub fn smallest(&self) -> u32 {
        self.pods.smallest()
    }

    /// Largest minus smallest.
    pub fn skew(&self) -> u32 {
        self.largest() - self.smallest()
    }

    /// The smallest domain as the scheduler compares with it: 0 while there are fewer than `minDomains`.
    pub fn smallest_as_compared(&self) -> u32 {
        let too_few = (self.pods.counts().len() as i64) < i64::from(self.constraint.min_domains);
        if too_few { 0 } else { self.smallest() }
    }

    /// Largest minus what the scheduler compares with.
    pub fn skew_as_compared(&self) -> u32 {
        self.largest() - self.smallest_as_compared()
    }

    /// Pods per domain, most first.
    pub fn descending(&self) -> Vec<u32> {
        let mut counts: Vec<u32> = self.pods.counts().values().copied().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        counts
    }

    /// Pods by domain, in the order of the domains' numbers; none for more than
    /// [`MOST_DOMAINS_NAMED`].
    pub fn by_domain(&self, names: &Interner) -> Vec<(Arc<str>, u32)> {
        let counts = self.pods.counts();
        if counts.len() > MOST_DOMAINS_NAMED {
            return Vec::new();
        }
        counts.iter().map(|(domain, count)| (Arc::clone(names.shared(*domain)), *count)).collect()
    }

    /// `zone-a=3;zone-b=1`, by name of the domain; empty for more than [`MOST_DOMAINS_NAMED`].
    pub fn to_text(&self, names: &Interner) -> String {
        let part = |(domain, count)| format!("{domain}={count}");
        let mut parts: Vec<String> = self.by_domain(names).into_iter().map(part).collect();
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
    if !has_all_keys || !constraint_includes(constraint, pod, node, names) {
        return None;
    }
    node.labels.get(constraint.topology_key)
}
