//! ReplicaSets and pods that exist at time 0: their owners and nodes, as numbers.

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use kubecast_manifest::Tree;

use super::builder::{Builder, derived_uid};
use super::directory::Entry;
use super::error::Findings;
use super::objects::ObjectSource;
use super::reference::Reference;
use super::run_time;
use crate::api::{
    ControllerRef, DeploymentId, Node, NodeId, OwnerId, Pod, PodPhase, ReplicaSet, Symbol, Uid, WorkloadKind,
};
use crate::api_machinery::compile::pod::controller_of;
use crate::api_machinery::compile::{self, OwnerText};
use crate::cluster::store::ObjectId;
use crate::kernel::{Identity, stable_hash};
use crate::kubelet::coverage::is_stuck;

impl Builder {
    /// A ReplicaSet, with its number and its Deployment's.
    pub(super) fn replica_set(
        &mut self,
        source: &ObjectSource,
        set: &apps::ReplicaSet,
        findings: &mut Findings,
    ) -> ReplicaSet {
        let template = set.spec.template.as_ref().and_then(|template| template.spec.as_ref());
        self.check_priority(source, "/spec/template/spec", template, findings);
        let owner = controller_of(&set.metadata);
        let deployment = owner.and_then(|owner| self.deployment_of(&owner, &source.reference.namespace));
        let id = self.directory.next::<ReplicaSet>(&source.reference);
        let uid = derived_uid(&source.reference);
        let start = self.start;
        let (context, names) = self.context();
        let mut compiled = compile::compile_replica_set(set, id, deployment, uid, start, &context, names);
        compiled.pod = self.share(compiled.pod.as_ref().clone());
        self.note_waiting(&compiled.pod);
        self.by_uid.insert(compiled.uid, id.into());
        self.replica_set_uids.push(compiled.uid);
        compiled
    }

    /// A pod, with its number, its owner's and its node's. One on a node that is not there is left out.
    pub(super) fn pod(
        &mut self,
        source: &ObjectSource,
        pod: &core::Pod,
        findings: &mut Findings,
    ) -> Option<Pod> {
        self.check_priority(source, "/spec", pod.spec.as_ref(), findings);
        let (context, names) = self.context();
        let mut compiled = compile::compile_pod(pod, &context, names);
        compiled.spec.run_for = run_time::of(source, findings);
        let node = match compiled.node_name.map(|name| self.node_named(name)) {
            None => None,
            Some(Ok(node)) => Some(node),
            Some(Err(name)) => {
                self.left_out.note(source, &name);
                return None;
            }
        };
        let nominated = compiled.nominated_node_name.and_then(|name| self.node_named(name).ok());
        let id = self.directory.next::<Pod>(&source.reference);
        let runs_unready = compiled.phase == PodPhase::Running && compiled.ready.is_some_and(|it| !it.ready);
        if runs_unready || statuses(source).any(is_stuck) {
            self.held.insert(id);
        }
        let incarnation = self.incarnations.entry(source.reference.clone()).or_default();
        let owner = stable_hash(source.reference.to_string().as_bytes());
        let identity = Identity { owner, revision: 0, ordinal: *incarnation };
        *incarnation += 1;
        let namespace = &source.reference.namespace;
        let controller = compiled.owner.map(|owner| self.controller(&owner, namespace));
        if node.is_none() {
            self.note_waiting(&compiled.spec);
        }
        Some(Pod {
            id,
            name: compiled.name,
            uid: compiled.uid.unwrap_or_else(|| derived_uid(&source.reference)),
            identity,
            spec: self.share(compiled.spec),
            controller,
            created: Some(compiled.created.unwrap_or(self.start)),
            deleted: compiled.deleted,
            node,
            nominated: nominated.filter(|_| node.is_none()),
            started: compiled.started.or(node.map(|_| compiled.created.unwrap_or(self.start))),
            is_preempted: compiled.is_preempted,
            phase: compiled.phase,
            ready: compiled.ready,
            deletion_cost: compiled.deletion_cost,
            restarts: compiled.restarts,
            sidecar_restarts: compiled.sidecar_restarts,
        })
    }

    fn node_named(&self, name: Symbol) -> Result<NodeId, String> {
        let name = self.names.resolve(name);
        let node = self.directory.number::<Node>(&Reference::new("node", None, name));
        node.ok_or_else(|| name.to_owned())
    }

    /// The owner by UID; by name where its reference carries a UID that no object has.
    fn owner(&self, owner: &OwnerText, namespace: &str) -> Option<ObjectId> {
        let by_uid = self.by_uid.get(&owner.uid).copied();
        by_uid.or_else(|| {
            match self.directory.get(&Reference::new(&owner.kind, Some(namespace), &owner.name))? {
                Entry::Object(id) => Some(id),
                Entry::Passive => None,
            }
        })
    }

    fn deployment_of(&self, owner: &OwnerText, namespace: &str) -> Option<DeploymentId> {
        match self.owner(owner, namespace) {
            Some(ObjectId::Deployment(id)) if owner.kind == "Deployment" => Some(id),
            _ => None,
        }
    }

    /// The simulated owner of a pod, and its UID.
    fn owner_of_pod(&self, owner: &OwnerText, namespace: &str) -> Option<(OwnerId, Uid)> {
        match self.owner(owner, namespace)? {
            ObjectId::ReplicaSet(id) if owner.kind == "ReplicaSet" => {
                Some((OwnerId::ReplicaSet(id), *self.replica_set_uids.get(id.index())?))
            }
            ObjectId::DaemonSet(id) if owner.kind == "DaemonSet" => {
                Some((OwnerId::DaemonSet(id), *self.daemon_set_uids.get(id.index())?))
            }
            _ => None,
        }
    }

    fn controller(&mut self, text: &OwnerText, namespace: &str) -> ControllerRef {
        let found = self.owner_of_pod(text, namespace);
        let kind = WorkloadKind::of(&text.api_version, &text.kind);
        // An owner found by its name: the reference follows the object's own UID.
        let uid = found.map_or(text.uid, |(_, uid)| uid);
        ControllerRef { kind, name: self.names.intern(&text.name), uid, owner: found.map(|(owner, _)| owner) }
    }
}

/// The states of a pod's containers in the input.
fn statuses(pod: &ObjectSource) -> impl Iterator<Item = &Tree> {
    let lists = ["/status/containerStatuses", "/status/initContainerStatuses"];
    let containers =
        lists.into_iter().filter_map(|list| pod.tree.pointer(list)).filter_map(Tree::as_seq).flatten();
    containers.filter_map(|status| status.pointer("/state/waiting"))
}
