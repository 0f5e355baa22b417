//! What was written in a run, as the recordings have it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::scene::{Op, Scene, nanos};
use crate::api::{
    DaemonSet, DaemonSetId, DaemonSetStatus, Deployment, DeploymentCondition, DeploymentId, Node, NodeId,
    Pod, PodId, ReplicaSet, ReplicaSetId,
};
use crate::cluster::controller_manager::ControllerId;
use crate::cluster::record::Record;
use crate::cluster::request::{ClientId, RequestRecord, Verb};
use crate::cluster::store::kinds::unseen;
use crate::cluster::store::{Change, ObjectId};
use crate::kernel::{Interner, SimTime, TraceSink};

/// A write.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Write {
    /// Nanoseconds from the start.
    pub(super) at: u64,
    pub(super) component: &'static str,
    /// `PUT deployments/status`.
    pub(super) verb: String,
    pub(super) object: String,
    pub(super) fields: Map<String, Value>,
}

/// What came out of a run.
pub(super) struct Found {
    pub(super) writes: Vec<Write>,
    /// For each operation, when its rollout was complete.
    pub(super) complete: Vec<Option<u64>>,
}

/// Reads a run's records.
pub(super) struct Observer<'s> {
    ops: &'s [Op],
    end: SimTime,
    names: Interner,
    deployments: BTreeMap<DeploymentId, Arc<Deployment>>,
    replica_sets: BTreeMap<ReplicaSetId, Arc<ReplicaSet>>,
    pods: BTreeMap<PodId, Arc<Pod>>,
    nodes: BTreeMap<NodeId, Arc<Node>>,
    /// `a-1`, by order of creation, and the pods of each so far.
    sets: BTreeMap<ReplicaSetId, (String, usize)>,
    ordinals: BTreeMap<DeploymentId, usize>,
    pod_names: BTreeMap<PodId, String>,
    daemon_sets: BTreeMap<DaemonSetId, Arc<DaemonSet>>,
    /// Pods that a request has deleted already.
    deleted: BTreeSet<PodId>,
    /// Pods and ControllerRevisions of each DaemonSet so far.
    made: BTreeMap<DaemonSetId, (usize, usize)>,
    writes: Vec<Write>,
    /// When each Deployment's status was complete, at each of its writes that changed something.
    statuses: Vec<(u64, String, bool)>,
}

impl<'s> Observer<'s> {
    pub(super) fn new(scene: &'s Scene) -> Self {
        Self {
            ops: &scene.ops,
            end: scene.end,
            names: scene.setup.names.clone(),
            deployments: BTreeMap::new(),
            replica_sets: BTreeMap::new(),
            pods: BTreeMap::new(),
            nodes: BTreeMap::new(),
            sets: BTreeMap::new(),
            ordinals: BTreeMap::new(),
            pod_names: BTreeMap::new(),
            daemon_sets: BTreeMap::new(),
            deleted: BTreeSet::new(),
            made: BTreeMap::new(),
            writes: Vec::new(),
            statuses: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Found {
        let complete = (0..self.ops.len()).map(|place| self.completion(place)).collect();
        Found { writes: self.writes, complete }
    }

    /// The first status after an operation with which the rollout is complete, unless the next operation on the
    /// Deployment came first.
    fn completion(&self, place: usize) -> Option<u64> {
        let op = &self.ops[place];
        if op.verb == "pause" {
            return None;
        }
        let next = self.ops[place + 1..].iter().find(|later| later.name == op.name);
        let (from, until) = (nanos(op.at_ms), next.map_or(u64::MAX, |next| nanos(next.at_ms)));
        let mut statuses = self.statuses.iter().filter(|status| status.1 == op.name);
        statuses.find(|status| status.2 && (from..until).contains(&status.0)).map(|status| status.0)
    }

    fn changed(&mut self, change: &Change) {
        match change {
            Change::Deployment { new: Some(new), .. } => {
                self.deployments.insert(new.id, Arc::clone(new));
            }
            Change::ReplicaSet { new: Some(new), .. } => {
                if self.replica_sets.insert(new.id, Arc::clone(new)).is_none()
                    && let Some(owner) = new.deployment
                {
                    let ordinal = self.ordinals.entry(owner).or_default();
                    *ordinal += 1;
                    let name = format!("{}-{ordinal}", self.deployments[&owner].name);
                    self.sets.insert(new.id, (name, 0));
                }
            }
            Change::Pod { new: Some(new), .. } => {
                if self.pods.insert(new.id, Arc::clone(new)).is_none() {
                    let of_daemon_set = new.daemon_set().map(|set| {
                        let made = &mut self.made.entry(set).or_default().0;
                        *made += 1;
                        format!("{}/{}", self.daemon_sets[&set].name, *made - 1)
                    });
                    let name = match new.replica_set().and_then(|set| self.sets.get_mut(&set)) {
                        Some((set, made)) => {
                            *made += 1;
                            format!("{set}/{}", *made - 1)
                        }
                        None if of_daemon_set.is_some() => of_daemon_set.unwrap_or_default(),
                        None => new.name.replacen('-', "/", 1),
                    };
                    self.pod_names.insert(new.id, name);
                }
            }
            Change::Node { new: Some(new), .. } => {
                self.nodes.insert(new.id, Arc::clone(new));
            }
            Change::DaemonSet { new: Some(new), .. } => {
                self.daemon_sets.insert(new.id, Arc::clone(new));
            }
            Change::Deployment { .. }
            | Change::ReplicaSet { .. }
            | Change::DaemonSet { .. }
            | Change::Pod { .. }
            | Change::Node { .. } => {}
            Change::Namespace { .. } | Change::SelectorOwner { .. } => {
                unseen("no recorded write is about them");
            }
        }
    }

    fn name(&self, object: ObjectId) -> String {
        match object {
            ObjectId::Deployment(id) => self.deployments[&id].name.to_string(),
            ObjectId::ReplicaSet(id) => self.sets[&id].0.clone(),
            ObjectId::Pod(id) => self.pod_names[&id].clone(),
            ObjectId::DaemonSet(id) => self.daemon_sets[&id].name.to_string(),
            ObjectId::Node(_) | ObjectId::Namespace(_) | ObjectId::SelectorOwner(_) => String::new(),
        }
    }

    fn requested(&mut self, now: SimTime, request: &RequestRecord) {
        let component = match request.client {
            ClientId::Scheduler => "scheduler",
            ClientId::SchedulerEvents => "scheduler-events",
            ClientId::Controller(ControllerId(0)) => "deployment",
            ClientId::Controller(ControllerId(4)) => "daemonset",
            ClientId::Controller(_) => "replicaset",
        };
        let verb = format!("{} {}", request.verb.name(), request.resource);
        let object = request.object.filter(|_| request.verb != Verb::List);
        let mut object = object.map_or_else(String::new, |object| self.name(object));
        if let ("controllerrevisions", Some(ObjectId::DaemonSet(id))) = (request.resource, request.object) {
            let made = &mut self.made.entry(id).or_default().1;
            *made += 1;
            object = format!("{object}-{made}");
        }
        let mut fields = self.fields(request);
        if let (Verb::Delete, None, Some(ObjectId::Pod(pod))) = (request.verb, request.code, request.object)
            && !self.deleted.insert(pod)
        {
            // It is terminating already.
            fields.extend(["again", "noop"].map(|field| (field.to_owned(), json!(true))));
        }
        if request.resource == "deployments/status"
            && request.code.is_none()
            && let Some(ObjectId::Deployment(id)) = request.object
        {
            let deployment = &self.deployments[&id];
            let complete = deployment.status.is_complete(deployment.replicas, deployment.generation);
            self.statuses.push((now.0, object.clone(), complete));
        }
        if let ("daemonsets/status", None, Some(ObjectId::DaemonSet(id))) =
            (request.resource, request.code, request.object)
        {
            self.statuses.push((now.0, object.clone(), self.daemon_sets[&id].is_complete()));
        }
        self.writes.push(Write { at: now.0, component, verb, object, fields });
    }

    fn fields(&self, request: &RequestRecord) -> Map<String, Value> {
        if let Some(code) = request.code {
            return Map::from_iter([("code".to_owned(), json!(code))]);
        }
        let mut fields = match (request.verb, request.resource, request.object) {
            (Verb::Put, "deployments/status", Some(ObjectId::Deployment(id))) => {
                of_deployment(&self.deployments[&id])
            }
            (Verb::Put, "replicasets/status", Some(ObjectId::ReplicaSet(id))) => {
                of_status(&self.replica_sets[&id])
            }
            (Verb::Put | Verb::Post, "replicasets", Some(ObjectId::ReplicaSet(id))) => {
                let set = &self.replica_sets[&id];
                json!({ "replicas": set.replicas, "revision": set.revision.as_deref() })
            }
            (Verb::Put, "daemonsets/status", Some(ObjectId::DaemonSet(id))) => {
                of_daemon_set(&self.daemon_sets[&id].status)
            }
            (Verb::Post, "pods/binding", Some(ObjectId::Pod(id))) => {
                let node = self.pods[&id].node.and_then(|node| self.nodes.get(&node));
                json!({ "node": node.map(|node| self.names.resolve(node.name)) })
            }
            _ => json!({}),
        };
        if let Some(event) = &request.event {
            fields["reason"] = json!(event.reason);
            if request.client != ClientId::SchedulerEvents {
                fields["count"] = json!(event.count);
            }
            if event.combined {
                fields["combined"] = json!(true);
            }
        }
        match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }
}

fn of_deployment(deployment: &Deployment) -> Value {
    let status = &deployment.status;
    let told = |condition: &DeploymentCondition| format!("{} {}", condition.status, condition.reason);
    let mut fields = json!({
        "available": status.available_replicas,
        "observed": status.observed_generation,
        "progressing": status.progressing.as_ref().map(told),
        "ready": status.ready_replicas,
        "replicas": status.replicas,
        "unavailable": status.unavailable_replicas,
        "updated": status.updated_replicas,
    });
    if let Some(available) = &status.available {
        fields["availableCondition"] = json!(available.status);
    }
    if let Some(terminating) = status.terminating_replicas {
        fields["terminating"] = json!(terminating);
    }
    fields
}

fn of_status(set: &ReplicaSet) -> Value {
    let status = &set.status;
    json!({
        "available": status.available_replicas,
        "labeled": status.fully_labeled_replicas,
        "observed": status.observed_generation,
        "ready": status.ready_replicas,
        "replicas": status.replicas,
        "terminating": status.terminating_replicas,
    })
}

fn of_daemon_set(status: &DaemonSetStatus) -> Value {
    json!({
        "available": status.available,
        "current": status.current,
        "desired": status.desired,
        "observed": status.observed_generation,
        "ready": status.ready,
        "updated": status.updated,
    })
}

impl TraceSink<Record> for Observer<'_> {
    fn record(&mut self, now: SimTime, _seq: u64, record: &Record) {
        match record {
            Record::Names(names) => {
                for name in names.iter() {
                    self.names.intern(name);
                }
            }
            Record::Change(change) => self.changed(change),
            Record::Request(request) if now <= self.end => self.requested(now, request),
            Record::Request(_)
            | Record::Operation { .. }
            | Record::StillWaiting { .. }
            | Record::Unschedulable { .. }
            | Record::Admission { .. }
            | Record::KubeletRestart { .. }
            | Record::Service(_)
            | Record::InstantEnd => {}
        }
    }
}
