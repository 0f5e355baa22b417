//! What the kinds of `rollout/` share: the vectors' short forms of Deployments, ReplicaSets and pods.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::api::behaviour::{Behaviour, Release};
use crate::api::{
    ControllersBehaviour, Deployment, DeploymentId, DeploymentStatus, IntOrPercent, LabelSelector, Labels,
    Pod, PodId, PodPhase, PodSpec, PodTemplate, ReadyCondition, ReplicaSet, ReplicaSetId, ReplicaSetStatus,
    Requirement, Strategy, Symbol, Timestamp, Uid,
};

/// Reads a vector's inputs. The error names the field.
pub(super) fn read<T: DeserializeOwned>(vector: &Value) -> Result<T, String> {
    T::deserialize(vector).map_err(|error| error.to_string())
}

/// The controllers' switches of the release that a vector was recorded from.
pub(super) fn behaviour(kubernetes: &str) -> Result<Behaviour, String> {
    Behaviour::resolve(Release::parse(kubernetes)?, &BTreeMap::new()).map(|(behaviour, _)| behaviour)
}

/// As [`behaviour`], for the controllers alone.
pub(super) fn controllers(kubernetes: &str) -> Result<ControllersBehaviour, String> {
    behaviour(kubernetes).map(|behaviour| behaviour.controllers)
}

/// An int-or-percent of the API; absent is 0. The error is Kubernetes' (`GetScaledValueFromIntOrPercent`),
/// for texts that validation would have refused.
pub(super) fn int_or_percent(value: &Value) -> Result<IntOrPercent, String> {
    let wrong = |what: String| format!("invalid value for IntOrString: {what}");
    match value {
        Value::Null => Ok(IntOrPercent::Int(0)),
        Value::String(text) => {
            let Some(digits) = text.strip_suffix('%') else {
                return Err(wrong("invalid type: string is not a percentage".to_owned()));
            };
            digits.parse().map(IntOrPercent::Percent).map_err(|_| {
                wrong(format!("invalid value {text:?}: strconv.Atoi: parsing {digits:?}: invalid syntax"))
            })
        }
        number => read(number).map(IntOrPercent::Int),
    }
}

/// A strategy by name; `None` for a type that Kubernetes does not have.
pub(super) fn strategy(
    name: &str,
    max_surge: &Value,
    max_unavailable: &Value,
) -> Result<Option<Strategy>, String> {
    Ok(match name {
        "Recreate" => Some(Strategy::Recreate),
        "RollingUpdate" => Some(Strategy::RollingUpdate {
            max_surge: int_or_percent(max_surge)?,
            max_unavailable: int_or_percent(max_unavailable)?,
        }),
        _ => None,
    })
}

/// The part of pods that no vector of `rollout/` looks at, with these labels.
pub(super) fn pod_spec(labels: Labels) -> PodSpec {
    PodSpec { labels, ..PodSpec::new(Symbol(0), Symbol(0)) }
}

/// A template that differs from others by its name.
pub(super) fn template(name: &str) -> PodTemplate {
    let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    let source = PodTemplateSpec { metadata: Some(metadata), spec: None };
    PodTemplate { source: Arc::new(source), pod: Arc::new(pod_spec(Labels::default())), hash: Symbol(0) }
}

/// A Deployment `web` with an empty status.
pub(super) fn deployment(replicas: i32, strategy: Strategy, template_name: &str) -> Deployment {
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
        template: template(template_name),
        status: DeploymentStatus::default(),
    }
}

/// A ReplicaSet of the Deployment `web` without annotations and with an empty status.
pub(super) fn replica_set(id: u32, name: &str, created: Timestamp, template: PodTemplate) -> ReplicaSet {
    ReplicaSet {
        id: ReplicaSetId(id),
        namespace: Symbol(0),
        name: name.into(),
        uid: Uid(u128::from(id)),
        created,
        generation: 1,
        deployment: Some(DeploymentId(0)),
        revision: None,
        desired_replicas: None,
        max_replicas: None,
        labels: Labels::default(),
        replicas: 0,
        min_ready_seconds: 0,
        selector: LabelSelector::default(),
        pod: Arc::clone(&template.pod),
        template,
        deleted: false,
        status: ReplicaSetStatus::default(),
    }
}

/// A running pod without owner and node, created at `created` and ready since `ready_since` (`None`: not
/// ready).
pub(super) fn pod(
    id: u32,
    name: &str,
    labels: Labels,
    created: Timestamp,
    ready_since: Option<Timestamp>,
) -> Pod {
    Pod {
        uid: Uid(u128::from(id)),
        created: Some(created),
        phase: PodPhase::Running,
        ready: Some(ReadyCondition { ready: ready_since.is_some(), since: ready_since.or(Some(created)) }),
        ..Pod::new(PodId(id), name, Arc::new(pod_spec(labels)))
    }
}

/// Size of a ReplicaSet and what it was sized for, as the vectors list it; absent notes are left out.
pub(super) fn size_and_notes(set: &ReplicaSet) -> Value {
    let mut entry = json!({ "replicas": set.replicas });
    for (key, note) in
        [("desiredReplicasAnnotation", &set.desired_replicas), ("maxReplicasAnnotation", &set.max_replicas)]
    {
        if let Some(text) = note.as_deref() {
            entry[key] = json!(text);
        }
    }
    entry
}
