//! A tracker: it follows one workload over its rollouts.
//!
//! Rollout 0 is the creation of the workload (or the state taken over at time 0); every change of its
//! template begins another. A rollout is complete at the first settled instant at which the stored status
//! says so. What status, revisions and template are is asked of the workload, whatever its kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::blocked::{Cut, Unfinished};
use super::pods_by_node::{PodsByNode, count_on};
use super::rollout_row::RolloutRow;
use super::selected::{Selected, Selection};
use super::spread::{DomainCounts, SpreadRow, constraint_name};
use super::surroundings::Surroundings;
use super::waiting::Waiting;
use super::watched::Watched;
use super::workload::{RevisionKey, Workload};
use crate::api::{Interner, NodeId, Pod, PodTemplate};
use crate::kernel::{SimDuration, SimTime};

/// A workload and its present rollout.
#[derive(Clone, Debug)]
pub(super) struct Tracker {
    /// `KIND/NAMESPACE/NAME`.
    name: Arc<str>,
    /// As last stored.
    workload: Arc<dyn Workload>,
    /// How many pods it wants.
    wanted: u32,
    /// Its stored status says that the rollout is complete.
    says_complete: bool,
    revisions: BTreeMap<RevisionKey, Revision>,
    active: u32,
    ready: u32,
    ready_on: PodsByNode,
    waiting: Waiting,
    number: u32,
    started: SimTime,
    /// The newest revision first had pods to make.
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
    /// It was there at time 0, with revisions.
    adopted: bool,
}

/// The pods of one template of the workload.
#[derive(Clone, Debug, Default)]
struct Revision {
    /// Its template, where an object of its own has it.
    template: Option<PodTemplate>,
    /// Its active pods.
    pods: PodsByNode,
}

impl Tracker {
    /// Of a workload that was just created, or taken over with its revisions.
    pub(super) fn new(
        workload: Arc<dyn Workload>,
        around: Surroundings<'_>,
        now: SimTime,
        (blocked_after, adopted): (Option<SimDuration>, bool),
    ) -> Self {
        let kind = workload.kind().kind.to_ascii_lowercase();
        let namespace = around.names.resolve(workload.namespace());
        let mut tracker = Self {
            name: format!("{kind}/{namespace}/{}", workload.name()).into(),
            wanted: wanted(&*workload),
            says_complete: workload.is_complete(),
            workload,
            revisions: BTreeMap::new(),
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
        tracker.watch(around);
        tracker
    }

    /// Counts the domains anew: the constraints or the nodes changed.
    pub(super) fn watch(&mut self, around: Surroundings<'_>) {
        let pod = Arc::clone(&self.workload.template().pod);
        let earlier = std::mem::take(&mut self.watched);
        let (selections, next) = Selection::all_of(&*self.workload, around.names);
        for (constraint, selection) in pod.spread_constraints.iter().zip(selections) {
            let name = constraint_name(constraint, around.names);
            let domains = DomainCounts::new(constraint, &pod, around.nodes, around.names);
            let before = earlier.iter().find(|watched| watched.name == name);
            let selected = match before {
                Some(watched) => watched.selected.with_domains(domains.clone()),
                None => Selected::new(selection, domains.clone(), &next, around.pods, |pod| {
                    self.owns((around.revision_of)(pod))
                }),
            };
            let mut watched = Watched::new(name, domains, selected, before);
            for (&node, &count) in self.revisions.values().flat_map(|revision| &revision.pods) {
                watched.active_changed(node, count as i32);
            }
            for (&node, &count) in &self.ready_on {
                watched.ready_changed(node, count as i32, around.nodes);
            }
            self.watched.push(watched);
        }
        self.dirty = true;
    }

    /// Whether the pods of a revision are the workload's own.
    fn owns(&self, revision: Option<RevisionKey>) -> bool {
        revision.is_some_and(|key| self.revisions.contains_key(&key))
    }

    /// A pod that a constraint may count, of whomever and of this revision, came to a node (1) or left it
    /// (-1); whether that changed what a constraint counts of others.
    pub(super) fn selected_changed(
        &mut self,
        pod: &Pod,
        revision: Option<RevisionKey>,
        change: (NodeId, i32),
    ) -> bool {
        let is_own = self.owns(revision);
        let mut changed = false;
        for watched in &mut self.watched {
            changed |= watched.selected_changed(&pod.spec, change, is_own);
        }
        self.dirty |= changed;
        changed
    }

    /// The workload changed; the rollout that this ends, if its template is another one.
    pub(super) fn workload_changed(
        &mut self,
        new: Arc<dyn Workload>,
        around: Surroundings<'_>,
        now: SimTime,
    ) -> Option<RolloutRow> {
        self.dirty = true;
        if new.template().equals(self.workload.template()) {
            self.store(new);
            return None;
        }
        // A state taken over complete may change before its first instant is settled.
        self.note_completion(now);
        let ended = self.finish(around, now, Cut::NextChange);
        self.store(new);
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

    fn store(&mut self, new: Arc<dyn Workload>) {
        self.wanted = wanted(&*new);
        self.says_complete = new.is_complete();
        self.workload = new;
    }

    /// A revision has pods to make, if it is the newest one.
    pub(super) fn revision_wants_pods(&mut self, key: RevisionKey, now: SimTime) {
        let template = self.revisions.get(&key).and_then(|revision| revision.template.as_ref());
        if self.scaled_up.is_none() && self.workload.is_newest(key, template) {
            self.scaled_up = Some(now);
        }
    }

    /// The object that is a revision of the workload appeared or changed; without a template it went.
    pub(super) fn revision_changed(&mut self, key: RevisionKey, template: Option<&PodTemplate>) {
        if let Some(template) = template {
            self.revisions.entry(key).or_default().template = Some(template.clone());
        } else if self.revisions.get(&key).is_some_and(|revision| revision.pods.is_empty()) {
            // Pods that outlive it keep counting until they go.
            self.revisions.remove(&key);
        }
    }

    /// A pod of one of the revisions changed.
    pub(super) fn pod_changed(
        &mut self,
        key: RevisionKey,
        (old, new): (Option<&Pod>, Option<&Pod>),
        around: Surroundings<'_>,
        now: SimTime,
    ) {
        self.dirty = true;
        let count = |pod: Option<&Pod>, test: fn(&Pod) -> bool| u32::from(pod.is_some_and(test));
        self.active = self.active + count(new, Pod::is_active) - count(old, Pod::is_active);
        let ready: fn(&Pod) -> bool = |pod| pod.is_active() && pod.is_ready();
        self.ready = self.ready + count(new, ready) - count(old, ready);
        self.waiting.observe(key, old, new, now);
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
        let Some(revision) = revision_of_pod(&mut self.revisions, key) else { return };
        for (node, change) in moves {
            count_on(&mut revision.pods, node, change);
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
        self.surge_max = self.surge_max.max(self.active.saturating_sub(self.wanted));
        if self.completed.is_none() {
            self.unavailable_max = self.unavailable_max.max(self.wanted.saturating_sub(self.ready));
            self.note_completion(now);
        }
        let mut rows = rows;
        for watched in &mut self.watched {
            if !watched.instant_end(now, self.ready) {
                continue;
            }
            if let Some(rows) = rows.as_deref_mut() {
                rows.extend(watched.rows((now, self.number), &self.name, names));
            }
        }
    }

    /// Notes that the rollout is complete, if it is.
    fn note_completion(&mut self, now: SimTime) {
        if self.completed.is_some() || self.late.is_some() || !self.says_complete {
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
                let pod = &self.workload.template().pod;
                let mut counts = DomainCounts::new(constraint, pod, around.nodes, around.names);
                for (&node, &pods) in newest.into_iter().flat_map(|(_, pods)| pods) {
                    counts.add(node, pods as i32);
                }
                watched.outcomes(&counts, now, around.names)
            })
            .collect();
        let unfinished = || Unfinished {
            workload: &*self.workload,
            newest: newest.map(|(key, _)| key),
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
            workload: Arc::clone(&self.name),
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

    /// The revision of the present template, else the last, with its pods.
    fn newest(&self) -> Option<(RevisionKey, &PodsByNode)> {
        let is_newest =
            |key: RevisionKey, revision: &Revision| self.workload.is_newest(key, revision.template.as_ref());
        let of_template = self.revisions.iter().find(|(key, revision)| is_newest(**key, revision));
        of_template
            .or_else(|| self.revisions.iter().next_back())
            .map(|(key, revision)| (*key, &revision.pods))
    }
}

/// The revision of a pod. One that is no object of its own is there from its first pod on.
fn revision_of_pod(
    revisions: &mut BTreeMap<RevisionKey, Revision>,
    key: RevisionKey,
) -> Option<&mut Revision> {
    match key.hash {
        Some(_) => Some(revisions.entry(key).or_default()),
        None => revisions.get_mut(&key),
    }
}

fn wanted(workload: &dyn Workload) -> u32 {
    u32::try_from(workload.counts().wanted).unwrap_or(0)
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

#[cfg(test)]
mod tests;
