//! Deployments, ReplicaSets and selector owners.

use std::sync::Arc;

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kubecast_manifest::{Object, canonical_json};

use super::CompileContext;
use super::metadata::{namespace_of, timestamp};
use super::pod::{compile_pod_spec, merge_label_keys};
use super::selector::{label_selector, labels, map_selector};
use crate::api::{
    DaemonSet, DaemonSetId, DaemonSetStatus, DaemonSetStrategy, Deployment, DeploymentCondition,
    DeploymentId, DeploymentStatus, IntOrPercent, Interner, LabelSelector, PodSpec, PodTemplate, ReplicaSet,
    ReplicaSetId, ReplicaSetStatus, SelectorOwner, SelectorOwnerId, Strategy, Symbol, Timestamp, Uid,
    WorkloadKind, naming,
};

/// The label by which a Deployment's ReplicaSets tell their pods apart.
pub const POD_TEMPLATE_HASH: &str = "pod-template-hash";

/// A template. The label `pod-template-hash`, which ReplicaSets carry, is taken out.
pub fn compile_pod_template(
    mut source: core::PodTemplateSpec,
    namespace: Symbol,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> PodTemplate {
    if let Some(map) = source.metadata.as_mut().and_then(|metadata| metadata.labels.as_mut()) {
        map.remove(POD_TEMPLATE_HASH);
    }
    let hash = names.intern(&naming::template_hash(&canonical_json(&source), 0));
    let pod_labels = labels(source.metadata.as_ref().and_then(|metadata| metadata.labels.as_ref()), names);
    let empty = core::PodSpec::default();
    let spec = source.spec.as_ref().unwrap_or(&empty);
    let pod = compile_pod_spec(spec, None, namespace, pod_labels, context, names);
    PodTemplate { source: Arc::new(source), pod: Arc::new(pod), hash }
}

/// The pods that a ReplicaSet makes: the template's with the ReplicaSet's hash label, keys merged.
pub fn pod_of_replica_set(
    template: &PodTemplate,
    hash: Option<Symbol>,
    names: &mut Interner,
) -> Arc<PodSpec> {
    let mut pod = PodSpec::clone(&template.pod);
    if let Some(hash) = hash {
        pod.labels.set(names.intern(POD_TEMPLATE_HASH), hash);
    }
    merge_label_keys(&mut pod);
    Arc::new(pod)
}

fn int_or_percent(value: Option<&IntOrString>) -> IntOrPercent {
    match value {
        Some(IntOrString::Int(value)) => IntOrPercent::Int(*value),
        Some(IntOrString::String(text)) => {
            IntOrPercent::from_percent_text(text).unwrap_or(IntOrPercent::Int(0))
        }
        None => IntOrPercent::Percent(25),
    }
}

fn annotation<'a>(metadata: &'a meta::ObjectMeta, key: &str) -> Option<&'a str> {
    metadata.annotations.as_ref()?.get(key).map(String::as_str)
}

fn created_of(metadata: &meta::ObjectMeta, default: Timestamp) -> Timestamp {
    metadata.creation_timestamp.as_ref().map_or(default, timestamp)
}

/// A Deployment. `uid` and `default_created` stand for what is not there.
pub fn compile_deployment(
    source: &apps::Deployment,
    id: DeploymentId,
    uid: Uid,
    default_created: Timestamp,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> Deployment {
    let metadata = &source.metadata;
    let spec = &source.spec;
    let namespace = namespace_of(metadata, names);
    let strategy = spec.strategy.as_ref();
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
    let strategy = if strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("Recreate") {
        Strategy::Recreate
    } else {
        Strategy::RollingUpdate {
            max_surge: int_or_percent(rolling.and_then(|rolling| rolling.max_surge.as_ref())),
            max_unavailable: int_or_percent(rolling.and_then(|rolling| rolling.max_unavailable.as_ref())),
        }
    };
    Deployment {
        id,
        namespace,
        name: metadata.name.as_deref().unwrap_or("").into(),
        uid: metadata.uid.as_deref().map_or(uid, Uid::from_text),
        created: created_of(metadata, default_created),
        generation: metadata.generation.unwrap_or(1),
        revision: annotation(metadata, "deployment.kubernetes.io/revision")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0),
        replicas: spec.replicas.unwrap_or(1),
        selector: label_selector(&spec.selector, names),
        strategy,
        min_ready_seconds: spec.min_ready_seconds.unwrap_or(0),
        progress_deadline_seconds: spec.progress_deadline_seconds,
        revision_history_limit: spec.revision_history_limit,
        paused: spec.paused.unwrap_or(false),
        template: compile_pod_template(spec.template.clone(), namespace, context, names),
        status: source.status.as_ref().map(deployment_status).unwrap_or_default(),
    }
}

fn deployment_status(status: &apps::DeploymentStatus) -> DeploymentStatus {
    let condition = |kind: &str| {
        let conditions = status.conditions.as_deref().unwrap_or_default();
        let found = conditions.iter().find(|condition| condition.type_.as_deref() == Some(kind))?;
        let time = |time: &Option<meta::Time>| time.as_ref().map_or(Timestamp(0), timestamp);
        Some(DeploymentCondition {
            status: match found.status.as_deref() {
                Some("True") => "True",
                Some("False") => "False",
                _ => "Unknown",
            },
            reason: found.reason.as_deref().unwrap_or("").into(),
            last_update: time(&found.last_update_time),
            last_transition: time(&found.last_transition_time),
        })
    };
    DeploymentStatus {
        observed_generation: status.observed_generation.unwrap_or(0),
        replicas: status.replicas.unwrap_or(0),
        updated_replicas: status.updated_replicas.unwrap_or(0),
        ready_replicas: status.ready_replicas.unwrap_or(0),
        available_replicas: status.available_replicas.unwrap_or(0),
        unavailable_replicas: status.unavailable_replicas.unwrap_or(0),
        collision_count: status.collision_count.unwrap_or(0),
        available: condition("Available"),
        progressing: condition("Progressing"),
        replica_failure: condition("ReplicaFailure"),
        terminating_replicas: status.terminating_replicas,
    }
}

/// A ReplicaSet. `uid` and `default_created` stand for what is not there.
pub fn compile_replica_set(
    source: &apps::ReplicaSet,
    id: ReplicaSetId,
    deployment: Option<DeploymentId>,
    uid: Uid,
    default_created: Timestamp,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> ReplicaSet {
    let metadata = &source.metadata;
    let spec = &source.spec;
    let namespace = namespace_of(metadata, names);
    let template = compile_pod_template(spec.template.clone().unwrap_or_default(), namespace, context, names);
    let template_labels =
        spec.template.as_ref().and_then(|template| template.metadata.as_ref()?.labels.as_ref());
    let hash = template_labels.and_then(|map| map.get(POD_TEMPLATE_HASH)).map(|text| names.intern(text));
    let note = |key: &str| annotation(metadata, &format!("deployment.kubernetes.io/{key}")).map(Arc::from);
    let status = source.status.as_ref();
    ReplicaSet {
        id,
        namespace,
        name: metadata.name.as_deref().unwrap_or("").into(),
        uid: metadata.uid.as_deref().map_or(uid, Uid::from_text),
        created: created_of(metadata, default_created),
        generation: metadata.generation.unwrap_or(1),
        deployment,
        revision: note("revision"),
        desired_replicas: note("desired-replicas"),
        max_replicas: note("max-replicas"),
        labels: labels(metadata.labels.as_ref(), names),
        replicas: spec.replicas.unwrap_or(1),
        min_ready_seconds: spec.min_ready_seconds.unwrap_or(0),
        selector: label_selector(&spec.selector, names),
        pod: pod_of_replica_set(&template, hash, names),
        template,
        deleted: metadata.deletion_timestamp.is_some(),
        status: status.map(replica_set_status).unwrap_or_default(),
    }
}

fn replica_set_status(status: &apps::ReplicaSetStatus) -> ReplicaSetStatus {
    let conditions = status.conditions.as_deref().unwrap_or_default();
    let failure = conditions.iter().find(|condition| condition.type_.as_deref() == Some("ReplicaFailure"));
    ReplicaSetStatus {
        observed_generation: status.observed_generation.unwrap_or(0),
        replicas: status.replicas,
        fully_labeled_replicas: status.fully_labeled_replicas.unwrap_or(0),
        ready_replicas: status.ready_replicas.unwrap_or(0),
        available_replicas: status.available_replicas.unwrap_or(0),
        replica_failure: failure.map(|condition| condition.reason.as_deref().unwrap_or("").into()),
        terminating_replicas: status.terminating_replicas,
    }
}

/// A DaemonSet. `uid` and `default_created` stand for what is not there.
pub fn compile_daemon_set(
    source: &apps::DaemonSet,
    id: DaemonSetId,
    uid: Uid,
    default_created: Timestamp,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> DaemonSet {
    let (metadata, spec) = (&source.metadata, &source.spec);
    let namespace = namespace_of(metadata, names);
    let strategy = spec.update_strategy.as_ref();
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
    let limit = |value: Option<&IntOrString>, default| {
        value.map_or(IntOrPercent::Int(default), |value| int_or_percent(Some(value)))
    };
    let strategy = if strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("OnDelete") {
        DaemonSetStrategy::OnDelete
    } else {
        DaemonSetStrategy::RollingUpdate {
            max_surge: limit(rolling.and_then(|rolling| rolling.max_surge.as_ref()), 0),
            max_unavailable: limit(rolling.and_then(|rolling| rolling.max_unavailable.as_ref()), 1),
        }
    };
    let status = source.status.clone().unwrap_or_default();
    DaemonSet {
        id,
        namespace,
        name: metadata.name.as_deref().unwrap_or("").into(),
        uid: metadata.uid.as_deref().map_or(uid, Uid::from_text),
        created: created_of(metadata, default_created),
        generation: metadata.generation.unwrap_or(1),
        selector: label_selector(&spec.selector, names),
        strategy,
        min_ready_seconds: spec.min_ready_seconds.unwrap_or(0),
        revision_history_limit: spec.revision_history_limit.unwrap_or(10),
        template: compile_pod_template(spec.template.clone(), namespace, context, names),
        status: DaemonSetStatus {
            observed_generation: status.observed_generation.unwrap_or(0),
            desired: status.desired_number_scheduled,
            current: status.current_number_scheduled,
            misscheduled: status.number_misscheduled,
            ready: status.number_ready,
            updated: status.updated_number_scheduled.unwrap_or(0),
            available: status.number_available.unwrap_or(0),
            unavailable: status.number_unavailable.unwrap_or(0),
            collision_count: status.collision_count.unwrap_or(0),
        },
    }
}

/// The selector of a Service, ReplicationController, ReplicaSet or StatefulSet; `None` for any other
/// kind.
pub fn compile_selector_owner(
    object: &Object,
    id: SelectorOwnerId,
    names: &mut Interner,
) -> Option<SelectorOwner> {
    let (kind, metadata, selector): (_, _, Option<LabelSelector>) = match object {
        Object::Service(service) => {
            // An empty map is stored as none.
            let map = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
            let map = map.filter(|map| !map.is_empty());
            (None, &service.metadata, map.map(|map| map_selector(map, names)))
        }
        Object::ReplicationController(controller) => {
            let map = controller.spec.as_ref().and_then(|spec| spec.selector.as_ref());
            let map = map.filter(|map| !map.is_empty());
            let selector = map.map(|map| map_selector(map, names));
            (Some(WorkloadKind::ReplicationController), &controller.metadata, selector)
        }
        Object::ReplicaSet(set) => {
            let selector = Some(label_selector(&set.spec.selector, names));
            (Some(WorkloadKind::ReplicaSet), &set.metadata, selector)
        }
        Object::StatefulSet(set) => {
            let selector = Some(label_selector(&set.spec.selector, names));
            (Some(WorkloadKind::StatefulSet), &set.metadata, selector)
        }
        _ => return None,
    };
    Some(SelectorOwner {
        id,
        kind,
        namespace: namespace_of(metadata, names),
        name: names.intern(metadata.name.as_deref().unwrap_or("")),
        selector,
    })
}
