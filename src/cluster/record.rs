//! What a run leaves behind: the records that measures and reports are made of, and the digest.

use std::borrow::Cow;
use std::sync::Arc;

use super::decision::Decision;
use super::request::RequestRecord;
use super::service_registry::incident::ServiceIncident;
use super::setup::kubelet::KubeletSetup;
use super::store::kinds::Change;
use crate::api::{NodeId, PodId};
use crate::kernel::Digest;
use crate::kubelet::admission::Refusal;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Record {
    /// Names that came up in the run, with the numbers that follow those of the setup and of earlier such
    /// records. What is recorded after them may use them.
    Names(Arc<[Arc<str>]>),
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
    /// At the end of the run an operation is not done: its client waits for something.
    StillWaiting {
        /// The operation in words.
        label: Arc<str>,
        /// What it waits for.
        what: Arc<str>,
    },
    /// A request of a component was carried out or refused; what it changed stands before it.
    Request(RequestRecord),
    /// Something happened in the Service registries.
    Service(ServiceIncident),
    /// Nothing more happens at this instant.
    InstantEnd,
}

impl Record {
    /// Adds the record to a digest: its outcome, in a fixed encoding, no text that merely explains.
    pub fn encode(&self, digest: &mut Digest) {
        match self {
            Self::Change(change) => change.encode(digest),
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
            // Names stand in the outcomes that use them, and so do requests; who waits at the end follows from them.
            Self::Names(_) | Self::Request(_) | Self::StillWaiting { .. } | Self::InstantEnd => {}
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
