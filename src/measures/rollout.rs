//! The course of a Deployment's rollouts.
//!
//! Rollout 0 is the creation of the Deployment (or the state taken over at time 0); every change of
//! its template begins another. A rollout is complete at the first settled instant at which the stored
//! status says so: updated = replicas = available = spec.replicas, observed generation current.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::spread::{DomainCounts, SpreadRow, constraint_name};
use crate::api::{Deployment, Interner, Node, NodeId, Pod, ReplicaSet, ReplicaSetId};
use crate::kernel::{SimDuration, SimTime};

/// A finished (or cut off) rollout.
#[derive(Clone, Debug)]
pub struct RolloutRow {
    /// `deployment/NAMESPACE/NAME`.
    pub workload: Arc<str>,
    /// 0 for the creation, then counting template changes.
    pub number: u32,
    /// The change of the template.
    pub started: SimTime,
    /// Complete; `None` if it was not by the end (of the run, or the next template change).
    pub completed: Option<SimTime>,
    /// Most pods above `spec.replicas` at a settled instant.
    pub surge_max: u32,
    /// Most pods missing to `spec.replicas` ready ones at a settled instant.
    pub unavailable_max: u32,
    /// What became of each constraint of the template.
    pub constraints: Vec<ConstraintOutcome>,
}

/// A constraint over a rollout.
#[derive(Clone, Debug)]
pub struct ConstraintOutcome {
    /// `TOPOLOGY_KEY|WHEN_UNSATISFIABLE`.
    pub name: Arc<str>,
    /// Allowed skew.
    pub max_skew: i32,
    /// Skew of the newest pods at the end.
    pub final_skew: u32,
    /// Newest pods per domain at the end, most first.
    pub final_counts: Vec<u32>,
    /// Largest skew of all pods at a settled instant.
    pub max_skew_during: u32,
    /// Nanoseconds with more skew (of all pods) than allowed.
    pub time_above_max_skew_ns: u64,
}

/// One constraint while a rollout goes on.
#[derive(Clone, Debug)]
struct Watched {
    name: Arc<str>,
    domains: DomainCounts,
    changed: bool,
    max_during: u32,
    above_since: Option<SimTime>,
    above_ns: u64,
}

/// Bound pods of a ReplicaSet that are not terminating, by node.
type PodsByNode = BTreeMap<NodeId, u32>;

/// A Deployment's pods and the rollout that goes on.
#[derive(Clone, Debug)]
pub struct Course {
    workload: Arc<str>,
    deployment: Arc<Deployment>,
    replica_sets: BTreeMap<ReplicaSetId, (Arc<ReplicaSet>, PodsByNode)>,
    active: u32,
    ready: u32,
    number: u32,
    started: SimTime,
    completed: Option<SimTime>,
    surge_max: u32,
    unavailable_max: u32,
    watched: Vec<Watched>,
    dirty: bool,
    /// A rollout that takes longer is blocked, even if it completes in the end.
    blocked_after: Option<SimDuration>,
}

impl Course {
    /// A Deployment that was just created or taken over.
    pub fn new(
        deployment: &Arc<Deployment>,
        nodes: &[Option<Arc<Node>>],
        names: &Interner,
        now: SimTime,
        blocked_after: Option<SimDuration>,
    ) -> Self {
        let workload = format!("deployment/{}/{}", names.resolve(deployment.namespace), deployment.name);
        let mut course = Self {
            workload: workload.into(),
            deployment: Arc::clone(deployment),
            replica_sets: BTreeMap::new(),
            active: 0,
            ready: 0,
            number: 0,
            started: now,
            completed: None,
            surge_max: 0,
            unavailable_max: 0,
            watched: Vec::new(),
            dirty: true,
            blocked_after,
        };
        course.watch(nodes, names);
        course
    }

    /// The workload's name.
    pub fn workload(&self) -> &Arc<str> {
        &self.workload
    }

    /// Counts the domains anew: the constraints or the nodes changed.
    pub fn watch(&mut self, nodes: &[Option<Arc<Node>>], names: &Interner) {
        let pod = Arc::clone(&self.deployment.template.pod);
        let earlier = std::mem::take(&mut self.watched);
        for constraint in &pod.spread_constraints {
            let name = constraint_name(constraint, names);
            let mut domains = DomainCounts::new(constraint, &pod, nodes, names);
            for (_, pods) in self.replica_sets.values() {
                for (&node, &count) in pods {
                    domains.add(node, count as i32);
                }
            }
            let before = earlier.iter().find(|watched| watched.name == name);
            self.watched.push(Watched {
                name,
                domains,
                changed: true,
                max_during: before.map_or(0, |watched| watched.max_during),
                above_since: before.and_then(|watched| watched.above_since),
                above_ns: before.map_or(0, |watched| watched.above_ns),
            });
        }
        self.dirty = true;
    }

    /// The Deployment changed; the rollout that this ends, if its template is another one.
    pub fn deployment_changed(
        &mut self,
        new: &Arc<Deployment>,
        nodes: &[Option<Arc<Node>>],
        names: &Interner,
        now: SimTime,
    ) -> Option<RolloutRow> {
        self.dirty = true;
        if new.template.equals(&self.deployment.template) {
            self.deployment = Arc::clone(new);
            return None;
        }
        let ended = self.finish(nodes, names, now);
        self.deployment = Arc::clone(new);
        self.number += 1;
        self.started = now;
        self.completed = None;
        self.surge_max = 0;
        self.unavailable_max = 0;
        self.watched.clear();
        self.watch(nodes, names);
        Some(ended)
    }

    /// A ReplicaSet of the Deployment appeared, changed or went.
    pub fn replica_set_changed(&mut self, id: ReplicaSetId, new: Option<&Arc<ReplicaSet>>) {
        match new {
            Some(new) => {
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
    pub fn pod_changed(&mut self, id: ReplicaSetId, old: Option<&Pod>, new: Option<&Pod>) {
        self.dirty = true;
        let count = |pod: Option<&Pod>, test: fn(&Pod) -> bool| u32::from(pod.is_some_and(test));
        self.active = self.active + count(new, Pod::is_active) - count(old, Pod::is_active);
        let ready = |pod: &Pod| pod.is_active() && pod.is_ready();
        self.ready = self.ready + count(new, ready) - count(old, ready);
        let place = |pod: Option<&Pod>| pod.filter(|pod| pod.is_active()).and_then(|pod| pod.node);
        let (before, after) = (place(old), place(new));
        if before == after {
            return;
        }
        let Some((_, pods)) = self.replica_sets.get_mut(&id) else { return };
        if let Some(node) = before {
            let left = pods.get_mut(&node).map_or(0, |count| {
                *count -= 1;
                *count
            });
            if left == 0 {
                pods.remove(&node);
            }
        }
        if let Some(node) = after {
            *pods.entry(node).or_insert(0) += 1;
        }
        for watched in &mut self.watched {
            for (node, change) in [(before, -1), (after, 1)] {
                if let Some(node) = node {
                    watched.changed |= watched.domains.add(node, change);
                }
            }
        }
    }

    /// Takes stock at a settled instant; rows for constraints whose counts changed go to `rows`.
    pub fn instant_end(&mut self, now: SimTime, names: &Interner, rows: Option<&mut Vec<SpreadRow>>) {
        if !std::mem::take(&mut self.dirty) {
            return;
        }
        let replicas = u32::try_from(self.deployment.replicas).unwrap_or(0);
        self.surge_max = self.surge_max.max(self.active.saturating_sub(replicas));
        if self.completed.is_none() {
            self.unavailable_max = self.unavailable_max.max(replicas.saturating_sub(self.ready));
            let in_time = self.blocked_after.is_none_or(|limit| now.since(self.started) <= limit);
            if in_time && is_complete(&self.deployment) {
                self.completed = Some(now);
            }
        }
        let mut rows = rows;
        for watched in &mut self.watched {
            if !std::mem::take(&mut watched.changed) {
                continue;
            }
            let skew = watched.domains.skew();
            watched.max_during = watched.max_during.max(skew);
            let above = i64::from(skew) > i64::from(watched.domains.constraint.max_skew);
            if let (false, Some(since)) = (above, watched.above_since) {
                watched.above_ns += now.0 - since.0;
                watched.above_since = None;
            } else if above && watched.above_since.is_none() {
                watched.above_since = Some(now);
            }
            if let Some(rows) = rows.as_deref_mut() {
                rows.push(SpreadRow {
                    time: now,
                    workload: Arc::clone(&self.workload),
                    rollout: self.number,
                    constraint: Arc::clone(&watched.name),
                    max_skew: watched.domains.constraint.max_skew,
                    largest: watched.domains.largest(),
                    smallest: watched.domains.smallest(),
                    counts: watched.domains.to_text(names),
                });
            }
        }
    }

    /// The rollout as it stands, ended now.
    pub fn finish(&self, nodes: &[Option<Arc<Node>>], names: &Interner, now: SimTime) -> RolloutRow {
        let newest = self.newest();
        let constraints = self
            .watched
            .iter()
            .map(|watched| {
                let constraint = &watched.domains.constraint;
                let mut counts = DomainCounts::new(constraint, &self.deployment.template.pod, nodes, names);
                for (&node, &pods) in newest.into_iter().flatten() {
                    counts.add(node, pods as i32);
                }
                ConstraintOutcome {
                    name: Arc::clone(&watched.name),
                    max_skew: constraint.max_skew,
                    final_skew: counts.skew(),
                    final_counts: counts.descending(),
                    max_skew_during: watched.max_during,
                    time_above_max_skew_ns: watched.above_ns
                        + watched.above_since.map_or(0, |since| now.0 - since.0),
                }
            })
            .collect();
        RolloutRow {
            workload: Arc::clone(&self.workload),
            number: self.number,
            started: self.started,
            completed: self.completed,
            surge_max: self.surge_max,
            unavailable_max: self.unavailable_max,
            constraints,
        }
    }

    /// Pods of the ReplicaSet of the present template, else of the one made last.
    fn newest(&self) -> Option<&PodsByNode> {
        let of_template = self
            .replica_sets
            .values()
            .find(|(replica_set, _)| replica_set.template.equals(&self.deployment.template));
        of_template.or_else(|| self.replica_sets.values().next_back()).map(|(_, pods)| pods)
    }
}

/// `DeploymentComplete` of the Deployment controller, and its status is of the present spec.
fn is_complete(deployment: &Deployment) -> bool {
    let status = &deployment.status;
    status.updated_replicas == deployment.replicas
        && status.replicas == deployment.replicas
        && status.available_replicas == deployment.replicas
        && status.observed_generation >= deployment.generation
}
