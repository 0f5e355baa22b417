//! Tests of whole syncs by hand computation.

use std::sync::Arc;

use super::{ReplicaSetActions, ReplicaSetView, sync};
use crate::api::{
    ControllersBehaviour, Labels, NodeId, Pod, PodId, PodPhase, ReadyCondition, ReplicaSet, Symbol,
    Timestamp, Uid,
};
use crate::controllers::deployment::fixtures::{BEHAVIOUR, pod_spec, replica_set};
use crate::kernel::SimDuration;

const NOW: i64 = 1_000_000;

/// A pod on node 0, ready for so many seconds.
fn pod(set: &ReplicaSet, id: u32, ready_for_seconds: Option<i64>) -> Arc<Pod> {
    let since = ready_for_seconds.map(|seconds| Timestamp::from_unix_seconds(NOW - seconds));
    Arc::new(Pod {
        uid: Uid(u128::from(1000 - id)),
        created: Some(Timestamp(0)),
        node: Some(NodeId(0)),
        phase: PodPhase::Running,
        ready: Some(ReadyCondition { ready: since.is_some(), since }),
        ..Pod::new(PodId(id), format!("pod-{id}"), Arc::clone(&set.pod))
    })
}

fn sync_all(
    set: &ReplicaSet,
    pods: &[Arc<Pod>],
    satisfied: bool,
    accepted: Option<usize>,
    behaviour: ControllersBehaviour,
) -> ReplicaSetActions {
    let view = ReplicaSetView {
        replica_set: set,
        pods,
        related_active_on_node: &|_| 1,
        expectations_satisfied: satisfied,
        creations_accepted: accepted,
        keeps_order: false,
    };
    sync(&view, Timestamp::from_unix_seconds(NOW), behaviour)
}

#[test]
fn the_status_counts_the_pods_of_the_beginning() {
    let mut set = replica_set(0, "web", 5, 0);
    set.status.replicas = 0;
    let pods = [pod(&set, 0, Some(10)), pod(&set, 1, None)];
    let actions = sync_all(&set, &pods, true, None, BEHAVIOUR);
    let status = actions.status.expect("the counts changed");
    assert_eq!((actions.create, status.replicas, status.ready_replicas), (3, 2, 1));
    set.status = status;
    set.replicas = 2;
    assert!(sync_all(&set, &pods, true, None, BEHAVIOUR).is_empty());
}

#[test]
fn inactive_pods_are_replaced() {
    let set = replica_set(0, "web", 3, 0);
    let mut terminating = Pod::clone(&pod(&set, 0, Some(5)));
    terminating.deleted = Some(Timestamp(0));
    let mut failed = Pod::clone(&pod(&set, 1, None));
    failed.phase = PodPhase::Failed;
    let pods = [Arc::new(terminating), Arc::new(failed), pod(&set, 2, Some(5))];
    assert_eq!(sync_all(&set, &pods, true, None, BEHAVIOUR).create, 2);
}

#[test]
fn unseen_creations_are_waited_for() {
    let set = replica_set(0, "web", 3, 0);
    let pods = [pod(&set, 0, Some(5))];
    let actions = sync_all(&set, &pods, false, None, BEHAVIOUR);
    assert_eq!((actions.create, actions.delete.len()), (0, 0));
    assert_eq!(actions.status.map(|status| status.replicas), Some(1), "the status is written all the same");
}

#[test]
fn one_sync_handles_500_pods_at_most() {
    let mut set = replica_set(0, "web", 1200, 0);
    assert_eq!(sync_all(&set, &[], true, None, BEHAVIOUR).create, 500);
    let pods: Vec<Arc<Pod>> = (0..501).map(|id| pod(&set, id, Some(5))).collect();
    set.replicas = 0;
    // Some of all: the ranking decides. All are of one age, so the order of the list does.
    let some = sync_all(&set, &pods, true, None, BEHAVIOUR).delete;
    assert_eq!(some, (0..500).map(PodId).collect::<Vec<_>>());
    // All of them: nothing is ranked, the unready last pod included.
    let mut all = pods[..3].to_vec();
    all.push(pod(&set, 600, None));
    let all = sync_all(&set, &all, true, None, BEHAVIOUR).delete;
    assert_eq!(all, [PodId(0), PodId(1), PodId(2), PodId(600)]);
}

#[test]
fn unready_pods_go_first_and_in_one_age_bucket_the_lower_uid() {
    let set = replica_set(0, "web", 2, 0);
    // 100 s and 110 s lie between 2^36 ns (68.7 s) and 2^37 ns (137.4 s); 60 s lies below.
    let pods = [pod(&set, 0, Some(110)), pod(&set, 1, Some(100)), pod(&set, 2, Some(60)), pod(&set, 3, None)];
    let actions = sync_all(&set, &pods, true, None, BEHAVIOUR);
    assert_eq!(actions.delete, [PodId(3), PodId(2)]);
    let mut one = set.clone();
    one.replicas = 1;
    // UIDs fall with the numbers, so pod 1 goes before pod 0, which is older.
    assert_eq!(sync_all(&one, &pods, true, None, BEHAVIOUR).delete, [PodId(3), PodId(2), PodId(1)]);
}

#[test]
fn refused_creations_show_in_the_status() {
    let set = replica_set(0, "web", 100, 0);
    // Batches of 1, 2, 4, 8: the eleventh creation fails in the batch of 8.
    let actions = sync_all(&set, &[], true, Some(10), BEHAVIOUR);
    assert_eq!((actions.create, actions.create_attempts, actions.failed), (10, 15, true));
    let failure = actions.status.and_then(|status| status.replica_failure);
    assert_eq!(failure.as_deref(), Some("FailedCreate"));
}

#[test]
fn availability_is_awaited() {
    let mut set = replica_set(0, "web", 2, 0);
    set.min_ready_seconds = 30;
    let pods = [pod(&set, 0, Some(30)), pod(&set, 1, Some(12))];
    let available = |behaviour| {
        let actions = sync_all(&set, &pods, true, None, behaviour);
        (actions.status.map(|status| status.available_replicas), actions.recheck_after)
    };
    // v1.32: 30 s is not yet enough, a nanosecond more is. v1.34: it is; the other is due in 18 s.
    assert_eq!(available(BEHAVIOUR), (Some(0), Some(SimDuration(1))));
    let later = ControllersBehaviour { available_at_min_ready: true, ..BEHAVIOUR };
    assert_eq!(available(later), (Some(1), Some(SimDuration::from_secs(18))));
}

#[test]
fn labels_are_compared_with_the_template() {
    let set = replica_set(0, "web", 1, 0);
    let mut labelled = set.clone();
    let label = (Symbol(3), Symbol(4));
    labelled.pod = Arc::new(pod_spec(Labels::new([label])));
    let pods = [pod(&set, 0, None)];
    let count = |set: &ReplicaSet| {
        sync_all(set, &pods, true, None, BEHAVIOUR).status.map(|status| status.fully_labeled_replicas)
    };
    assert_eq!((count(&set), count(&labelled)), (None, Some(0)));
}
