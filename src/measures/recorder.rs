//! The sink of a run's records.

use std::sync::Arc;

use super::admissions::Admissions;
use super::aftermath::Aftermath;
use super::cpu_holdings::CpuHoldings;
use super::event_log;
use super::fragmentation::Mix;
use super::run_record::RunRecord;
use super::service_ips::ServiceIps;
use super::surroundings::Surroundings;
use super::trackers::Trackers;
use super::waiting_for_cpus::WaitingForCpus;
use super::workload::RevisionKey;
use crate::api::{Node, NodeId, Pod, PodId};
use crate::cluster::decision::Decision;
use crate::cluster::record::Record;
use crate::cluster::setup::{ClusterSetup, KubeletSetup};
use crate::cluster::store::Change;
use crate::cluster::store::kinds::unseen;
use crate::kernel::{SimTime, TraceSink};

/// Folds records into a [`RunRecord`].
pub struct Recorder {
    details: bool,
    /// The kubelets' settings as they are now.
    kubelets: Vec<Option<Arc<KubeletSetup>>>,
    holdings: CpuHoldings,
    mix: Mix,
    nodes: Vec<Option<Arc<Node>>>,
    trackers: Trackers,
    /// Operations that are not done at the end.
    unfinished: Vec<String>,
    out: RunRecord,
}

impl Recorder {
    /// An empty recorder. `details` keeps events and the course of skew as well.
    pub fn new(setup: &Arc<ClusterSetup>, details: bool) -> Self {
        let any_machine = setup.kubelets.iter().any(Option::is_some);
        Self {
            kubelets: setup.kubelets.clone(),
            details,
            holdings: CpuHoldings::default(),
            mix: if details { Mix::of(setup) } else { Mix::default() },
            nodes: Vec::new(),
            trackers: Trackers::new(setup),
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
        let around = surroundings(&self.nodes, &self.out);
        let last = self.trackers.finish(around, end);
        self.out.waiting_for_cpus = WaitingForCpus::at_the_end(&self.kubelets, around, &self.holdings);
        self.out.rollouts.extend(last);
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
        self.trackers.nodes_changed(surroundings(&self.nodes, &self.out));
    }

    fn change(&mut self, change: &Change, now: SimTime) {
        match change {
            Change::Node { old, new } => self.node_changed(old.as_ref(), new.as_ref()),
            Change::Pod { old, new } => {
                self.out.pods.observe(old.as_ref(), new.as_ref(), now);
                let around = surroundings(&self.nodes, &self.out);
                self.trackers.pod_changed(old.as_ref(), new.as_ref(), around, now);
                if new.as_ref().is_none_or(|pod| pod.is_finished()) {
                    self.pod_ended(old.as_ref(), now);
                }
            }
            Change::ReplicaSet { old, new } => {
                self.trackers.replica_set_changed(old.as_deref(), new.as_deref(), now);
            }
            Change::Deployment { old, new } => {
                let around = surroundings(&self.nodes, &self.out);
                let ended = self.trackers.workload_changed(old.as_ref(), new.as_ref(), around, now);
                self.out.rollouts.extend(ended);
            }
            Change::DaemonSet { old, new } => {
                let around = surroundings(&self.nodes, &self.out);
                let ended = self.trackers.workload_changed(old.as_ref(), new.as_ref(), around, now);
                self.out.rollouts.extend(ended);
            }
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

    fn instant_end(&mut self, now: SimTime) {
        let rows = self.details.then_some(&mut self.out.spread);
        self.trackers.instant_end(now, &self.out.names, rows);
    }
}

fn surroundings<'a>(nodes: &'a [Option<Arc<Node>>], out: &'a RunRecord) -> Surroundings<'a> {
    Surroundings { nodes, names: &out.names, pods: &out.pods, revision_of: RevisionKey::of_pod }
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
