//! The sink of a run's records.

use std::sync::Arc;

use super::event_log::{self, EventRow};
use super::figures::{Figure, FigureKey};
use super::pod_rows::PodRows;
use super::rollout::{Course, RolloutRow};
use super::spread::SpreadRow;
use crate::api::{DeploymentId, Node, Pod, ReplicaSet, ReplicaSetId};
use crate::cluster::record::Record;
use crate::cluster::setup::ClusterSetup;
use crate::cluster::store::Change;
use crate::kernel::{SimTime, TraceSink};

/// What is kept of a run.
#[derive(Clone, Debug, Default)]
pub struct RunRecord {
    /// One row a pod.
    pub pods: PodRows,
    /// Names of nodes, by number; those that left the cluster included.
    pub node_names: Vec<Arc<str>>,
    /// Every rollout, in order of its end.
    pub rollouts: Vec<RolloutRow>,
    /// Skew over time, if details were asked for.
    pub spread: Vec<SpreadRow>,
    /// Events, if details were asked for.
    pub events: Vec<EventRow>,
}

/// Folds records into a [`RunRecord`].
pub struct Recorder {
    setup: Arc<ClusterSetup>,
    details: bool,
    nodes: Vec<Option<Arc<Node>>>,
    owner_of: Vec<Option<DeploymentId>>,
    courses: Vec<Option<Course>>,
    touched: Vec<DeploymentId>,
    out: RunRecord,
}

impl Recorder {
    /// An empty recorder. `details` keeps events and the course of skew as well.
    pub fn new(setup: &Arc<ClusterSetup>, details: bool) -> Self {
        Self {
            setup: Arc::clone(setup),
            details,
            nodes: Vec::new(),
            owner_of: Vec::new(),
            courses: Vec::new(),
            touched: Vec::new(),
            out: RunRecord::default(),
        }
    }

    /// The record of the run, which ended at `end`.
    pub fn finish(mut self, end: SimTime) -> RunRecord {
        for course in self.courses.iter().flatten() {
            self.out.rollouts.push(course.finish(&self.nodes, &self.setup.names, end));
        }
        self.out.rollouts.sort_by(|a, b| (&a.workload, a.number).cmp(&(&b.workload, b.number)));
        self.out
    }

    fn node_changed(&mut self, old: Option<&Arc<Node>>, new: Option<&Arc<Node>>) {
        let Some(node) = new.or(old) else { return };
        let index = node.id.index();
        if self.nodes.len() <= index {
            self.nodes.resize(index + 1, None);
            self.out.node_names.resize(index + 1, Arc::from(""));
        }
        self.out.node_names[index] = self.setup.names.resolve(node.name).into();
        self.nodes[index] = new.cloned();
        for course in self.courses.iter_mut().flatten() {
            course.watch(&self.nodes, &self.setup.names);
        }
        self.touch_all();
    }

    fn touch_all(&mut self) {
        for (index, course) in self.courses.iter().enumerate() {
            if course.is_some() {
                self.touched.push(DeploymentId(index as u32));
            }
        }
    }

    fn course_of(&mut self, replica_set: ReplicaSetId) -> Option<&mut Course> {
        let deployment = self.owner_of.get(replica_set.index()).copied().flatten()?;
        self.touched.push(deployment);
        self.courses.get_mut(deployment.index())?.as_mut()
    }

    fn replica_set_changed(&mut self, old: Option<&Arc<ReplicaSet>>, new: Option<&Arc<ReplicaSet>>) {
        let Some(replica_set) = new.or(old) else { return };
        let id = replica_set.id;
        if self.owner_of.len() <= id.index() {
            self.owner_of.resize(id.index() + 1, None);
        }
        self.owner_of[id.index()] = replica_set.deployment;
        if let Some(course) = self.course_of(id) {
            course.replica_set_changed(id, new);
        }
    }

    fn pod_changed(&mut self, old: Option<&Arc<Pod>>, new: Option<&Arc<Pod>>) {
        let Some(pod) = new.or(old) else { return };
        let Some(replica_set) = pod.controller.and_then(|owner| owner.replica_set) else { return };
        if let Some(course) = self.course_of(replica_set) {
            course.pod_changed(replica_set, old.map(AsRef::as_ref), new.map(AsRef::as_ref));
        }
    }

    fn change(&mut self, change: &Change, now: SimTime) {
        match change {
            Change::Node { old, new } => self.node_changed(old.as_ref(), new.as_ref()),
            Change::Pod { old, new } => {
                self.out.pods.observe(old.as_ref(), new.as_ref(), now);
                self.pod_changed(old.as_ref(), new.as_ref());
            }
            Change::ReplicaSet { old, new } => self.replica_set_changed(old.as_ref(), new.as_ref()),
            Change::Deployment { old: None, new: Some(new) } => {
                let index = new.id.index();
                if self.courses.len() <= index {
                    self.courses.resize(index + 1, None);
                }
                let limit = self.setup.limits.blocked_after;
                self.courses[index] = Some(Course::new(new, &self.nodes, &self.setup.names, now, limit));
                self.touched.push(new.id);
            }
            Change::Deployment { new: Some(new), .. } => {
                let names = &self.setup.names;
                if let Some(course) = self.courses.get_mut(new.id.index()).and_then(Option::as_mut) {
                    let ended = course.deployment_changed(new, &self.nodes, names, now);
                    self.out.rollouts.extend(ended);
                    self.touched.push(new.id);
                }
            }
            Change::Deployment { old, new: None } => {
                let Some(old) = old else { return };
                if let Some(course) = self.courses.get_mut(old.id.index()).and_then(Option::take) {
                    self.out.rollouts.push(course.finish(&self.nodes, &self.setup.names, now));
                }
            }
            Change::SelectorOwner(_) => {}
        }
    }

    fn instant_end(&mut self, now: SimTime) {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        for deployment in touched.drain(..) {
            if let Some(course) = self.courses[deployment.index()].as_mut() {
                let rows = self.details.then_some(&mut self.out.spread);
                course.instant_end(now, &self.setup.names, rows);
            }
        }
        self.touched = touched;
    }
}

impl TraceSink<Record> for Recorder {
    fn record(&mut self, now: SimTime, _seq: u64, record: &Record) {
        if self.details {
            let event = event_log::event_of(record, now, &self.setup.names, &self.out.node_names);
            self.out.events.extend(event);
        }
        match record {
            Record::Change(change) => self.change(change, now),
            Record::Unschedulable { pod, message } => {
                self.out.pods.observe_failure(*pod, message);
                if self.details
                    && let Some(row) = self.out.pods.get(*pod)
                {
                    let event = event_log::failed_scheduling(&row.pod, message, now, &self.setup.names);
                    self.out.events.push(event);
                }
            }
            Record::Operation { .. } => {}
            Record::InstantEnd => self.instant_end(now),
        }
    }
}

impl RunRecord {
    /// The run's figures, in a fixed order.
    pub fn figures(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        let mut whole = |measure, value: usize| {
            let key = FigureKey { measure, workload: "".into(), rollout: None, constraint: "".into() };
            figures.push(Figure { key, value: value as f64 });
        };
        let here = || self.pods.iter().filter(|row| row.gone.is_none());
        whole("pods", here().count());
        whole("scheduledPods", here().filter(|row| row.pod.node.is_some()).count());
        whole("pendingPods", here().filter(|row| row.is_pending_placement()).count());
        for rollout in &self.rollouts {
            rollout_figures(rollout, &mut figures);
        }
        figures
    }
}

fn rollout_figures(rollout: &RolloutRow, figures: &mut Vec<Figure>) {
    let mut push = |measure, constraint: &Arc<str>, value: f64| {
        let key = FigureKey {
            measure,
            workload: Arc::clone(&rollout.workload),
            rollout: Some(rollout.number),
            constraint: Arc::clone(constraint),
        };
        figures.push(Figure { key, value });
    };
    let none: Arc<str> = "".into();
    push("rolloutBlocked", &none, f64::from(u8::from(rollout.completed.is_none())));
    if let Some(completed) = rollout.completed {
        push("rolloutDurationSeconds", &none, (completed.0 - rollout.started.0) as f64 / 1e9);
    }
    push("surgePodsMax", &none, f64::from(rollout.surge_max));
    push("unavailablePodsMax", &none, f64::from(rollout.unavailable_max));
    for constraint in &rollout.constraints {
        push("finalSkew", &constraint.name, f64::from(constraint.final_skew));
        push("maxSkewDuring", &constraint.name, f64::from(constraint.max_skew_during));
        let above = constraint.time_above_max_skew_ns as f64 / 1e9;
        push("timeAboveMaxSkewSeconds", &constraint.name, above);
    }
}
