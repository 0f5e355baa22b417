//! What a run leaves behind: the records that measures and reports are made of, and the digest.

use std::borrow::Cow;
use std::sync::Arc;

use super::container_managers::Decision;
use super::service_registry::ServiceIncident;
use super::setup::KubeletSetup;
use super::store::Change;
use crate::api::{Deployment, Node, NodeId, Pod, PodId, ReplicaSet};
use crate::kernel::Digest;
use crate::kubelet::admission::Refusal;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Record {
    /// An object changed.
    Change(Change),
    /// The scheduler tried a pod and found no node; the message is Kubernetes' own.
    Unschedulable {
        /// The pod.
        pod: PodId,
        /// `0/5 nodes are available: …`.
        message: Arc<str>,
    },
    /// A kubelet with a machine admitted or refused a pod.
    Admission {
        /// The pod.
        pod: PodId,
        /// Its node.
        node: NodeId,
        /// What was decided.
        decision: Arc<Decision>,
    },
    /// A kubelet with a machine restarted.
    KubeletRestart {
        /// Its node.
        node: NodeId,
        /// Its new settings, if they are others.
        settings: Option<Arc<KubeletSetup>>,
        /// Why it did not start.
        error: Option<Arc<str>>,
    },
    /// An entry of the timeline was carried out, or could not be.
    Operation {
        /// The operation in words.
        label: Arc<str>,
        /// Why it could not be carried out.
        error: Option<Arc<str>>,
    },
    /// Something happened in the Service registries.
    Service(ServiceIncident),
    /// Nothing more happens at this instant.
    InstantEnd,
}

impl Record {
    /// Adds the record to a digest: its outcome, in a fixed encoding, no text that merely explains.
    pub fn encode(&self, digest: &mut Digest) {
        match self {
            Self::Change(change) => encode_change(change, digest),
            Self::Unschedulable { pod, message } => {
                digest.u8(10);
                digest.u32(pod.0);
                digest.str(message);
            }
            Self::Admission { pod, node, decision } => encode_admission(*pod, *node, decision, digest),
            Self::KubeletRestart { node, error, .. } => {
                digest.u8(13);
                digest.u32(node.0);
                digest.bool(error.is_some());
            }
            Self::Operation { label, error } => {
                digest.u8(11);
                digest.str(label);
                digest.bool(error.is_some());
            }
            Self::Service(incident) => incident.encode(digest),
            Self::InstantEnd => {}
        }
    }
}

fn encode_admission(pod: PodId, node: NodeId, decision: &Decision, digest: &mut Digest) {
    digest.u8(12);
    digest.u32(pod.0);
    digest.u32(node.0);
    digest.str(&decision.refusal.as_ref().map_or(Cow::Borrowed(""), Refusal::reason));
    digest.u32(decision.assigned.len() as u32);
    for (container, cpus) in decision.assigned.iter() {
        digest.u32(*container as u32);
        digest.str(&cpus.to_string());
    }
    for (container, nodes) in decision.device_nodes.iter() {
        digest.u32(*container as u32);
        digest.str(&nodes.to_string());
    }
    for fault in &decision.faults {
        digest.str(fault.kind.name());
    }
}

fn encode_change(change: &Change, digest: &mut Digest) {
    match change {
        Change::Node { old, new } => encode_object(1, old.as_deref(), new.as_deref(), encode_node, digest),
        Change::Pod { old, new } => encode_object(2, old.as_deref(), new.as_deref(), encode_pod, digest),
        Change::ReplicaSet { old, new } => {
            encode_object(3, old.as_deref(), new.as_deref(), encode_replica_set, digest);
        }
        Change::Deployment { old, new } => {
            encode_object(4, old.as_deref(), new.as_deref(), encode_deployment, digest);
        }
        Change::SelectorOwner(owner) => {
            digest.u8(5);
            digest.u32(owner.name.0);
        }
    }
}

/// The new state of an object, or the last one and a mark that it is gone.
fn encode_object<T>(
    tag: u8,
    old: Option<&T>,
    new: Option<&T>,
    encode: impl Fn(&T, &mut Digest),
    digest: &mut Digest,
) {
    digest.u8(tag);
    digest.bool(new.is_some());
    if let Some(object) = new.or(old) {
        encode(object, digest);
    }
}

fn encode_node(node: &Node, digest: &mut Digest) {
    digest.u32(node.id.0);
    digest.bool(node.unschedulable);
    digest.u32(node.taints.len() as u32);
}

fn encode_pod(pod: &Pod, digest: &mut Digest) {
    digest.u32(pod.id.0);
    digest.str(&pod.name);
    digest.u64((pod.uid.0 >> 64) as u64);
    digest.u64(pod.uid.0 as u64);
    digest.u32(pod.node.map_or(u32::MAX, |NodeId(node)| node));
    digest.u8(pod.phase as u8);
    digest.bool(pod.is_ready());
    digest.i64(pod.ready.and_then(|ready| ready.since).map_or(i64::MIN, |since| since.0));
    digest.i64(pod.created.map_or(i64::MIN, |created| created.0));
    digest.i64(pod.deleted.map_or(i64::MIN, |deleted| deleted.0));
}

fn encode_replica_set(replica_set: &ReplicaSet, digest: &mut Digest) {
    digest.u32(replica_set.id.0);
    digest.str(&replica_set.name);
    let status = &replica_set.status;
    for count in [replica_set.replicas, status.replicas, status.ready_replicas, status.available_replicas] {
        digest.i64(i64::from(count));
    }
}

fn encode_deployment(deployment: &Deployment, digest: &mut Digest) {
    digest.u32(deployment.id.0);
    digest.i64(deployment.generation);
    digest.i64(deployment.revision);
    let status = &deployment.status;
    digest.i64(status.observed_generation);
    for count in [deployment.replicas, status.replicas, status.updated_replicas, status.available_replicas] {
        digest.i64(i64::from(count));
    }
}
