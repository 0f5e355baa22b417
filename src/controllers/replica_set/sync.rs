//! One sync of a ReplicaSet (`syncReplicaSet`).

use std::sync::Arc;

use super::availability::recheck_after_sync;
use super::manage::{BURST_REPLICAS, Managed, manage_replicas};
use super::status::{ManageOutcome, calculate_status, needs_update};
use crate::api::{ControllersBehaviour, NodeId, Pod, PodId, ReplicaSet, ReplicaSetStatus, Timestamp};
use crate::controllers::controller_utils::ranking::Rank;
use crate::kernel::SimDuration;

/// The state that a sync reads, from the controller's caches.
#[derive(Clone, Copy)]
pub struct ReplicaSetView<'a> {
    /// The ReplicaSet, status included.
    pub replica_set: &'a ReplicaSet,
    /// The pods that it controls, inactive ones welcome. Their order decides between pods that the
    /// deletion ranking does not tell apart: the earlier goes first. (A Go map gives Kubernetes' list
    /// an order that is random and new at each sync.)
    pub pods: &'a [Arc<Pod>],
    /// The number of active pods on a node, of all ReplicaSets with the same owner, unready ones and
    /// this ReplicaSet's own included; 0 for a ReplicaSet that nobody owns. Asked only if some but not
    /// all pods are deleted.
    pub related_active_on_node: &'a dyn Fn(NodeId) -> u32,
    /// Whether all creations and deletions of earlier syncs have been seen
    /// ([`Expectations::satisfied`](crate::controllers::controller_utils::Expectations::satisfied)). If not, only the status is
    /// written.
    pub expectations_satisfied: bool,
    /// How many creations the API server will accept; `None`: all.
    pub creations_accepted: Option<usize>,
    /// Of pods that the ranking does not tell apart the earlier always goes first. Go's sort keeps the order of 12
    /// pods at most.
    pub keeps_order: bool,
}

/// The outcome of a sync.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicaSetActions {
    /// How many pods to create (those that the API server accepts).
    pub create: usize,
    /// How many creations were tried.
    pub create_attempts: usize,
    /// The pods to delete, the first choice first.
    pub delete: Vec<PodId>,
    /// The new status, if there is something to write. It counts the pods listed at the beginning
    /// of the sync.
    pub status: Option<ReplicaSetStatus>,
    /// When the ReplicaSet must be looked at again although nothing may have changed, because a ready
    /// pod becomes available by the mere passing of time (`minReadySeconds`).
    pub recheck_after: Option<SimDuration>,
    /// Whether a creation failed: the sync is put into the queue again with rate limiting.
    pub failed: bool,
}

impl ReplicaSetActions {
    /// Whether the sync wrote nothing: no pod created or deleted, no status.
    pub fn is_empty(&self) -> bool {
        self.create == 0 && self.delete.is_empty() && self.status.is_none()
    }
}

/// One sync at time `now`.
pub fn sync(view: &ReplicaSetView<'_>, now: Timestamp, behaviour: ControllersBehaviour) -> ReplicaSetActions {
    let active = active(view);
    let managed = manage(view, &active, now, behaviour);
    let outcome = if managed.failed { ManageOutcome::Failed } else { ManageOutcome::Done };
    let (status, recheck_after) = conclude(view, (&active, outcome), now, behaviour);
    ReplicaSetActions {
        create: managed.created,
        create_attempts: managed.create_calls,
        delete: managed.deleted,
        recheck_after,
        status,
        failed: managed.failed,
    }
}

/// The first part of a sync: what is done about the number of pods.
pub fn manage(
    view: &ReplicaSetView<'_>,
    active: &[&Pod],
    now: Timestamp,
    behaviour: ControllersBehaviour,
) -> Managed {
    if !view.expectations_satisfied || view.replica_set.deleted {
        return Managed::default();
    }
    let (related_active_on_node, keeps_order) = (view.related_active_on_node, view.keeps_order);
    let rank = Rank { now, behaviour, related_active_on_node, keeps_order };
    let replicas = view.replica_set.replicas;
    manage_replicas(active, replicas, BURST_REPLICAS, view.creations_accepted, &rank)
}

/// The second part: the new status, if there is something to write, of the pods as they were listed at the
/// beginning; and after how long the ReplicaSet must be looked at again.
pub fn conclude(
    view: &ReplicaSetView<'_>,
    (active, outcome): (&[&Pod], ManageOutcome),
    now: Timestamp,
    behaviour: ControllersBehaviour,
) -> (Option<ReplicaSetStatus>, Option<SimDuration>) {
    let replica_set = view.replica_set;
    let mut status = calculate_status(replica_set, active, outcome, now, behaviour);
    if behaviour.terminating_replicas {
        status.terminating_replicas = Some(terminating(view));
    }
    let recheck = recheck_after_sync(active, replica_set, &status, now, behaviour)
        .filter(|_| outcome == ManageOutcome::Done);
    (needs_update(replica_set, &status).then_some(status), recheck)
}

/// The pods that are active.
pub fn active<'a>(view: &ReplicaSetView<'a>) -> Vec<&'a Pod> {
    view.pods.iter().map(AsRef::as_ref).filter(|pod| pod.is_active()).collect()
}

/// Pods that have a deletion timestamp and have not ended.
fn terminating(view: &ReplicaSetView<'_>) -> i32 {
    let ends = |pod: &&Arc<Pod>| pod.deleted.is_some() && !pod.is_finished();
    view.pods.iter().filter(ends).count() as i32
}
