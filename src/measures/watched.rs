//! One spread constraint while a rollout goes on: the pods of its domains, and the worst so far.

use std::sync::Arc;

use super::domain_loss::{DomainLoss, ShareLeft};
use super::rollout_row::{ConstraintOutcome, Counted, own_name};
use super::selected::Selected;
use super::skew_so_far::SkewSoFar;
use super::spread::{DomainCounts, SpreadRow};
use crate::api::{Interner, Node, NodeId, PodSpec};
use crate::kernel::SimTime;

/// A constraint and its course.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub(super) name: Arc<str>,
    /// The workload's own pods.
    pub(super) own: DomainCounts,
    /// The pods that the constraint counts.
    pub(super) selected: Selected,
    ready: DomainLoss,
    changed: bool,
    own_so_far: SkewSoFar,
    selected_so_far: SkewSoFar,
    ready_left: Option<ShareLeft>,
    ready_left_min: Option<ShareLeft>,
}

impl Watched {
    /// A constraint with its domains: those that it counts with their pods, the workload's own without.
    /// `before` is the same one, if it was watched already: its worst stays.
    pub(super) fn new(name: Arc<str>, own: DomainCounts, selected: Selected, before: Option<&Self>) -> Self {
        Self {
            name,
            ready: DomainLoss::new(own.constraint.topology_key),
            own,
            selected,
            changed: true,
            own_so_far: before.map_or_else(SkewSoFar::default, |watched| watched.own_so_far),
            selected_so_far: before.map_or_else(SkewSoFar::default, |watched| watched.selected_so_far),
            ready_left: before.and_then(|watched| watched.ready_left),
            ready_left_min: before.and_then(|watched| watched.ready_left_min),
        }
    }

    /// Active pods of the workload come or go on a node.
    pub(super) fn active_changed(&mut self, node: NodeId, change: i32) {
        self.changed |= self.own.add(node, change);
    }

    /// Active pods of this template, of whomever, come or go on a node; whether another's changed a domain.
    pub(super) fn selected_changed(&mut self, pod: &PodSpec, change: (NodeId, i32), is_own: bool) -> bool {
        let changed = self.selected.pod_changed(pod, change, is_own) && !is_own;
        self.changed |= changed;
        changed
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
        let max_skew = self.own.constraint.max_skew;
        self.own_so_far.note(self.own.skew(), max_skew, now);
        self.selected_so_far.note(self.selected.domains.skew_as_compared(), max_skew, now);
        self.ready_left = self.ready.left_of(ready);
        if let Some(left) = self.ready_left
            && self.ready_left_min.is_none_or(|min| left.is_below(min))
        {
            self.ready_left_min = Some(left);
        }
        true
    }

    /// The rows of this instant: the constraint and, where it counts others too, the workload's own spread.
    pub(super) fn rows(
        &self,
        (time, rollout): (SimTime, u32),
        workload: &Arc<str>,
        names: &Interner,
    ) -> Vec<SpreadRow> {
        let row = |constraint: Arc<str>, domains: &DomainCounts, smallest, ready_left| SpreadRow {
            time,
            workload: Arc::clone(workload),
            rollout,
            constraint,
            max_skew: domains.constraint.max_skew,
            largest: domains.largest(),
            smallest,
            counts: domains.to_text(names),
            ready_left,
        };
        let own = |name, ready_left| row(name, &self.own, self.own.smallest(), ready_left);
        if !self.selected.covers_others {
            return vec![own(Arc::clone(&self.name), self.ready_left)];
        }
        let selected = &self.selected.domains;
        let counted = row(Arc::clone(&self.name), selected, selected.smallest_as_compared(), self.ready_left);
        vec![counted, own(own_name(&self.name), None)]
    }

    /// The outcome, ended now. `newest` counts the newest pods in the same domains. Where the constraint
    /// counts others too, the workload's own spread stands beside it.
    pub(super) fn outcomes(
        &self,
        newest: &DomainCounts,
        now: SimTime,
        names: &Interner,
    ) -> Vec<ConstraintOutcome> {
        let outcome = |name, counted, domains: &DomainCounts, skew, so_far: &SkewSoFar| ConstraintOutcome {
            name,
            counted,
            max_skew: domains.constraint.max_skew,
            final_skew: skew,
            final_counts: domains.descending(),
            final_domains: domains.by_domain(names),
            max_skew_during: so_far.largest(skew),
            time_above_max_skew_ns: so_far.above_ns(now),
            ready_left_min: self.ready_left_min,
            ready_left: self.ready_left,
        };
        let own = |name, counted| outcome(name, counted, newest, newest.skew(), &self.own_so_far);
        if !self.selected.covers_others {
            return vec![own(Arc::clone(&self.name), Counted::Own)];
        }
        let selected = &self.selected.domains;
        let name = Arc::clone(&self.name);
        let skew = selected.skew_as_compared();
        let constraint = outcome(name, Counted::Selected, selected, skew, &self.selected_so_far);
        let beside = own(own_name(&self.name), Counted::OwnBeside);
        vec![constraint, ConstraintOutcome { ready_left_min: None, ready_left: None, ..beside }]
    }
}
