//! The moments of one pod.

use kubecast_manifest::{Tree, Value};

use super::events::PodEvents;
use super::{Moment, PodTimes, SANDBOX_BEFORE_PULLS, Surroundings};
use crate::api::Timestamp;
use crate::kernel::SimDuration;
use crate::kubelet::coverage::is_stuck;
use crate::scenario::coverage::owners::controller_of;
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;

/// The times of a pod. `events` are what Events say of it.
pub(super) fn times(pod: &ObjectSource, around: &Surroundings<'_>, events: PodEvents) -> PodTimes {
    let tree = &*pod.tree;
    let node = tree.pointer("/spec/nodeName").and_then(Tree::as_str);
    let workload = workload_of(pod, around);
    let statuses = || list(tree, "/status/containerStatuses");
    let early_sandbox = node.and_then(|node| around.kubelets.get(node));
    let early_sandbox = early_sandbox.is_some_and(|release| release.reaches(SANDBOX_BEFORE_PULLS));
    let sandbox = || since(tree, "PodReadyToStartContainers");
    PodTimes {
        pool: node.and_then(|node| around.pools.get(node)).cloned(),
        bound: events.scheduled.or_else(|| since(tree, "PodScheduled")),
        acknowledged: moment(tree, "/status/startTime"),
        sandbox: early_sandbox.then(sandbox).flatten(),
        running: last_of_all(tree, &["/state/running/startedAt", "/state/terminated/startedAt"]),
        ready: since(tree, "Ready"),
        deleted: deleted(pod),
        stopped: last_of_all(tree, &["/state/terminated/finishedAt"]),
        pull: events.pull,
        initial_delay: initial_delay(tree),
        grace: seconds(number(tree, "/spec/terminationGracePeriodSeconds").unwrap_or(30)),
        restarts: statuses()
            .filter_map(|status| number(status, "/restartCount"))
            .map(i64::unsigned_abs)
            .sum(),
        stuck: statuses().filter_map(|status| status.pointer("/state/waiting")).any(is_stuck),
        finished: matches!(
            tree.pointer("/status/phase").and_then(Tree::as_str),
            Some("Succeeded" | "Failed")
        ),
        progress_deadline: workload.as_ref().and_then(|of| around.deadlines.get(of)).copied(),
        workload,
    }
}

/// What controls a pod, or what controls that. Where the ReplicaSet is not in the input its Deployment is known by
/// the ReplicaSet's name, which ends in the pod's `pod-template-hash`.
fn workload_of(pod: &ObjectSource, around: &Surroundings<'_>) -> Option<Reference> {
    let found = around.owners.of_pod(pod)?;
    if found.kind != "replicaset" || controller_of(pod).is_some_and(|direct| direct != found) {
        return Some(found);
    }
    let hash = pod.tree.pointer("/metadata/labels").and_then(|labels| labels.get_str("pod-template-hash"));
    let name = hash.and_then(|hash| found.name.strip_suffix(hash)?.strip_suffix('-'));
    Some(match name {
        Some(name) => Reference::new("deployment", Some(&found.namespace), name),
        None => found,
    })
}

fn list<'t>(tree: &'t Tree, pointer: &str) -> impl Iterator<Item = &'t Tree> {
    tree.pointer(pointer).and_then(Tree::as_seq).unwrap_or_default().iter()
}

fn number(tree: &Tree, pointer: &str) -> Option<i64> {
    match &tree.pointer(pointer)?.value {
        Value::Number(text) => text.parse().ok(),
        _ => None,
    }
}

fn seconds(count: i64) -> SimDuration {
    SimDuration::from_secs(u64::try_from(count).unwrap_or(0).min(1 << 31))
}

fn moment(tree: &Tree, pointer: &str) -> Option<Moment> {
    tree.pointer(pointer).and_then(Tree::as_str).and_then(Moment::read)
}

/// Since when a condition is true.
fn since(tree: &Tree, kind: &str) -> Option<Moment> {
    let is_true = |condition: &&Tree| {
        condition.get_str("type") == Some(kind) && condition.get_str("status") == Some("True")
    };
    list(tree, "/status/conditions").find(is_true).and_then(|found| moment(found, "/lastTransitionTime"))
}

/// The last of the moments that each container has at one of these places; `None` if one has it not.
fn last_of_all(tree: &Tree, pointers: &[&str]) -> Option<Moment> {
    let containers = list(tree, "/spec/containers").count();
    let of = |status: &Tree| pointers.iter().find_map(|pointer| moment(status, pointer));
    let moments: Option<Vec<Moment>> = list(tree, "/status/containerStatuses").map(of).collect();
    let moments = moments.filter(|moments| moments.len() == containers)?;
    moments.into_iter().max()
}

/// When a deletion was asked for.
fn deleted(pod: &ObjectSource) -> Option<Moment> {
    let gone_by = moment(&pod.tree, "/metadata/deletionTimestamp")?;
    let grace = pod.whole_number("/metadata/deletionGracePeriodSeconds")?;
    let at = Timestamp(gone_by.at.0.saturating_sub(grace.saturating_mul(Timestamp::NANOS)));
    Some(Moment { at, ..gone_by })
}

fn initial_delay(tree: &Tree) -> SimDuration {
    let delays = list(tree, "/spec/containers")
        .filter_map(|container| number(container, "/readinessProbe/initialDelaySeconds"));
    seconds(delays.max().unwrap_or(0))
}
