//! Objects for tests: Deployments of plain numbers, and a world that carries the writes out.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::{DeploymentActions, DeploymentView, DeploymentWrite, SyncError, TakenName, sync};
use crate::api::{
    ControllersBehaviour, Deployment, DeploymentId, DeploymentStatus, IntOrPercent, LabelSelector, Labels,
    PodSpec, PodTemplate, ReplicaSet, ReplicaSetId, ReplicaSetStatus, Requirement, Strategy, Symbol,
    Timestamp, Uid,
};

pub(crate) const BEHAVIOUR: ControllersBehaviour = ControllersBehaviour {
    available_at_min_ready: false,
    availability_checks_on_time: true,
    logarithmic_scale_down: true,
    pod_deletion_cost: true,
    terminating_replicas: false,
    waits_for_own_writes: false,
    stateful_set_max_unavailable: false,
    stateful_set_replaces_unavailable: false,
    stateful_set_waits_for_availability: true,
    stateful_set_completes_by_replicas: true,
    daemon_set_counts_old_pods: true,
    daemon_set_waits_for_own_writes: false,
};

/// A pod specification that asks for nothing.
pub(crate) fn pod_spec(labels: Labels) -> PodSpec {
    PodSpec { labels, ..PodSpec::new(Symbol(0), Symbol(0)) }
}

pub(crate) fn template(name: &str) -> PodTemplate {
    let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    let source = PodTemplateSpec { metadata: Some(metadata), spec: None };
    PodTemplate { source: Arc::new(source), pod: Arc::new(pod_spec(Labels::default())), hash: Symbol(0) }
}

pub(crate) fn rolling(max_surge: i32, max_unavailable: i32) -> Strategy {
    Strategy::RollingUpdate {
        max_surge: IntOrPercent::Int(max_surge),
        max_unavailable: IntOrPercent::Int(max_unavailable),
    }
}

/// A Deployment with the template `new`.
pub(crate) fn deployment(replicas: i32, strategy: Strategy) -> Deployment {
    Deployment {
        id: DeploymentId(0),
        namespace: Symbol(0),
        name: "web".into(),
        uid: Uid(0),
        created: Timestamp(0),
        generation: 1,
        revision: 0,
        replicas,
        selector: LabelSelector { requirements: vec![Requirement::equals(Symbol(0), Symbol(1))] },
        strategy,
        min_ready_seconds: 0,
        progress_deadline_seconds: None,
        revision_history_limit: None,
        paused: false,
        template: template("new"),
        status: DeploymentStatus::default(),
    }
}

/// A ReplicaSet whose template, and name, is `name`, created at second `id`, all of its pods there.
pub(crate) fn replica_set(id: u32, name: &str, replicas: i32, available: i32) -> ReplicaSet {
    let template = template(name);
    ReplicaSet {
        id: ReplicaSetId(id),
        namespace: Symbol(0),
        name: name.into(),
        uid: Uid(u128::from(id)),
        created: Timestamp::from_unix_seconds(i64::from(id)),
        generation: 1,
        deployment: Some(DeploymentId(0)),
        revision: Some((id + 1).to_string().into()),
        desired_replicas: None,
        max_replicas: None,
        labels: Labels::default(),
        replicas,
        min_ready_seconds: 0,
        selector: LabelSelector::default(),
        pod: Arc::clone(&template.pod),
        template,
        deleted: false,
        status: ReplicaSetStatus {
            observed_generation: 1,
            replicas,
            fully_labeled_replicas: replicas,
            ready_replicas: available,
            available_replicas: available,
            replica_failure: None,
            terminating_replicas: None,
        },
    }
}

/// A Deployment and its ReplicaSets.
pub(super) struct World {
    pub(super) deployment: Deployment,
    pub(super) sets: Vec<ReplicaSet>,
    /// Whether old pods still end.
    pub(super) unfinished_pods: bool,
    pub(super) taken: Option<TakenName>,
    pub(super) refused: Option<fn(&DeploymentWrite) -> Option<SyncError>>,
}

impl World {
    pub(super) fn new(deployment: Deployment, sets: Vec<ReplicaSet>) -> Self {
        Self { deployment, sets, unfinished_pods: false, taken: None, refused: None }
    }

    /// One sync at second `t`, carried out.
    pub(super) fn sync(&mut self, t: i64) -> DeploymentActions {
        let sets: Vec<Arc<ReplicaSet>> = self.sets.iter().cloned().map(Arc::new).collect();
        let view = DeploymentView {
            deployment: &self.deployment,
            replica_sets: &sets,
            template_hash: "hash",
            taken: &|_| self.taken.clone(),
            refuses: &|write| self.refused.as_ref().and_then(|refused| refused(write)),
            versions_count: false,
            has_unfinished_pods: &|_| self.unfinished_pods,
        };
        let actions = sync(&view, Timestamp::from_unix_seconds(t), BEHAVIOUR);
        for write in &actions.writes {
            match write {
                DeploymentWrite::CreateReplicaSet(new) => {
                    let id = u32::try_from(self.sets.len()).expect("few ReplicaSets");
                    let mut set = replica_set(id, &new.name, new.replicas, 0);
                    set.template = self.deployment.template.clone();
                    set.revision = Some(Arc::clone(&new.revision));
                    set.status = ReplicaSetStatus::default();
                    self.sets.push(set);
                }
                DeploymentWrite::UpdateReplicaSet(update) => update.apply(&mut self.sets[update.id.index()]),
                DeploymentWrite::DeleteReplicaSet(id) => self.sets[id.index()].deleted = true,
                DeploymentWrite::UpdateDeployment(update) => update.apply(&mut self.deployment),
            }
        }
        actions
    }

    /// Every ReplicaSet has its pods, all available.
    pub(super) fn settle(&mut self) {
        for set in &mut self.sets {
            set.status.observed_generation = set.generation;
            set.status.replicas = set.replicas;
            set.status.ready_replicas = set.replicas;
            set.status.available_replicas = set.replicas;
        }
    }

    pub(super) fn sizes(&self) -> Vec<i32> {
        self.sets.iter().map(|set| set.replicas).collect()
    }

    /// The reason of the condition Progressing.
    pub(super) fn progressing(&self) -> Option<&str> {
        self.deployment.status.progressing.as_ref().map(|condition| &*condition.reason)
    }
}
