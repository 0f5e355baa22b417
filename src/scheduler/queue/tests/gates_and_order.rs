//! Gates, the order of activeQ, and what becomes of pods that are deleted.

use std::sync::Arc;

use super::{Bench, FIT, any_change, at, config, deleted, plugins, without_hints};
use crate::api::{Pod, PodId};
use crate::scheduler::framework::PluginSet;
use crate::scheduler::queue::{Counts, Place};

const GATES: &[&str] = &["SchedulingGates"];

/// The pod with this many gates.
fn with_gates(pod: &Pod, bench: &mut Bench, gates: u32) -> Arc<Pod> {
    let mut new = pod.clone();
    let names = (0..gates).map(|gate| bench.cluster.names.intern(&format!("example.com/{gate}")));
    Arc::make_mut(&mut new.spec).scheduling_gates = names.collect();
    Arc::new(new)
}

#[test]
fn a_gated_pod_waits_for_its_last_gate() {
    let labels = [
        (config(), "UnschedulablePodUpdatePodSchedulingGatesEliminated", Some("SchedulingGates")),
        (without_hints(), "UnschedulablePodUpdate", None),
        (any_change(), "UnschedulablePodUpdate", None),
    ];
    for (config, label, plugin) in labels {
        let mut bench = Bench::new(config);
        let free = bench.pod(0, |_, _| {});
        let [one, two] = [1, 2].map(|gates| with_gates(&free, &mut bench, gates));
        bench.queue.add(Arc::clone(&two), plugins(GATES), at(0));
        assert_eq!(bench.moves(), [(0, None, Place::Gated, "UnschedulablePodAdd", None)]);
        // A pod that comes later overtakes it for as long as it is gated.
        bench.add(1, 0, 1_000);
        assert_eq!(bench.pop(1_000), Some(1));
        // Neither time, nor events, nor any change helps.
        bench.observe(&deleted(&free), 400_000);
        bench.queue.flush_unschedulable_leftover(at(600_000), &bench.cluster);
        bench.queue.note_change();
        bench.update(&two, &one, GATES, 600_000);
        assert_eq!((bench.place(0), bench.pop(600_000)), (Some(Place::Gated), None));
        assert_eq!(bench.queue.next_leftover_flush(), None);
        bench.moves();
        bench.update(&one, &free, &[], 700_000);
        assert_eq!(bench.moves(), [(0, Some(Place::Gated), Place::Active, label, plugin)]);
        let popped = bench.queue.pop(at(700_000)).expect("the gates are gone");
        assert_eq!((popped.attempts, popped.added), (1, at(0)), "no attempt before");
        assert!(popped.pod.spec.scheduling_gates.is_empty());
    }
}

#[test]
fn active_pods_leave_by_priority_then_time_then_arrival() {
    let mut bench = Bench::new(config());
    // Pod 1 fails at 3 s and comes back at 10 s: behind pod 5, which was added at 2 s, and before pod 4,
    // which was added at 4 s.
    let failed = bench.add(1, 0, 0);
    assert_eq!(bench.pop(0), Some(1));
    bench.fail(&failed, FIT, 3_000);
    bench.add(5, 0, 2_000);
    bench.add(4, 0, 4_000);
    bench.add(3, 0, 4_000);
    bench.add(2, 9, 5_000);
    bench.add(6, -9, 0);
    let other = bench.pod(9, |_, _| {});
    bench.observe(&deleted(&other), 10_000);
    assert_eq!(bench.drain(10_000), [2, 5, 1, 4, 3, 6]);
}

#[test]
fn a_released_pod_keeps_the_time_at_which_it_was_added() {
    let mut bench = Bench::new(config());
    let free = bench.pod(7, |_, _| {});
    let gated = with_gates(&free, &mut bench, 1);
    bench.queue.add(Arc::clone(&gated), plugins(GATES), at(0));
    bench.add(1, 0, 1_000);
    bench.update(&gated, &free, &[], 2_000);
    assert_eq!(bench.drain(2_000), [7, 1]);
}

#[test]
fn a_deleted_pod_is_dropped_wherever_it_waits_but_not_in_flight() {
    let mut bench = Bench::new(config());
    // 0 unschedulable, 1 backing off, 2 gated, 3 active, 4 in flight.
    let pods = [0, 1].map(|id| bench.pod(id, |_, _| {}));
    bench.add_failed(&pods[0], FIT, 0);
    bench.add_failed(&pods[1], &[], 0);
    let free = bench.pod(2, |_, _| {});
    let gated = with_gates(&free, &mut bench, 1);
    bench.queue.add(gated, plugins(GATES), at(0));
    bench.add(4, 0, 0);
    assert_eq!(bench.pop(0), Some(4));
    bench.add(3, 0, 0);
    let expected = Counts { active: 1, backoff: 1, unschedulable: 1, gated: 1, in_flight: 1 };
    assert_eq!((bench.queue.counts(), expected.waiting()), (expected, 4));
    let waiting: Vec<_> =
        bench.queue.waiting().iter().map(|queued| (queued.pod.id.0, queued.place)).collect();
    let places = [Place::Unschedulable, Place::Backoff, Place::Gated, Place::Active];
    assert_eq!(waiting, (0..).zip(places).collect::<Vec<_>>());
    for pod in 0..=5 {
        bench.queue.delete(PodId(pod));
        bench.queue.delete(PodId(pod));
    }
    assert_eq!(bench.queue.counts(), Counts { in_flight: 1, ..Counts::default() });
    assert_eq!((bench.queue.next_backoff_expiry(), bench.queue.next_leftover_flush()), (None, None));
    bench.queue.done(PodId(4));
    assert_eq!((bench.queue.counts(), bench.place(4)), (Counts::default(), None));
}

#[test]
fn done_leaves_waiting_pods_alone() {
    let mut bench = Bench::new(config());
    bench.add(0, 0, 0);
    bench.queue.done(PodId(0));
    bench.queue.done(PodId(1));
    assert_eq!(bench.place(0), Some(Place::Active));
}

#[test]
fn an_update_of_an_unknown_pod_adds_it_and_one_of_a_ready_pod_changes_no_place() {
    let mut bench = Bench::new(config());
    let pod = bench.pod(0, |_, _| {});
    bench.update(&pod, &pod, &[], 1_000);
    assert_eq!(bench.moves(), [(0, None, Place::Active, "UnschedulablePodUpdate", None)]);
    let new = Arc::new(Pod { deletion_cost: 3, ..(*pod).clone() });
    bench.update(&pod, &new, &[], 2_000);
    assert_eq!(bench.moves(), []);
    assert_eq!(bench.queue.pop(at(2_000)).expect("ready").pod.deletion_cost, 3);
}

#[test]
fn moves_are_recorded_on_demand_only() {
    let mut bench = Bench::new(config());
    bench.queue.record_moves(false);
    bench.add(0, 0, 0);
    assert_eq!(bench.moves(), []);
    bench.queue.record_moves(true);
    bench.add(1, 0, 0);
    assert_eq!(bench.moves().len(), 1);
    assert_eq!(bench.moves(), [], "a move is told once");
}

#[test]
#[should_panic(expected = "added before")]
fn a_pod_is_added_once() {
    let mut bench = Bench::new(config());
    let pod = bench.add(0, 0, 0);
    bench.queue.add(pod, PluginSet::default(), at(0));
}

#[test]
#[should_panic(expected = "is in flight")]
fn only_a_pod_in_flight_can_fail() {
    let mut bench = Bench::new(config());
    let pod = bench.add(0, 0, 0);
    bench.fail(&pod, FIT, 0);
}
