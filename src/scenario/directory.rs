//! Which objects there are at a point of the timeline, and their numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::error::did_you_mean;
use super::figure_selector::FigureSelector;
use super::reference::Reference;
use crate::api::{DeploymentId, NodeId, PodId, ReplicaSetId};

/// The number of an object of a kind that is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectId {
    /// A node.
    Node(NodeId),
    /// A pod.
    Pod(PodId),
    /// A Deployment.
    Deployment(DeploymentId),
    /// A ReplicaSet.
    ReplicaSet(ReplicaSetId),
    /// An object that is there, but does nothing by itself.
    Passive,
}

/// Names and numbers, as the timeline goes on. Numbers are never given twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    live: BTreeMap<Reference, ObjectId>,
    ever: BTreeSet<Reference>,
    nodes: u32,
    pods: u32,
    deployments: u32,
    replica_sets: u32,
}

fn next(counter: &mut u32) -> u32 {
    *counter += 1;
    *counter - 1
}

impl Directory {
    /// The object of this name, if it is there.
    pub(super) fn get(&self, reference: &Reference) -> Option<ObjectId> {
        self.live.get(reference).copied()
    }

    /// Whether there is such an object at some time.
    pub(super) fn was_ever(&self, reference: &Reference) -> bool {
        self.ever.contains(reference)
    }

    /// The number of a node: its own if it is there, else the next free one.
    pub(super) fn node(&mut self, reference: &Reference) -> NodeId {
        if let Some(ObjectId::Node(id)) = self.get(reference) {
            return id;
        }
        let id = NodeId(next(&mut self.nodes));
        self.put(reference, ObjectId::Node(id));
        id
    }

    /// The next free number, for a pod of this name.
    pub(super) fn pod(&mut self, reference: &Reference) -> PodId {
        let id = PodId(next(&mut self.pods));
        self.put(reference, ObjectId::Pod(id));
        id
    }

    /// The number of a Deployment: its own if it is there, else the next free one.
    pub(super) fn deployment(&mut self, reference: &Reference) -> DeploymentId {
        if let Some(ObjectId::Deployment(id)) = self.get(reference) {
            return id;
        }
        let id = DeploymentId(next(&mut self.deployments));
        self.put(reference, ObjectId::Deployment(id));
        id
    }

    /// The next free number, for a ReplicaSet of this name.
    pub(super) fn replica_set(&mut self, reference: &Reference) -> ReplicaSetId {
        let id = ReplicaSetId(next(&mut self.replica_sets));
        self.put(reference, ObjectId::ReplicaSet(id));
        id
    }

    /// Notes an object that does nothing by itself.
    pub(super) fn passive(&mut self, reference: &Reference) {
        self.put(reference, ObjectId::Passive);
    }

    fn put(&mut self, reference: &Reference, id: ObjectId) {
        self.live.insert(reference.clone(), id);
        self.ever.insert(reference.clone());
    }

    /// Takes an object away.
    pub(super) fn remove(&mut self, reference: &Reference) {
        self.live.remove(reference);
    }

    /// The object of this name; the error names the nearest that is there.
    pub(super) fn find(&self, reference: &Reference) -> Result<ObjectId, String> {
        if let Some(id) = self.get(reference) {
            return Ok(id);
        }
        if self.was_ever(reference) {
            return Err(format!("{reference} is deleted by then"));
        }
        Err(format!("there is no {reference}{}", self.hint(reference)))
    }

    /// The Deployment of this name.
    pub(super) fn find_deployment(&self, reference: &Reference) -> Result<DeploymentId, String> {
        match self.find(reference)? {
            ObjectId::Deployment(id) => Ok(id),
            // It is faulty and was told of: what names it is not told of as well.
            ObjectId::Passive if reference.kind == "deployment" => Ok(DeploymentId(u32::MAX)),
            _ => Err(format!("{reference} is no Deployment")),
        }
    }

    /// The node of this name.
    pub(super) fn find_node(&self, reference: &Reference) -> Result<NodeId, String> {
        match self.find(reference)? {
            ObjectId::Node(id) => Ok(id),
            ObjectId::Passive if reference.kind == "node" => Ok(NodeId(u32::MAX)),
            _ => Err(format!("{reference} is no node")),
        }
    }

    /// Whether a figure is about one Deployment that is there at some time.
    pub(super) fn check_subject(&self, figure: &FigureSelector) -> Result<(), String> {
        if let Some(of) = &figure.of {
            return if self.was_ever(of) { Ok(()) } else { self.find(of).map(|_| ()) };
        }
        let mut deployments = self.ever.iter().filter(|reference| reference.kind == "deployment");
        match (deployments.next(), deployments.next()) {
            (Some(first), Some(_)) if figure.is_of_a_rollout() => Err(format!(
                "{} is a measure of one Deployment, and there are several; name it, such as `of: {first}`",
                figure.measure
            )),
            _ => Ok(()),
        }
    }

    fn hint(&self, reference: &Reference) -> String {
        let names: Vec<String> = self.live.keys().map(ToString::to_string).collect();
        let same_kind = names.iter().filter(|name| name.starts_with(&format!("{}/", reference.kind)));
        let near = did_you_mean(&reference.to_string(), same_kind.map(String::as_str));
        if near.is_empty() {
            did_you_mean(&reference.to_string(), names.iter().map(String::as_str))
        } else {
            near
        }
    }
}
