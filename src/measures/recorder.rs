//! The sink of a run's records.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::admissions::Admissions;
use super::aftermath::Aftermath;
use super::blocked::Cut;
use super::cpu_holdings::CpuHoldings;
use super::event_log;
use super::fragmentation::Mix;
use super::rollout::{Course, Surroundings};
use super::rollout_row::RolloutRow;
use super::run_record::RunRecord;
use super::selected::{Selecting, counted_on};
use super::service_ips::ServiceIps;
use super::waiting_for_cpus::WaitingForCpus;
use crate::api::{Deployment, DeploymentId, Node, NodeId, Pod, PodId, ReplicaSet, ReplicaSetId};
use crate::cluster::decision::Decision;
use crate::cluster::record::Record;
use crate::cluster::setup::{ClusterSetup, KubeletSetup};
use crate::cluster::store::Change;
use crate::cluster::store::kinds::unseen;
use crate::kernel::{SimTime, TraceSink};

/// Folds records into a [`RunRecord`].
pub struct Recorder {
    setup: Arc<ClusterSetup>,
    details: bool,
    /// The kubelets' settings as they are now.
    kubelets: Vec<Option<Arc<KubeletSetup>>>,
    holdings: CpuHoldings,
    mix: Mix,
    nodes: Vec<Option<Arc<Node>>>,
    owner_of: Vec<Option<DeploymentId>>,
    /// Deployments that have ReplicaSets at time 0.
    adopted: BTreeSet<DeploymentId>,
    courses: Vec<Option<Course>>,
    selecting: Selecting,
    touched: Vec<DeploymentId>,
    /// Operations that are not done at the end.
    unfinished: Vec<String>,
    out: RunRecord,
}

impl Recorder {
    /// An empty recorder. `details` keeps events and the course of skew as well.
    pub fn new(setup: &Arc<ClusterSetup>, details: bool) -> Self {
        let any_machine = setup.kubelets.iter().any(Option::is_some);
        Self {
            setup: Arc::clone(setup),
            kubelets: setup.kubelets.clone(),
            details,
            holdings: CpuHoldings::default(),
            mix: if details { Mix::of(setup) } else { Mix::default() },
            nodes: Vec::new(),
            owner_of: Vec::new(),
            adopted: setup.replica_sets.iter().filter_map(|set| set.deployment).collect(),
            courses: Vec::new(),
            selecting: Selecting::default(),
            touched: Vec::new(),
            unfinished: Vec::new(),
            out: RunRecord {
                names: setup.names.clone(),
                admissions: Admissions { any_machine, ..Admissions::default() },
                service_ips: ServiceIps::new(setup.service_ips.as_ref()),
                ..RunRecord::default()
            },
        }
    }

    /// The record of the run, which ended at `end`.
    pub fn finish(mut self, end: SimTime) -> RunRecord {
        let around = Surroundings { nodes: &self.nodes, names: &self.out.names, pods: &self.out.pods };
        let courses = self.courses.iter().flatten();
        let last: Vec<RolloutRow> = courses.map(|course| course.finish(around, end, Cut::EndOfRun)).collect();
        self.out.rollouts.extend(last);
        self.out.waiting_for_cpus = WaitingForCpus::at_the_end(&self.kubelets, around, &self.holdings);
        let unfinished = std::mem::take(&mut self.unfinished);
        self.out.aftermath = Aftermath { unfinished, ..Aftermath::of(&self.out.pods, &self.nodes) };
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
        self.out.node_names[index] = self.out.names.resolve(node.name).into();
        self.nodes[index] = new.cloned();
        let around = Surroundings { nodes: &self.nodes, names: &self.out.names, pods: &self.out.pods };
        for course in self.courses.iter_mut().flatten() {
            course.watch(around);
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

    /// The course of the Deployment that a ReplicaSet belongs to, and what it takes place in.
    fn course_of(&mut self, replica_set: ReplicaSetId) -> Option<(&mut Course, Surroundings<'_>)> {
        let deployment = self.owner_of.get(replica_set.index()).copied().flatten()?;
        self.touched.push(deployment);
        let around = Surroundings { nodes: &self.nodes, names: &self.out.names, pods: &self.out.pods };
        Some((self.courses.get_mut(deployment.index())?.as_mut()?, around))
    }

    fn replica_set_changed(
        &mut self,
        old: Option<&Arc<ReplicaSet>>,
        new: Option<&Arc<ReplicaSet>>,
        now: SimTime,
    ) {
        let Some(replica_set) = new.or(old) else { return };
        let id = replica_set.id;
        if self.owner_of.len() <= id.index() {
            self.owner_of.resize(id.index() + 1, None);
        }
        self.owner_of[id.index()] = replica_set.deployment;
        if let Some((course, _)) = self.course_of(id) {
            course.replica_set_changed(id, new, now);
        }
    }

    fn pod_changed(&mut self, old: Option<&Arc<Pod>>, new: Option<&Arc<Pod>>, now: SimTime) {
        let Some(pod) = new.or(old) else { return };
        let Some(replica_set) = pod.replica_set() else { return };
        if let Some((course, around)) = self.course_of(replica_set) {
            let change = (old.map(AsRef::as_ref), new.map(AsRef::as_ref));
            course.pod_changed(replica_set, change, around, now);
        }
    }

    /// Whoever a pod belongs to, the constraints that select it count it.
    fn selected_changed(&mut self, old: Option<&Arc<Pod>>, new: Option<&Arc<Pod>>) {
        let counted =
            |pod: Option<&Arc<Pod>>| pod.and_then(|pod| Some((Arc::as_ptr(&pod.spec), counted_on(pod)?)));
        if counted(old) == counted(new) {
            return;
        }
        for (pod, change) in [(old, -1), (new, 1)] {
            let Some((pod, node)) = pod.and_then(|pod| Some((pod, counted_on(pod)?))) else { continue };
            for &deployment in self.selecting.of(&pod.spec).iter() {
                let course = self.courses.get_mut(deployment.index()).and_then(Option::as_mut);
                if course.is_some_and(|course| course.selected_changed(pod, (node, change))) {
                    self.touched.push(deployment);
                }
            }
        }
    }

    fn change(&mut self, change: &Change, now: SimTime) {
        match change {
            Change::Node { old, new } => self.node_changed(old.as_ref(), new.as_ref()),
            Change::Pod { old, new } => {
                self.out.pods.observe(old.as_ref(), new.as_ref(), now);
                self.pod_changed(old.as_ref(), new.as_ref(), now);
                self.selected_changed(old.as_ref(), new.as_ref());
                if new.as_ref().is_none_or(|pod| pod.is_finished()) {
                    self.pod_ended(old.as_ref(), now);
                }
            }
            Change::ReplicaSet { old, new } => self.replica_set_changed(old.as_ref(), new.as_ref(), now),
            Change::Deployment { old, new } => self.deployment_changed(old.as_ref(), new.as_ref(), now),
            Change::Namespace { .. } => unseen("no measure is about namespaces"),
            Change::SelectorOwner { .. } => unseen("no measure is about selectors"),
        }
    }

    /// CPUs of a pod that has ended are free, as the API shows it; a kubelet that trails frees them later.
    fn pod_ended(&mut self, old: Option<&Arc<Pod>>, now: SimTime) {
        if let Some(node) = old.and_then(|pod| self.holdings.ended(pod.id)) {
            self.cpus_changed(node, now);
        }
    }

    fn cpus_changed(&mut self, node: NodeId, now: SimTime) {
        let kubelet = self.kubelets.get(node.index()).and_then(Option::as_ref);
        if let Some(kubelet) = kubelet.filter(|_| self.details) {
            self.out.cpu.changed((now, node), &self.holdings, &self.mix, kubelet);
        }
    }

    fn admission(&mut self, pod: PodId, node: NodeId, decision: &Decision, now: SimTime) {
        let kubelet = self.kubelets.get(node.index()).and_then(Option::as_ref);
        self.out.admissions.observe((now, self.details), (pod, node), decision, kubelet);
        let Some(row) = self.out.pods.get(pod) else { return };
        if self.details {
            let names = &self.out.names;
            self.out.events.extend(event_log::failed_admission(&row.pod, decision, now, names));
        }
        if let Some(kubelet) = kubelet {
            let held = self.holdings.ended(pod).is_some();
            self.out.fragmentation.refused((&row.pod, node), decision, &self.holdings, kubelet);
            if self.holdings.admitted(&row.pod, node, decision) || held {
                self.cpus_changed(node, now);
            }
        }
    }

    fn deployment_changed(
        &mut self,
        old: Option<&Arc<Deployment>>,
        new: Option<&Arc<Deployment>>,
        now: SimTime,
    ) {
        let Some(id) = new.or(old).map(|deployment| deployment.id) else { return };
        if self.courses.len() <= id.index() {
            self.courses.resize(id.index() + 1, None);
        }
        let around = Surroundings { nodes: &self.nodes, names: &self.out.names, pods: &self.out.pods };
        let course = &mut self.courses[id.index()];
        let adopted = now == SimTime(0) && self.adopted.contains(&id);
        let same_template = |old: &Arc<Deployment>| new.is_some_and(|new| new.template.equals(&old.template));
        if !old.is_some_and(same_template) {
            if let Some(old) = old {
                self.selecting.remove(old);
            }
            if let Some(new) = new {
                self.selecting.put(new, &self.out.names);
            }
        }
        let ended = match (old, new) {
            (None, Some(new)) => {
                *course = Some(Course::new(new, around, now, (self.setup.limits.blocked_after, adopted)));
                None
            }
            (_, Some(new)) => course.as_mut().and_then(|course| course.deployment_changed(new, around, now)),
            (_, None) => course.take().map(|course| course.finish(around, now, Cut::Deleted)),
        };
        self.out.rollouts.extend(ended);
        if new.is_some() {
            self.touched.push(id);
        }
    }

    fn instant_end(&mut self, now: SimTime) {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        for deployment in touched.drain(..) {
            if let Some(course) = self.courses[deployment.index()].as_mut() {
                let rows = self.details.then_some(&mut self.out.spread);
                course.instant_end(now, &self.out.names, rows);
            }
        }
        self.touched = touched;
    }
}

impl TraceSink<Record> for Recorder {
    fn record(&mut self, now: SimTime, _seq: u64, record: &Record) {
        if self.details {
            let event = event_log::event_of(record, now, &self.out.names, &self.out.node_names);
            self.out.events.extend(event);
        }
        match record {
            Record::Names(names) => {
                for name in names.iter() {
                    self.out.names.intern(name);
                }
            }
            Record::Change(change) => self.change(change, now),
            Record::Unschedulable { pod, message } => {
                self.out.pods.observe_failure(*pod, message);
                if self.details
                    && let Some(row) = self.out.pods.get(*pod)
                {
                    let event = event_log::failed_scheduling(&row.pod, message, now, &self.out.names);
                    self.out.events.push(event);
                }
            }
            Record::Admission { pod, node, decision } => self.admission(*pod, *node, decision, now),
            Record::KubeletRestart { node, settings, error: None } => {
                self.out.fragmentation.settings_changed();
                if let (Some(place), Some(settings)) = (self.kubelets.get_mut(node.index()), settings) {
                    *place = Some(Arc::clone(settings));
                }
            }
            Record::Operation { label, error: Some(error) } => {
                self.out.failed_operations.push((now, format!("{label}: {error}")));
            }
            Record::KubeletRestart { .. } | Record::Operation { .. } | Record::Request(_) => {}
            Record::StillWaiting { label, what } => {
                self.unfinished.push(format!("{label} still waits for {what}"));
            }
            Record::Service(incident) => self.out.service_ips.observe(now, self.details, incident),
            Record::InstantEnd => self.instant_end(now),
        }
    }
}
