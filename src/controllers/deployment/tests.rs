//! Tests of whole syncs: hand computations, and what holds from any state.

use proptest::prelude::*;

use super::fenceposts::{max_surge, max_unavailable};
use super::fixtures::{World, deployment, replica_set, rolling, template};
use super::{DeploymentWrite, Recheck, SyncError, TakenName};
use crate::api::{IntOrPercent, Strategy};
use crate::kernel::SimDuration;

#[test]
fn three_replicas_with_one_surge_pod_roll_one_by_one() {
    let mut world = World::new(deployment(3, rolling(1, 0)), vec![replica_set(0, "old", 3, 3)]);
    world.sets[0].desired_replicas = Some("3".into());
    // One new pod may be made at a time (3 + 1), and an old one goes once four are available.
    let expected = [[3, 1], [2, 1], [2, 2], [1, 2], [1, 3], [0, 3]];
    for (t, sizes) in (100..).zip(expected) {
        world.sync(t);
        assert_eq!(world.sizes(), sizes, "at {t} s");
        world.settle();
    }
    assert_eq!(world.sets[1].revision.as_deref(), Some("2"));
    world.sync(200);
    assert_eq!(world.deployment.revision, 2);
    assert_eq!(world.deployment.status.updated_replicas, 3);
    assert!(world.sync(201).is_empty(), "nothing is left to write");
}

#[test]
fn a_stale_status_ends_the_scale_down_but_not_what_was_done_before() {
    // The first old ReplicaSet has 2 unavailable pods of 4; the second reports 5 available pods where it
    // wants 3. 4 + 3 + 3 pods, at least 5 - 1 = 4 available, no new one unavailable: 6 may go.
    let sets = vec![replica_set(0, "a", 4, 2), replica_set(1, "b", 3, 5), replica_set(2, "new", 5, 5)];
    let mut world = World::new(deployment(5, rolling(5, 1)), sets);
    let actions = world.sync(10);
    assert_eq!(world.sizes(), [2, 3, 5]);
    assert_eq!(actions.error, None);
}

#[test]
fn recreate_waits_for_the_last_old_pod() {
    let mut world = World::new(deployment(2, Strategy::Recreate), vec![replica_set(0, "old", 2, 2)]);
    world.sync(1);
    assert_eq!(world.sizes(), [0]);
    world.settle();
    world.unfinished_pods = true;
    world.sync(2);
    assert_eq!(world.sizes(), [0], "a terminating pod is still there");
    world.unfinished_pods = false;
    world.sync(3);
    assert_eq!(world.sizes(), [0, 2]);
}

#[test]
fn a_taken_name_raises_the_collision_count() {
    let mut world = World::new(deployment(1, rolling(1, 0)), Vec::new());
    world.taken = Some(TakenName::Foreign);
    assert_eq!(world.sync(1).error, Some(SyncError::HashCollision));
    assert_eq!(world.deployment.status.collision_count, 1);
    world.taken = Some(TakenName::NotYetSeen);
    let actions = world.sync(2);
    assert_eq!((actions.error, actions.is_empty()), (Some(SyncError::AlreadyExists), true));
}

#[test]
fn pausing_stops_the_rollout_and_the_deadline() {
    let mut world = World::new(deployment(2, rolling(1, 0)), vec![replica_set(0, "old", 2, 2)]);
    world.deployment.progress_deadline_seconds = Some(600);
    world.deployment.paused = true;
    world.sync(1);
    assert_eq!((world.sizes(), world.progressing()), (vec![2], Some("DeploymentPaused")));
    // Scaling works while paused: there is one active ReplicaSet, an old one.
    world.deployment.replicas = 4;
    world.sync(2);
    assert_eq!(world.sizes(), [4]);
    world.settle();
    world.sync(3);
    world.deployment.paused = false;
    world.sync(1000);
    assert_eq!(world.sizes(), [4, 1]);
    assert_eq!(world.progressing(), Some("NewReplicaSetCreated"), "resuming started the deadline anew");
}

#[test]
fn a_stuck_rollout_is_looked_at_after_the_deadline() {
    let mut world = World::new(deployment(2, rolling(1, 0)), vec![replica_set(0, "old", 2, 2)]);
    world.deployment.progress_deadline_seconds = Some(60);
    world.sync(100);
    world.sets[1].status.replicas = 1;
    world.sync(101);
    assert_eq!(world.progressing(), Some("ReplicaSetUpdated"));
    // Progress was seen at 101 s: at 110 s the deadline is 51 s away, and a second is added.
    assert_eq!(world.sync(110).recheck, Some(Recheck::After(SimDuration::from_secs(52))));
    assert_eq!(world.sync(161).recheck, Some(Recheck::RateLimited), "161 s is not yet too late");
    world.sync(162);
    assert_eq!(world.progressing(), Some("ProgressDeadlineExceeded"));
    assert_eq!(world.sync(163).recheck, None);
}

#[test]
fn complete_rollouts_keep_so_many_old_revisions() {
    let sets = vec![
        replica_set(0, "a", 0, 0),
        replica_set(1, "b", 0, 0),
        replica_set(2, "c", 0, 0),
        replica_set(3, "new", 1, 1),
    ];
    let mut world = World::new(deployment(1, rolling(1, 0)), sets);
    world.deployment.revision_history_limit = Some(1);
    // The oldest by revision goes first, whatever its age.
    world.sets[0].revision = Some("9".into());
    world.sets[3].revision = Some("10".into());
    let first = world.sync(1);
    let deletions = |writes: &[DeploymentWrite]| {
        writes.iter().filter(|write| matches!(write, DeploymentWrite::DeleteReplicaSet(_))).count()
    };
    assert_eq!(deletions(&first.writes), 0, "the stored status was not complete yet");
    assert_eq!(deletions(&world.sync(2).writes), 2);
    let gone: Vec<bool> = world.sets.iter().map(|set| set.deleted).collect();
    assert_eq!(gone, [false, true, true, false]);
}

#[test]
fn of_equal_templates_the_oldest_replica_set_is_the_new_one() {
    let mut sets = vec![replica_set(0, "new", 1, 1), replica_set(1, "new", 1, 1)];
    sets[1].name = "younger".into();
    let mut world = World::new(deployment(1, rolling(1, 0)), sets);
    world.sync(1);
    assert_eq!(world.sizes(), [1, 0]);
    assert_eq!(world.sets[0].revision.as_deref(), Some("3"), "one more than the other's");
}

#[test]
fn a_refused_scale_down_ends_itself_and_nothing_else() {
    // `reconcileOldReplicaSets` answers an error with "nothing was scaled": the status is written.
    let sets = vec![replica_set(0, "old", 3, 3), replica_set(1, "new", 2, 2)];
    let mut world = World::new(deployment(3, rolling(1, 1)), sets);
    world.sets[1].replicas = 3;
    world.refused = Some(|write| match write {
        DeploymentWrite::UpdateReplicaSet(_) => Some(SyncError::Conflict),
        _ => None,
    });
    let actions = world.sync(10);
    assert_eq!((world.sizes(), actions.error), (vec![3, 3], None));
    assert_eq!(world.deployment.status.observed_generation, 1);
}

#[test]
fn a_refused_scale_up_ends_the_sync() {
    // `reconcileNewReplicaSet` hands its error on: neither an old ReplicaSet nor the status is written.
    let sets = vec![replica_set(0, "old", 4, 4), replica_set(1, "new", 2, 2)];
    let mut world = World::new(deployment(4, rolling(3, 1)), sets);
    world.refused = Some(|write| match write {
        DeploymentWrite::UpdateReplicaSet(_) => Some(SyncError::Conflict),
        _ => None,
    });
    let actions = world.sync(10);
    assert_eq!((world.sizes(), actions.error), (vec![4, 2], Some(SyncError::Conflict)));
    assert_eq!(world.deployment.status.observed_generation, 0);
}

#[test]
fn a_surge_that_wraps_around_allows_nothing() {
    // 3 + 2147483647 is -2147483646 as an int32: more pods than that are there, so none may be added.
    let mut world = World::new(deployment(3, rolling(i32::MAX, 0)), Vec::new());
    let actions = world.sync(1);
    let Some(DeploymentWrite::CreateReplicaSet(new)) = actions.writes.first() else { panic!("{actions:?}") };
    assert_eq!((new.replicas, &*new.max_replicas), (0, "-2147483646"));
    world.settle();
    world.sync(2);
    assert_eq!(world.sizes(), [0], "and none is ever added");
    // Recreate has no surge.
    let mut world = World::new(deployment(i32::MAX, Strategy::Recreate), Vec::new());
    world.sync(1);
    assert_eq!(world.sizes(), [i32::MAX]);
}

#[test]
fn the_old_template_brings_its_replica_set_back() {
    // Revisions 1, 2, 3, of which 3 is the present one; the template of 1 comes back.
    let sets = vec![replica_set(0, "a", 0, 0), replica_set(1, "b", 0, 0), replica_set(2, "new", 2, 2)];
    let mut world = World::new(deployment(2, rolling(1, 0)), sets);
    world.deployment.revision = 3;
    world.deployment.template = template("a");
    world.sync(1);
    // The ReplicaSet gets its number first, the Deployment with the next sync.
    assert_eq!((world.sets[0].revision.as_deref(), world.deployment.revision), (Some("4"), 3));
    assert_eq!(world.sizes(), [1, 0, 2]);
    world.settle();
    world.sync(2);
    assert_eq!((world.sizes(), world.deployment.revision), (vec![1, 0, 1], 4));
}

#[test]
fn unreadable_revisions_end_in_no_order_but_in_no_panic() {
    let sets = (0..40).map(|id| {
        let mut set = replica_set(id, &format!("old-{id}"), 0, 0);
        let text = if id % 3 == 0 { "x".to_owned() } else { (100 - id).to_string() };
        set.revision = Some(text.into());
        set
    });
    let mut world = World::new(deployment(0, rolling(1, 0)), sets.collect());
    world.deployment.revision_history_limit = Some(2);
    world.sync(1);
    world.settle();
    world.sync(2);
    world.sync(3);
    assert_eq!(world.sets.iter().filter(|set| set.deleted).count(), 38);
}

fn limit() -> impl proptest::strategy::Strategy<Value = IntOrPercent> {
    use proptest::strategy::Strategy as _;
    prop_oneof![(0..8_i32).prop_map(IntOrPercent::Int), (0..=100_i64).prop_map(IntOrPercent::Percent)]
}

proptest! {
    /// From any state with up-to-date statuses, a rolling sync keeps to both limits: it never adds pods
    /// beyond `replicas + maxSurge`, and what it takes away leaves `replicas - maxUnavailable` pods
    /// available (unready pods are deleted first), unless there were fewer before.
    #[test]
    fn a_rolling_sync_keeps_the_limits(
        replicas in 0..20_i32,
        surge in limit(),
        unavailable in limit(),
        pods in prop::collection::vec((0..15_i32, 0..15_i32), 0..6),
        new in 0..6_usize,
    ) {
        let strategy = Strategy::RollingUpdate { max_surge: surge, max_unavailable: unavailable };
        let sets = (0..).zip(&pods).map(|(id, (size, available))| {
            let name = if id as usize == new { "new".to_owned() } else { format!("old-{id}") };
            let mut set = replica_set(id, &name, *size, *available.min(size));
            set.desired_replicas = Some(replicas.to_string().into());
            set
        });
        let mut world = World::new(deployment(replicas, strategy), sets.collect());
        let before = world.sizes();
        let available: Vec<i32> = world.sets.iter().map(|set| set.status.available_replicas).collect();
        let actions = world.sync(100);
        prop_assert_eq!(actions.error, None);
        let after = world.sizes();
        let most = replicas + max_surge(strategy, replicas);
        prop_assert!(after.iter().sum::<i32>() <= most.max(before.iter().sum()), "{before:?} -> {after:?}");
        let left: i32 = available.iter().zip(&after).map(|(available, size)| available.min(size)).sum();
        let least = replicas - max_unavailable(strategy, replicas);
        prop_assert!(left >= least.min(available.iter().sum()), "{before:?} -> {after:?}");
    }

    /// With pods that become available at once, every rollout ends, in the new ReplicaSet alone.
    #[test]
    fn a_rollout_ends(
        replicas in 0..20_i32,
        surge in limit(),
        unavailable in limit(),
        pods in prop::collection::vec(0..15_i32, 0..4),
    ) {
        let strategy = Strategy::RollingUpdate { max_surge: surge, max_unavailable: unavailable };
        let sets = (0..).zip(&pods).map(|(id, size)| replica_set(id, &format!("old-{id}"), *size, *size));
        let mut world = World::new(deployment(replicas, strategy), sets.collect());
        let mut t = 100;
        while !world.sync(t).is_empty() {
            world.settle();
            t += 1;
            prop_assert!(t < 300, "{:?}", world.sizes());
        }
        let mut expected = vec![0; pods.len()];
        expected.push(replicas);
        prop_assert_eq!(world.sizes(), expected);
        let status = &world.deployment.status;
        prop_assert_eq!((status.replicas, status.updated_replicas), (replicas, replicas));
    }
}
