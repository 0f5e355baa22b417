//! Deployments, ReplicaSets and the owners whose selectors the scheduler uses for default spreading.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;

use super::{
    DeploymentId, IntOrPercent, LabelSelector, Labels, PodSpec, ReplicaSetId, SelectorOwnerId, Timestamp,
    Uid, WorkloadKind,
};
use crate::kernel::Symbol;

/// A pod template: its source, by which templates are compared, and the compiled pod.
#[derive(Clone, Debug)]
pub struct PodTemplate {
    /// The template as stored (defaults filled in, without the label `pod-template-hash`).
    pub source: Arc<PodTemplateSpec>,
    /// The pods made from it, without the label `pod-template-hash`.
    pub pod: Arc<PodSpec>,
    /// The value of `pod-template-hash` for ReplicaSets that a Deployment makes from it.
    pub hash: Symbol,
}

impl PodTemplate {
    /// Whether two templates are the same to the Deployment controller (`EqualIgnoreHash`).
    pub fn equals(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.source, &other.source) || self.source == other.source
    }
}

/// A Deployment's strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// All old pods go before new ones are made.
    Recreate,
    /// Old and new pods change places step by step.
    RollingUpdate {
        /// Pods above `replicas`.
        max_surge: IntOrPercent,
        /// Pods below `replicas`.
        max_unavailable: IntOrPercent,
    },
}

/// An apps/v1 Deployment.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Its number.
    pub id: DeploymentId,
    /// `metadata.namespace`.
    pub namespace: Symbol,
    /// `metadata.name`.
    pub name: Arc<str>,
    /// `metadata.uid`.
    pub uid: Uid,
    /// `metadata.creationTimestamp`.
    pub created: Timestamp,
    /// `metadata.generation`.
    pub generation: i64,
    /// The annotation `deployment.kubernetes.io/revision`; 0 if absent.
    pub revision: i64,
    /// `spec.replicas`.
    pub replicas: i32,
    /// `spec.selector`.
    pub selector: LabelSelector,
    /// `spec.strategy`.
    pub strategy: Strategy,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: i32,
    /// `spec.progressDeadlineSeconds`; `None` never times out.
    pub progress_deadline_seconds: Option<i32>,
    /// `spec.revisionHistoryLimit`; `None` keeps all.
    pub revision_history_limit: Option<i32>,
    /// `spec.paused`.
    pub paused: bool,
    /// `spec.template`.
    pub template: PodTemplate,
    /// `status`.
    pub status: DeploymentStatus,
}

impl DeploymentStatus {
    /// Whether all pods are new and available, no old one is left, and the status is up to date (`DeploymentComplete` of the
    /// Deployment controller).
    pub fn is_complete(&self, replicas: i32, generation: i64) -> bool {
        self.updated_replicas == replicas
            && self.replicas == replicas
            && self.available_replicas == replicas
            && self.observed_generation >= generation
    }
}

impl Deployment {
    /// Whether its stored status says that its rollout is complete.
    pub fn is_complete(&self) -> bool {
        self.status.is_complete(self.replicas, self.generation)
    }

    /// Whether two Deployments want the same (their `spec` is equal).
    pub fn wants_the_same(&self, other: &Self) -> bool {
        self.replicas == other.replicas
            && self.selector == other.selector
            && self.strategy == other.strategy
            && self.min_ready_seconds == other.min_ready_seconds
            && self.progress_deadline_seconds == other.progress_deadline_seconds
            && self.revision_history_limit == other.revision_history_limit
            && self.paused == other.paused
            && self.template.equals(&other.template)
    }
}

/// A Deployment's status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentStatus {
    /// The newest generation that the controller has seen.
    pub observed_generation: i64,
    /// Pods of all ReplicaSets.
    pub replicas: i32,
    /// Pods of the new ReplicaSet.
    pub updated_replicas: i32,
    /// Ready pods.
    pub ready_replicas: i32,
    /// Available pods.
    pub available_replicas: i32,
    /// Pods missing to availability.
    pub unavailable_replicas: i32,
    /// Names of earlier hash collisions.
    pub collision_count: i32,
    /// The condition `Available`.
    pub available: Option<DeploymentCondition>,
    /// The condition `Progressing`.
    pub progressing: Option<DeploymentCondition>,
    /// The condition `ReplicaFailure`.
    pub replica_failure: Option<DeploymentCondition>,
    /// `terminatingReplicas`.
    pub terminating_replicas: Option<i32>,
}

/// A condition of a Deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentCondition {
    /// `"True"`, `"False"` or `"Unknown"`.
    pub status: &'static str,
    /// The reason, as Kubernetes spells it.
    pub reason: Arc<str>,
    /// `lastUpdateTime`.
    pub last_update: Timestamp,
    /// `lastTransitionTime`.
    pub last_transition: Timestamp,
}

/// An apps/v1 ReplicaSet.
#[derive(Clone, Debug)]
pub struct ReplicaSet {
    /// Its number.
    pub id: ReplicaSetId,
    /// `metadata.namespace`.
    pub namespace: Symbol,
    /// `metadata.name`.
    pub name: Arc<str>,
    /// `metadata.uid`.
    pub uid: Uid,
    /// `metadata.creationTimestamp`.
    pub created: Timestamp,
    /// `metadata.generation`.
    pub generation: i64,
    /// The Deployment that controls it.
    pub deployment: Option<DeploymentId>,
    /// The annotation `deployment.kubernetes.io/revision`, as written.
    pub revision: Option<Arc<str>>,
    /// The annotation `deployment.kubernetes.io/desired-replicas`, as written.
    pub desired_replicas: Option<Arc<str>>,
    /// The annotation `deployment.kubernetes.io/max-replicas`, as written.
    pub max_replicas: Option<Arc<str>>,
    /// `metadata.labels`.
    pub labels: Labels,
    /// `spec.replicas`.
    pub replicas: i32,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: i32,
    /// `spec.selector`.
    pub selector: LabelSelector,
    /// `spec.template`.
    pub template: PodTemplate,
    /// The pods it makes: the template's, with the label `pod-template-hash` where it carries one.
    pub pod: Arc<PodSpec>,
    /// Set while the object waits for garbage collection.
    pub deleted: bool,
    /// `status`.
    pub status: ReplicaSetStatus,
}

/// A ReplicaSet's status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicaSetStatus {
    /// The newest generation that the controller has seen.
    pub observed_generation: i64,
    /// Active pods.
    pub replicas: i32,
    /// Pods with all of the template's labels.
    pub fully_labeled_replicas: i32,
    /// Ready pods.
    pub ready_replicas: i32,
    /// Pods ready for `minReadySeconds`.
    pub available_replicas: i32,
    /// The reason of the condition `ReplicaFailure`, where that is present.
    pub replica_failure: Option<Arc<str>>,
    /// `terminatingReplicas`.
    pub terminating_replicas: Option<i32>,
}

/// A Service, ReplicationController, ReplicaSet or StatefulSet, as the scheduler uses it: to find a
/// selector for the default constraints of topology spread.
#[derive(Clone, Debug)]
pub struct SelectorOwner {
    /// Its number.
    pub id: SelectorOwnerId,
    /// What it is; `None` for a Service.
    pub kind: Option<WorkloadKind>,
    /// `metadata.namespace`.
    pub namespace: Symbol,
    /// `metadata.name`.
    pub name: Symbol,
    /// `spec.selector`; `None` if absent (a Service without selector).
    pub selector: Option<LabelSelector>,
}
