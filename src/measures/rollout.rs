//! The course of a Deployment's rollouts.
//!
//! Rollout 0 is the creation of the Deployment (or the state taken over at time 0); every change of
//! its template begins another. A rollout is complete at the first settled instant at which the stored
//! status says so: updated = replicas = available = spec.replicas, observed generation current.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::blocked::{Cut, Unfinished};
use super::pod_rows::PodRows;
use super::pods_by_node::{PodsByNode, count_on};
use super::rollout_row::RolloutRow;
use super::selected::{Selected, Selection};
use super::spread::{DomainCounts, SpreadRow, constraint_name};
use super::waiting::Waiting;
use super::watched::Watched;
use crate::api::{Deployment, Interner, Node, NodeId, Pod, ReplicaSet, ReplicaSetId};
use crate::kernel::{SimDuration, SimTime};

/// What a rollout takes place in.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// The nodes, by number.
    pub(super) nodes: &'a [Option<Arc<Node>>],
    /// The names in the scenario's objects.
    pub(super) names: &'a Interner,
    /// Every pod so far.
    pub(super) pods: &'a PodRows,
}

/// A Deployment and its present rollout.
#[derive(Clone, Debug)]
pub(super) struct Course {
    workload: Arc<str>,
    deployment: Arc<Deployment>,
    replica_sets: BTreeMap<ReplicaSetId, (Arc<ReplicaSet>, PodsByNode)>,
    active: u32,
    ready: u32,
    ready_on: PodsByNode,
    waiting: Waiting,
    number: u32,
    started: SimTime,
    /// The new ReplicaSet first had pods to make.
    scaled_up: Option<SimTime>,
    completed: Option<SimTime>,
    /// Complete, but only after `blocked_after`.
    late: Option<SimTime>,
    surge_max: u32,
    unavailable_max: u32,
    watched: Vec<Watched>,
    dirty: bool,
    /// A rollout that takes longer is blocked, even if it completes in the end.
    blocked_after: Option<SimDuration>,
    /// It was there at time 0, with ReplicaSets.
    adopted: bool,
}

impl Course {
    /// A Deployment that was just created, or taken over with its ReplicaSets.
    pub(super) fn new(
        deployment: &Arc<Deployment>,
        around: Surroundings<'_>,
        now: SimTime,
        (blocked_after, adopted): (Option<SimDuration>, bool),
    ) -> Self {
        let namespace = around.names.resolve(deployment.namespace);
        let mut course = Self {
            workload: format!("deployment/{namespace}/{}", deployment.name).into(),
            deployment: Arc::clone(deployment),
            replica_sets: BTreeMap::new(),
            active: 0,
            ready: 0,
            ready_on: PodsByNode::new(),
            waiting: Waiting::default(),
            number: 0,
            started: now,
            scaled_up: None,
            completed: None,
            late: None,
            surge_max: 0,
            unavailable_max: 0,
            watched: Vec::new(),
            dirty: true,
            blocked_after,
            adopted,
        };
        course.watch(around);
        course
    }

    /// Counts the domains anew: the constraints or the nodes changed.
    pub(super) fn watch(&mut self, around: Surroundings<'_>) {
        let pod = Arc::clone(&self.deployment.template.pod);
        let earlier = std::mem::take(&mut self.watched);
        let (selections, next) = Selection::all_of(&self.deployment, around.names);
        for (constraint, selection) in pod.spread_constraints.iter().zip(selections) {
            let name = constraint_name(constraint, around.names);
            let domains = DomainCounts::new(constraint, &pod, around.nodes, around.names);
            let before = earlier.iter().find(|watched| watched.name == name);
            let selected = match before {
                Some(watched) => watched.selected.with_domains(domains.clone()),
                None => Selected::new(selection, domains.clone(), &next, around.pods, |pod| self.owns(pod)),
            };
            let mut watched = Watched::new(name, domains, selected, before);
            for (&node, &count) in self.replica_sets.values().flat_map(|(_, pods)| pods) {
                watched.active_changed(node, count as i32);
            }
            for (&node, &count) in &self.ready_on {
                watched.ready_changed(node, count as i32, around.nodes);
            }
            self.watched.push(watched);
        }
        self.dirty = true;
    }

    /// Whether a pod is of one of the ReplicaSets.
    fn owns(&self, pod: &Pod) -> bool {
        pod.replica_set().is_some_and(|id| self.replica_sets.contains_key(&id))
    }

    /// A pod that a constraint may count, of whomever, came to a node (1) or left it (-1); whether that
    /// changed what a constraint counts of others.
    pub(super) fn selected_changed(&mut self, pod: &Pod, change: (NodeId, i32)) -> bool {
        let is_own = self.owns(pod);
        let mut changed = false;
        for watched in &mut self.watched {
            changed |= watched.selected_changed(&pod.spec, change, is_own);
        }
        self.dirty |= changed;
        changed
    }

    /// The Deployment changed; the rollout that this ends, if its template is another one.
    pub(super) fn deployment_changed(
        &mut self,
        new: &Arc<Deployment>,
        around: Surroundings<'_>,
        now: SimTime,
    ) -> Option<RolloutRow> {
        self.dirty = true;
        if new.template.equals(&self.deployment.template) {
            self.deployment = Arc::clone(new);
            return None;
        }
        // A state taken over complete may change before its first instant is settled.
        self.note_completion(now);
        let ended = self.finish(around, now, Cut::NextChange);
        self.deployment = Arc::clone(new);
        self.number += 1;
        self.started = now;
        self.scaled_up = None;
        self.completed = None;
        self.late = None;
        self.surge_max = 0;
        self.unavailable_max = 0;
        self.waiting.begin_rollout();
        self.watched.clear();
        self.watch(around);
        Some(ended)
    }

    /// A ReplicaSet of the Deployment appeared, changed or went.
    pub(super) fn replica_set_changed(
        &mut self,
        id: ReplicaSetId,
        new: Option<&Arc<ReplicaSet>>,
        now: SimTime,
    ) {
        match new {
            Some(new) => {
                let has_pods_to_make = self.scaled_up.is_none() && new.replicas > 0;
                if has_pods_to_make && new.template.equals(&self.deployment.template) {
                    self.scaled_up = Some(now);
                }
                self.replica_sets.entry(id).or_insert_with(|| (Arc::clone(new), PodsByNode::new())).0 =
                    Arc::clone(new);
            }
            None => {
                // Pods that outlive it keep counting until they go.
                if self.replica_sets.get(&id).is_some_and(|(_, pods)| pods.is_empty()) {
                    self.replica_sets.remove(&id);
                }
            }
        }
    }

    /// A pod of one of the ReplicaSets changed.
    pub(super) fn pod_changed(
        &mut self,
        id: ReplicaSetId,
        (old, new): (Option<&Pod>, Option<&Pod>),
        around: Surroundings<'_>,
        now: SimTime,
    ) {
        self.dirty = true;
        let count = |pod: Option<&Pod>, test: fn(&Pod) -> bool| u32::from(pod.is_some_and(test));
        self.active = self.active + count(new, Pod::is_active) - count(old, Pod::is_active);
        let ready: fn(&Pod) -> bool = |pod| pod.is_active() && pod.is_ready();
        self.ready = self.ready + count(new, ready) - count(old, ready);
        self.waiting.observe(id, old, new, now);
        let place = |pod: Option<&Pod>, test: fn(&Pod) -> bool| {
            pod.filter(|pod| test(pod)).and_then(|pod| pod.node).map(|node| (node, 1))
        };
        for (node, change) in difference(place(old, ready), place(new, ready)) {
            count_on(&mut self.ready_on, node, change);
            for watched in &mut self.watched {
                watched.ready_changed(node, change, around.nodes);
            }
        }
        let moves = difference(place(old, Pod::is_active), place(new, Pod::is_active));
        let Some((_, pods)) = self.replica_sets.get_mut(&id) else { return };
        for (node, change) in moves {
            count_on(pods, node, change);
            for watched in &mut self.watched {
                watched.active_changed(node, change);
            }
        }
    }

    /// Takes stock at a settled instant; rows for constraints whose counts changed go to `rows`.
    pub(super) fn instant_end(&mut self, now: SimTime, names: &Interner, rows: Option<&mut Vec<SpreadRow>>) {
        if !std::mem::take(&mut self.dirty) {
            return;
        }
        let replicas = u32::try_from(self.deployment.replicas).unwrap_or(0);
        self.surge_max = self.surge_max.max(self.active.saturating_sub(replicas));
        if self.completed.is_none() {
            self.unavailable_max = self.unavailable_max.max(replicas.saturating_sub(self.ready));
            self.note_completion(now);
        }
        let mut rows = rows;
        for watched in &mut self.watched {
            if !watched.instant_end(now, self.ready) {
                continue;
            }
            if let Some(rows) = rows.as_deref_mut() {
                rows.extend(watched.rows((now, self.number), &self.workload, names));
            }
        }
    }

    /// Notes that the rollout is complete, if it is.
    fn note_completion(&mut self, now: SimTime) {
        if self.completed.is_some() || self.late.is_some() || !self.deployment.is_complete() {
            return;
        }
        if self.blocked_after.is_none_or(|limit| now.since(self.started) <= limit) {
            self.completed = Some(now);
        } else {
            self.late = Some(now);
        }
    }

    /// The rollout as it stands, ended now.
    pub(super) fn finish(&self, around: Surroundings<'_>, now: SimTime, cut: Cut) -> RolloutRow {
        let newest = self.newest();
        let constraints = self
            .watched
            .iter()
            .flat_map(|watched| {
                let constraint = &watched.own.constraint;
                let pod = &self.deployment.template.pod;
                let mut counts = DomainCounts::new(constraint, pod, around.nodes, around.names);
                for (&node, &pods) in newest.into_iter().flat_map(|(_, pods)| pods) {
                    counts.add(node, pods as i32);
                }
                watched.outcomes(&counts, now, around.names)
            })
            .collect();
        let unfinished = || Unfinished {
            deployment: &self.deployment,
            newest: newest.map(|(id, _)| id),
            waiting: &self.waiting,
            pods: around.pods,
            lasted: now.since(self.started),
            limit: self.blocked_after,
            late: self.late,
            started: self.started,
            cut,
        };
        let adopted = self.adopted && self.number == 0;
        // A state that was taken over and rolled at once had no time to be blocked.
        let blocked = self.completed.is_none() && !(adopted && cut == Cut::NextChange);
        RolloutRow {
            workload: Arc::clone(&self.workload),
            number: self.number,
            adopted,
            started: self.started,
            scaled_up: self.scaled_up,
            completed: self.completed,
            surge_max: self.surge_max,
            unavailable_max: self.unavailable_max,
            pending: self.waiting.times(now),
            blocked: blocked.then(|| unfinished().reason()),
            constraints,
        }
    }

    /// The ReplicaSet of the present template, else the one made last, with its pods.
    fn newest(&self) -> Option<(ReplicaSetId, &PodsByNode)> {
        let of_template = self
            .replica_sets
            .iter()
            .find(|(_, (replica_set, _))| replica_set.template.equals(&self.deployment.template));
        of_template.or_else(|| self.replica_sets.iter().next_back()).map(|(id, (_, pods))| (*id, pods))
    }
}

/// What changes where a pod counted on one node before and counts on another, or on none, now.
fn difference(
    before: Option<(NodeId, i32)>,
    after: Option<(NodeId, i32)>,
) -> impl Iterator<Item = (NodeId, i32)> {
    let moved = before != after;
    let left = before.map(|(node, count)| (node, -count));
    left.into_iter().chain(after).filter(move |_| moved)
}
