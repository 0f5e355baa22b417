//! Events as `kubectl get events` would list them.

use std::borrow::Cow;
use std::sync::Arc;

use crate::api::Pod;
use crate::cluster::decision::Decision;
use crate::cluster::record::Record;
use crate::cluster::store::Change;
use crate::cluster::store::kinds::unseen;
use crate::kernel::{Interner, SimTime};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// When.
    pub time: SimTime,
    /// `Normal` or `Warning`.
    pub kind: &'static str,
    /// The reason, as Kubernetes spells it.
    pub reason: Cow<'static, str>,
    /// `pod/NAMESPACE/NAME` or the like.
    pub object: String,
    /// The message.
    pub message: String,
}

/// The event of an attempt to schedule a pod that found no node; the message is Kubernetes' own.
pub fn failed_scheduling(pod: &Pod, message: &str, now: SimTime, names: &Interner) -> EventRow {
    EventRow {
        time: now,
        kind: "Warning",
        reason: "FailedScheduling".into(),
        object: object_of(pod, names),
        message: message.to_owned(),
    }
}

/// The event of a pod that its kubelet refused; the message is Kubernetes' own.
pub fn failed_admission(pod: &Pod, decision: &Decision, now: SimTime, names: &Interner) -> Option<EventRow> {
    let refusal = decision.refusal.as_ref()?;
    Some(EventRow {
        time: now,
        kind: "Warning",
        reason: refusal.reason(),
        object: object_of(pod, names),
        message: refusal.to_string(),
    })
}

fn object_of(pod: &Pod, names: &Interner) -> String {
    format!("pod/{}/{}", names.resolve(pod.spec.namespace), pod.name)
}

/// The event that a record amounts to, if any. Failed scheduling is [`failed_scheduling`].
pub fn event_of(record: &Record, now: SimTime, names: &Interner, nodes: &[Arc<str>]) -> Option<EventRow> {
    let (kind, reason, object, message) = match record {
        Record::Change(change) => event_of_change(change, now, names, nodes)?,
        Record::KubeletRestart { node, error, .. } => {
            let object = format!("node/{}", nodes.get(node.index()).map_or("", |name| name));
            match error {
                None => ("Normal", "Starting", object, "Starting kubelet.".to_owned()),
                Some(error) => ("Warning", "KubeletDown", object, error.to_string()),
            }
        }
        Record::Operation { label, error } => {
            let message =
                error.as_ref().map_or_else(|| label.to_string(), |error| format!("{label}: {error}"));
            let kind = if error.is_some() { "Warning" } else { "Normal" };
            (kind, "Operation", "timeline".to_owned(), message)
        }
        // Those of pods have functions of their own; the registries' are in a table of their own.
        Record::Names(_)
        | Record::Unschedulable { .. }
        | Record::Admission { .. }
        | Record::StillWaiting { .. }
        | Record::Request(_)
        | Record::Service(_)
        | Record::InstantEnd => return None,
    };
    Some(EventRow { time: now, kind, reason: reason.into(), object, message })
}

/// Kind, reason, object and message.
type Words = (&'static str, &'static str, String, String);

fn event_of_change(change: &Change, now: SimTime, names: &Interner, nodes: &[Arc<str>]) -> Option<Words> {
    match change {
        Change::Pod { old, new: Some(new) } => event_of_pod(old.as_deref(), new, now, names, nodes),
        Change::Pod { new: None, .. } => None,
        Change::ReplicaSet { old, new } => {
            let new = new.as_ref()?;
            let before = old.as_ref().map_or(0, |old| old.replicas);
            if before == new.replicas || (old.is_none() && now == SimTime(0)) {
                return None;
            }
            let object = format!("replicaset/{}/{}", names.resolve(new.namespace), new.name);
            let direction = if new.replicas > before { "up" } else { "down" };
            let message =
                format!("Scaled {direction} replica set {} from {before} to {}", new.name, new.replicas);
            Some(("Normal", "ScalingReplicaSet", object, message))
        }
        Change::Namespace { .. }
        | Change::Node { .. }
        | Change::Deployment { .. }
        | Change::DaemonSet { .. }
        | Change::SelectorOwner { .. } => {
            unseen("what happens to them is told by operations and by their pods");
            None
        }
    }
}

fn event_of_pod(
    old: Option<&Pod>,
    new: &Pod,
    now: SimTime,
    names: &Interner,
    nodes: &[Arc<str>],
) -> Option<Words> {
    let object = object_of(new, names);
    let was = |test: fn(&Pod) -> bool| old.is_some_and(test);
    if let Some(node) = new.node
        && !was(|pod| pod.node.is_some())
        && (old.is_some() || now > SimTime(0))
    {
        let node = nodes.get(node.index()).map_or("", |name| name);
        let message = format!("Successfully assigned {} to {node}", &object["pod/".len()..]);
        return Some(("Normal", "Scheduled", object, message));
    }
    if new.deleted.is_some() && !was(|pod| pod.deleted.is_some()) && now > SimTime(0) {
        return Some(("Normal", "Killing", object, "Stopping containers".to_owned()));
    }
    let became_ready = new.is_ready() && !was(Pod::is_ready) && old.is_some();
    became_ready.then(|| ("Normal", "Ready", object, "Containers are running and ready".to_owned()))
}
