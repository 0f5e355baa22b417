//! What a timeline can do to a cluster, compiled and checked against the objects that exist.

use std::sync::Arc;

use super::service_registry::{ServiceId, ServiceOperation};
use super::setup::KubeletSetup;
use super::store::ObjectId;
use crate::api::{Deployment, DeploymentId, Node, NodeId, Pod, SelectorOwner};
use crate::kernel::{SimDuration, SimTime};
use crate::service_ip::Service;

/// One entry of the timeline.
#[derive(Clone, Debug)]
pub struct TimelineEntry {
    /// When.
    pub at: TimelineMoment,
    /// What.
    pub operation: Operation,
    /// The operation in words, for events and summaries: `rolloutRestart deployment/default/web`.
    pub label: Arc<str>,
}

/// When an entry happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineMoment {
    /// At a fixed time.
    At(SimTime),
    /// This long after the last event since the entry before, once nothing is left to do.
    AfterSettled(SimDuration),
}

/// An operation on the cluster, as a user or another system would do it through the API.
#[derive(Clone, Debug)]
pub enum Operation {
    /// `kubectl apply`, objects in order.
    Apply(Vec<AppliedObject>),
    /// `kubectl delete`. What a Deployment or ReplicaSet owns, the garbage collector deletes.
    Delete(ObjectId),
    /// `kubectl rollout restart`: the template of each gets a new annotation.
    RolloutRestart(Vec<DeploymentId>),
    /// `kubectl set image`.
    SetImage {
        /// Which Deployment.
        deployment: DeploymentId,
        /// Which container; `None` is every one.
        container: Option<String>,
        /// The new image.
        image: String,
    },
    /// `kubectl scale`.
    Scale {
        /// Which Deployment.
        deployment: DeploymentId,
        /// The new `spec.replicas`.
        replicas: i32,
    },
    /// `kubectl rollout pause`.
    Pause(DeploymentId),
    /// `kubectl rollout resume`.
    Resume(DeploymentId),
    /// `kubectl rollout undo`: the template of an older ReplicaSet comes back.
    Rollback {
        /// Which Deployment.
        deployment: DeploymentId,
        /// The revision that comes back; 0 is the one before the present.
        to_revision: i64,
    },
    /// `kubectl cordon`; the taint follows a little later.
    Cordon(NodeId),
    /// `kubectl uncordon`.
    Uncordon(NodeId),
    /// Kubelets restart.
    RestartKubelets {
        /// Those of this entry of `spec.kubelets`.
        entry: usize,
        /// Only that on this node.
        node: Option<NodeId>,
        /// With these settings; `None`: as they were.
        settings: Option<KubeletChange>,
    },
    /// Something that is done to the Service registries.
    ServiceIps(ServiceOperation),
}

impl Operation {
    /// The objects that an `apply` brings.
    pub fn applied(&self) -> &[AppliedObject] {
        if let Self::Apply(objects) = self { objects } else { &[] }
    }
}

/// Other settings for a kubelet.
#[derive(Clone, Debug)]
pub struct KubeletChange {
    /// Its managers.
    pub setup: Arc<KubeletSetup>,
    /// The node's allocatable CPU under them, thousandths.
    pub allocatable_milli_cpu: i64,
}

/// An object that an `apply` creates or replaces. Its number is already given: of the object of that
/// name if there is one by then, else the next free one of its kind.
#[derive(Clone, Debug)]
pub enum AppliedObject {
    /// A node, created or updated.
    Node(Box<Node>),
    /// A pod, created (an existing pod's spec cannot change).
    Pod(Box<Pod>),
    /// A Deployment, created or updated.
    Deployment(Box<Deployment>),
    /// A Service, ReplicationController or StatefulSet, for its selector.
    SelectorOwner(SelectorOwner),
    /// A Service, for its addresses.
    Service(ServiceId, Arc<Service>),
}
