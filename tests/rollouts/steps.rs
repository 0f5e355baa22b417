//! A run as steps to be read: writes of one component to one object, or to several pods at once, are one.

use std::sync::Arc;

use kubecast::api::{Deployment, Pod, ReplicaSet};
use kubecast::cluster::record::Record;
use kubecast::cluster::setup::ClusterSetup;
use kubecast::cluster::store::Change;
use kubecast::kernel::SimTime;

/// What happened, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// When.
    pub(crate) time: SimTime,
    /// What, in words and numbers; the same words for pods that something happened to together.
    pub(crate) what: String,
    /// Pods, each with its node.
    pub(crate) pods: Vec<String>,
}

/// Names ReplicaSets `A`, `B`, … in order of their creation.
pub(crate) fn letter(id: u32) -> char {
    char::from(b'A' + u8::try_from(id).expect("a small rollout"))
}

fn deployment(old: Option<&Deployment>, new: &Deployment) -> Option<String> {
    let Some(old) = old else { return Some("Deployment web is there".to_owned()) };
    let mut parts = Vec::new();
    if old.revision != new.revision {
        parts.push(format!("revision {}", new.revision));
    }
    let counts = |of: &Deployment| {
        let status = &of.status;
        format!(
            "{} pods, {} updated, {} ready, {} available",
            status.replicas, status.updated_replicas, status.ready_replicas, status.available_replicas
        )
    };
    if counts(old) != counts(new) {
        parts.push(counts(new));
    }
    let reason =
        |of: &Deployment| of.status.progressing.as_ref().map(|condition| condition.reason.to_string());
    if reason(old) != reason(new) {
        parts.extend(reason(new));
    }
    (!parts.is_empty()).then(|| format!("Deployment web: {}", parts.join("; ")))
}

fn replica_set(old: Option<&ReplicaSet>, new: &ReplicaSet) -> Option<String> {
    let name = letter(new.id.0);
    let Some(old) = old else { return Some(format!("ReplicaSet {name} is made, for {} pods", new.replicas)) };
    if old.replicas != new.replicas {
        return Some(format!("ReplicaSet {name}: {} → {} pods", old.replicas, new.replicas));
    }
    let (before, after) = (&old.status, &new.status);
    (before != after).then(|| {
        format!(
            "ReplicaSet {name} reports {} pods, {} ready, {} available",
            after.replicas, after.ready_replicas, after.available_replicas
        )
    })
}

fn pod(old: Option<&Pod>, new: Option<&Pod>) -> Option<&'static str> {
    match (old, new) {
        (None, Some(_)) => Some("made"),
        (Some(_), None) => Some("gone"),
        (Some(old), Some(new)) if old.node != new.node => Some("bound"),
        (Some(old), Some(new)) if old.deleted != new.deleted => Some("told to stop"),
        (Some(old), Some(new)) if !old.is_ready() && new.is_ready() => Some("ready"),
        _ => None,
    }
}

fn pod_name(pod: &Pod, setup: &ClusterSetup) -> String {
    let owner = pod.replica_set().map_or('?', |owner| letter(owner.0));
    let suffix = pod.name.rsplit('-').next().unwrap_or("");
    let node = pod.node.map(|node| format!(" ({})", setup.names.resolve(setup.nodes[node.index()].name)));
    format!("{owner}-{suffix}{}", node.unwrap_or_default())
}

/// The steps of a run.
pub(crate) fn steps(records: &[(SimTime, Record)], setup: &Arc<ClusterSetup>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (time, record) in records {
        let (what, pods) = match record {
            Record::Operation { label, .. } => (Some(format!("`{label}`")), None),
            Record::Change(Change::Deployment { old, new: Some(new) }) => {
                (deployment(old.as_deref(), new), None)
            }
            Record::Change(Change::ReplicaSet { old, new: Some(new) }) => {
                (replica_set(old.as_deref(), new), None)
            }
            Record::Change(Change::Pod { old, new }) => {
                let either = new.as_ref().or(old.as_ref()).expect("a pod");
                let what = pod(old.as_deref(), new.as_deref());
                (what.map(str::to_owned), Some(pod_name(either, setup)))
            }
            _ => (None, None),
        };
        let Some(what) = what else { continue };
        match (steps.last_mut(), pods) {
            (Some(last), Some(pod)) if last.time == *time && last.what == what => last.pods.push(pod),
            (_, pod) => steps.push(Step { time: *time, what, pods: pod.into_iter().collect() }),
        }
    }
    steps
}
