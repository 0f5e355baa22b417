//! Pods: the part that all pods of a template share, and the state of each.

use std::sync::Arc;

use super::{
    DaemonSetId, Labels, NodeId, NodeSelectorTerm, OwnerId, PodAffinity, PodId, PodRequests,
    PreferredNodeTerm, ReplicaSetId, SpreadConstraint, Timestamp, Toleration, Uid,
};
use crate::kernel::{Identity, SimDuration, Symbol};

/// The label of a pod that names the revision of its template (`apps.ControllerRevisionHashLabelKey`).
pub const REVISION_LABEL: &str = "controller-revision-hash";

/// What a pod was created with, compiled once per template: labels, requests and constraints.
/// It never changes; pods of one template share it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PodSpec {
    /// `metadata.namespace`.
    pub namespace: Symbol,
    /// `metadata.labels`.
    pub labels: Labels,
    /// The label [`REVISION_LABEL`], by which pods of one DaemonSet are told apart.
    pub revision: Option<Symbol>,
    /// `spec.schedulerName`.
    pub scheduler_name: Symbol,
    /// `spec.nodeName` as the user gave it (a pod that is bound later keeps `None` here).
    pub node_name: Option<Symbol>,
    /// `spec.priority`, resolved from the PriorityClass.
    pub priority: i32,
    /// It may make room for itself: `spec.preemptionPolicy`, resolved likewise, is not `Never`.
    pub may_preempt: bool,
    /// What it asks for.
    pub requests: PodRequests,
    /// `spec.nodeSelector`.
    pub node_selector: Labels,
    /// Required node affinity: one of the terms must match. `None` if absent.
    pub required_node_terms: Option<Vec<NodeSelectorTerm>>,
    /// Preferred node affinity.
    pub preferred_node_terms: Vec<PreferredNodeTerm>,
    /// `spec.tolerations`.
    pub tolerations: Vec<Toleration>,
    /// Host ports of containers and sidecars, without repetitions.
    pub host_ports: Vec<HostPort>,
    /// `spec.topologySpreadConstraints`.
    pub spread_constraints: Vec<SpreadConstraint>,
    /// `spec.affinity.podAffinity`.
    pub affinity: PodAffinity,
    /// `spec.affinity.podAntiAffinity`.
    pub anti_affinity: PodAffinity,
    /// Images of init containers and containers, one entry each, names normalised.
    pub images: Vec<Symbol>,
    /// Images mounted as volumes, the same, where the scheduler counts them.
    pub image_volumes: Vec<Symbol>,
    /// Features that a node has to declare, by name.
    pub required_features: Vec<Symbol>,
    /// `spec.schedulingGates`.
    pub scheduling_gates: Vec<Symbol>,
    /// `spec.terminationGracePeriodSeconds`.
    pub termination_grace_seconds: i64,
    /// The largest `initialDelaySeconds` among the containers' readiness probes; 0 without any.
    pub readiness_initial_delay_seconds: i64,
    /// How long it runs until it has succeeded; `None`: until it is deleted.
    pub run_for: Option<SimDuration>,
    /// What the kubelet's managers look at: init containers first, in order.
    pub containers: Vec<ContainerSpec>,
}

/// A container's place in the life of its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContainerKind {
    /// Runs before the containers, and ends.
    Init,
    /// An init container that stays (`restartPolicy: Always`).
    Sidecar,
    /// A container proper.
    App,
}

/// A container as the kubelet's managers see it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContainerSpec {
    /// Its kind.
    pub kind: ContainerKind,
    /// CPUs that it wants for itself under the static policy; 0: it runs in the shared pool.
    pub exclusive_cpus: u32,
    /// Extended resources that it asks for, by name.
    pub extended: Vec<(Symbol, i64)>,
}

impl PodSpec {
    /// A pod that asks for nothing, with the API server's grace period.
    pub fn new(namespace: Symbol, scheduler_name: Symbol) -> Self {
        Self {
            namespace,
            labels: Labels::default(),
            revision: None,
            scheduler_name,
            node_name: None,
            priority: 0,
            may_preempt: true,
            requests: PodRequests::default(),
            node_selector: Labels::default(),
            required_node_terms: None,
            preferred_node_terms: Vec::new(),
            tolerations: Vec::new(),
            host_ports: Vec::new(),
            spread_constraints: Vec::new(),
            affinity: PodAffinity::default(),
            anti_affinity: PodAffinity::default(),
            images: Vec::new(),
            image_volumes: Vec::new(),
            required_features: Vec::new(),
            scheduling_gates: Vec::new(),
            termination_grace_seconds: 30,
            readiness_initial_delay_seconds: 0,
            run_for: None,
            containers: Vec::new(),
        }
    }

    /// `spec.terminationGracePeriodSeconds` as a time.
    pub fn grace_period(&self) -> SimDuration {
        seconds(self.termination_grace_seconds)
    }

    /// The largest `initialDelaySeconds` of a readiness probe as a time.
    pub fn readiness_initial_delay(&self) -> SimDuration {
        seconds(self.readiness_initial_delay_seconds)
    }
}

/// So many seconds; negative ones are none. DIFFERENCE: more than 2³¹ (68 years) are so many.
fn seconds(count: i64) -> SimDuration {
    SimDuration::from_secs(u64::try_from(count).unwrap_or(0).min(1 << 31))
}

/// A host port that a pod occupies on its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// `hostIP`; `None` stands for every address (absent, empty or `0.0.0.0`).
    pub ip: Option<Symbol>,
    /// `protocol`.
    pub protocol: Protocol,
    /// `hostPort`.
    pub port: i32,
}

impl HostPort {
    /// Whether two pods of one node cannot both have theirs: the same port and protocol on the same
    /// address, every address being the same as any.
    pub fn conflicts_with(&self, other: &Self) -> bool {
        self.port == other.port
            && self.protocol == other.protocol
            && (self.ip.is_none() || other.ip.is_none() || self.ip == other.ip)
    }
}

/// Transport protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// The default.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

/// A pod's place in its life, apart from deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PodPhase {
    /// Not all containers have started.
    Pending,
    /// The node does not answer.
    Unknown,
    /// Started.
    Running,
    /// All containers ended well.
    Succeeded,
    /// Ended otherwise, or refused by the kubelet.
    Failed,
}

/// The condition `Ready`, where it is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReadyCondition {
    /// Whether the status is `True` (`False` and `Unknown` are alike to all models).
    pub ready: bool,
    /// `lastTransitionTime`; `None` if zero.
    pub since: Option<Timestamp>,
}

/// Kinds of workload that own pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkloadKind {
    /// apps/v1 ReplicaSet.
    ReplicaSet,
    /// apps/v1 StatefulSet.
    StatefulSet,
    /// v1 ReplicationController.
    ReplicationController,
    /// apps/v1 DaemonSet.
    DaemonSet,
    /// batch/v1 Job.
    Job,
    /// Any other controller.
    Other,
}

impl WorkloadKind {
    /// The kind that an owner reference names. Other groups have kinds of the same name.
    pub fn of(api_version: &str, kind: &str) -> Self {
        match (api_version, kind) {
            ("apps/v1", "ReplicaSet") => Self::ReplicaSet,
            ("apps/v1", "StatefulSet") => Self::StatefulSet,
            ("v1", "ReplicationController") => Self::ReplicationController,
            ("apps/v1", "DaemonSet") => Self::DaemonSet,
            ("batch/v1", "Job") => Self::Job,
            _ => Self::Other,
        }
    }
}

/// The owner reference with `controller: true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ControllerRef {
    /// The owner's kind.
    pub kind: WorkloadKind,
    /// The owner's name.
    pub name: Symbol,
    /// The owner's UID.
    pub uid: Uid,
    /// The owner's number, if it is simulated.
    pub owner: Option<OwnerId>,
}

/// The state of a pod in the API.
#[derive(Clone, Debug)]
pub struct Pod {
    /// Its number.
    pub id: PodId,
    /// `metadata.name`.
    pub name: Arc<str>,
    /// `metadata.uid`.
    pub uid: Uid,
    /// Who it is to the random draws: owner, revision, ordinal; stable between variants of a scenario.
    pub identity: Identity,
    /// The part shared with the other pods of its template.
    pub spec: Arc<PodSpec>,
    /// The controlling owner.
    pub controller: Option<ControllerRef>,
    /// `metadata.creationTimestamp`; `None` if zero.
    pub created: Option<Timestamp>,
    /// `metadata.deletionTimestamp` is set: the pod is terminating.
    pub deleted: Option<Timestamp>,
    /// `spec.nodeName`, once bound.
    pub node: Option<NodeId>,
    /// `status.nominatedNodeName`, where there is a node of that name.
    pub nominated: Option<NodeId>,
    /// `status.startTime`: the kubelet has taken note of it.
    pub started: Option<Timestamp>,
    /// The scheduler preempts it: the first condition `DisruptionTarget` says so.
    pub is_preempted: bool,
    /// `status.phase`.
    pub phase: PodPhase,
    /// The condition `Ready`.
    pub ready: Option<ReadyCondition>,
    /// The annotation `controller.kubernetes.io/pod-deletion-cost`, 0 where it is absent or invalid.
    pub deletion_cost: i32,
    /// The largest restart count among its containers.
    pub restarts: i32,
    /// The largest restart count among its sidecars (init containers that keep running).
    pub sidecar_restarts: i32,
}

impl Pod {
    /// A pod of nobody that waits for a node, before anything was said of it but its name.
    pub fn new(id: PodId, name: impl Into<Arc<str>>, spec: Arc<PodSpec>) -> Self {
        Self {
            id,
            name: name.into(),
            uid: Uid(0),
            identity: Identity::default(),
            spec,
            controller: None,
            created: None,
            deleted: None,
            node: None,
            nominated: None,
            started: None,
            is_preempted: false,
            phase: PodPhase::Pending,
            ready: None,
            deletion_cost: 0,
            restarts: 0,
            sidecar_restarts: 0,
        }
    }

    /// The number of the object that controls the pod, if it is simulated.
    pub fn owner(&self) -> Option<OwnerId> {
        self.controller?.owner
    }

    /// The ReplicaSet that controls the pod, if it is one that is simulated.
    pub fn replica_set(&self) -> Option<ReplicaSetId> {
        match self.owner()? {
            OwnerId::ReplicaSet(id) => Some(id),
            OwnerId::Deployment(_) | OwnerId::DaemonSet(_) => None,
        }
    }

    /// The DaemonSet that controls the pod, if it is one that is simulated.
    pub fn daemon_set(&self) -> Option<DaemonSetId> {
        match self.owner()? {
            OwnerId::DaemonSet(id) => Some(id),
            OwnerId::Deployment(_) | OwnerId::ReplicaSet(_) => None,
        }
    }

    /// Whether controllers count the pod: not ended and not terminating (`IsPodActive`).
    pub fn is_active(&self) -> bool {
        !self.is_finished() && self.deleted.is_none()
    }

    /// Whether the pod ran to its end (`IsPodTerminal`).
    pub fn is_finished(&self) -> bool {
        matches!(self.phase, PodPhase::Succeeded | PodPhase::Failed)
    }

    /// Whether the condition `Ready` is `True`.
    pub fn is_ready(&self) -> bool {
        self.ready.is_some_and(|condition| condition.ready)
    }
}
