//! One spread constraint while a rollout goes on: the pods of its domains, and the worst so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::domain_loss::{DomainLoss, ShareLeft};
use super::rollout_row::ConstraintOutcome;
use super::spread::DomainCounts;
use crate::api::{Interner, Node, NodeId, SpreadConstraint};
use crate::kernel::SimTime;

/// How many pods there are on each node that has any.
pub(super) type PodsByNode = BTreeMap<NodeId, u32>;

/// Adds or takes away one pod on a node.
pub(super) fn count_on(pods: &mut PodsByNode, node: NodeId, change: i32) {
    let count = pods.entry(node).or_insert(0);
    *count = count.checked_add_signed(change).expect("no node holds less than no pod");
    if *count == 0 {
        pods.remove(&node);
    }
}

/// A constraint and its course.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub(super) name: Arc<str>,
    pub(super) domains: DomainCounts,
    ready: DomainLoss,
    changed: bool,
    max_during: u32,
    above_since: Option<SimTime>,
    above_ns: u64,
    ready_left: Option<ShareLeft>,
    ready_left_min: Option<ShareLeft>,
}

impl Watched {
    /// A constraint with its domains, without pods. `before` is the same one, if it was watched already:
    /// its worst stays.
    pub(super) fn new(
        name: Arc<str>,
        constraint: &SpreadConstraint,
        domains: DomainCounts,
        before: Option<&Self>,
    ) -> Self {
        Self {
            name,
            domains,
            ready: DomainLoss::new(constraint.topology_key),
            changed: true,
            max_during: before.map_or(0, |watched| watched.max_during),
            above_since: before.and_then(|watched| watched.above_since),
            above_ns: before.map_or(0, |watched| watched.above_ns),
            ready_left: before.and_then(|watched| watched.ready_left),
            ready_left_min: before.and_then(|watched| watched.ready_left_min),
        }
    }

    /// Active pods come or go on a node.
    pub(super) fn active_changed(&mut self, node: NodeId, change: i32) {
        self.changed |= self.domains.add(node, change);
    }

    /// Ready pods come or go on a node.
    pub(super) fn ready_changed(&mut self, node: NodeId, change: i32, nodes: &[Option<Arc<Node>>]) {
        self.ready.add(node, change, nodes);
        self.changed = true;
    }

    /// Takes stock at a settled instant at which there are so many ready pods; whether anything
    /// changed since the last one.
    pub(super) fn instant_end(&mut self, now: SimTime, ready: u32) -> bool {
        if !std::mem::take(&mut self.changed) {
            return false;
        }
        let skew = self.domains.skew();
        self.max_during = self.max_during.max(skew);
        let above = i64::from(skew) > i64::from(self.domains.constraint.max_skew);
        if let (false, Some(since)) = (above, self.above_since) {
            self.above_ns += now.0 - since.0;
            self.above_since = None;
        } else if above && self.above_since.is_none() {
            self.above_since = Some(now);
        }
        self.ready_left = self.ready.left_of(ready);
        if let Some(left) = self.ready_left
            && self.ready_left_min.is_none_or(|min| left.is_below(min))
        {
            self.ready_left_min = Some(left);
        }
        true
    }

    /// What the loss of a domain left at the last settled instant.
    pub(super) fn ready_left(&self) -> Option<ShareLeft> {
        self.ready_left
    }

    /// The outcome, ended now. `newest` counts the newest pods in the same domains.
    pub(super) fn outcome(&self, newest: &DomainCounts, now: SimTime, names: &Interner) -> ConstraintOutcome {
        ConstraintOutcome {
            name: Arc::clone(&self.name),
            max_skew: newest.constraint.max_skew,
            final_skew: newest.skew(),
            final_counts: newest.descending(),
            final_domains: newest.by_domain(names),
            // Cut off before its first settled instant it has not been counted yet.
            max_skew_during: self.max_during.max(newest.skew()),
            time_above_max_skew_ns: self.above_ns + self.above_since.map_or(0, |since| now.0 - since.0),
            ready_left_min: self.ready_left_min,
            ready_left: self.ready_left,
        }
    }
}
