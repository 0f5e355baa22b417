//! Without `SchedulerQueueingHints`: coarse events, pre-filters, and the cycle of the last move request.

use std::sync::Arc;

use super::{Bench, FIT, SPREAD, deleted, on_node, spreads, without_hints};
use crate::api::{NodeId, Pod, PodPhase, Timestamp};
use crate::scheduler::framework::{ClusterEvent, NodeChange, PodChange};
use crate::scheduler::queue::Place;

#[test]
fn a_deletion_timestamp_brings_a_spread_blocked_pod_back() {
    // Rule 72, last sentence: any update of a pod of the namespace counts, even of a stranger.
    let mut bench = Bench::new(without_hints());
    let blocked = bench.pod(0, spreads);
    bench.add_failed(&blocked, SPREAD, 0);
    let full = bench.pod(1, |_, _| {});
    bench.add_failed(&full, FIT, 0);
    let stranger = on_node(&bench.pod(2, |_, _| {}));
    let terminating = Arc::new(Pod { deleted: Some(Timestamp(0)), ..(*stranger).clone() });
    for event in ClusterEvent::assigned_pod_updates(&stranger, &terminating) {
        bench.observe(&event, 5_000);
    }
    assert_eq!(bench.place(0), Some(Place::Active));
    assert_eq!(bench.place(1), Some(Place::Unschedulable));
    assert_eq!(bench.queued(0).moved_by.as_str(), "AssignedPodUpdate");
}

#[test]
fn a_pod_of_another_namespace_does_not_cross_the_topology() {
    let mut bench = Bench::new(without_hints());
    let blocked = bench.pod(0, spreads);
    bench.add_failed(&blocked, SPREAD, 0);
    let elsewhere = bench.pod(1, |spec, names| spec.namespace = names.intern("other"));
    bench.observe(&ClusterEvent::AssignedPodAdd(on_node(&elsewhere)), 5_000);
    assert_eq!(bench.place(0), Some(Place::Unschedulable));
    let neighbour = bench.pod(2, |_, _| {});
    bench.observe(&ClusterEvent::AssignedPodAdd(on_node(&neighbour)), 5_000);
    assert_eq!(bench.place(0), Some(Place::Active));
}

#[test]
fn a_pod_that_shrinks_counts_in_every_namespace() {
    // `AssignedPodUpdated` leaves its pre-filter out when a pod shrinks.
    for (change, expected) in
        [(PodChange::ScaleDown, Place::Active), (PodChange::Label, Place::Unschedulable)]
    {
        let mut bench = Bench::new(without_hints());
        let blocked = bench.pod(0, spreads);
        bench.add_failed(&blocked, SPREAD, 0);
        let elsewhere = on_node(&bench.pod(1, |spec, names| spec.namespace = names.intern("other")));
        let event = ClusterEvent::AssignedPodUpdate { old: elsewhere.clone(), new: elsewhere, change };
        bench.observe(&event, 5_000);
        assert_eq!(bench.place(0), Some(expected));
    }
}

#[test]
fn a_node_that_would_not_take_the_pod_is_no_event_for_it() {
    for (inviting, expected) in [(vec![], Place::Unschedulable), (vec![NodeId(0)], Place::Active)] {
        let mut bench = Bench::new(without_hints());
        let pod = bench.pod(0, |_, _| {});
        bench.add_failed(&pod, FIT, 0);
        bench.cluster.inviting = inviting;
        let node = bench.node(0);
        // Any change of a node, its labels here, counts for NodeResourcesFit.
        let event = ClusterEvent::NodeUpdate { old: node.clone(), new: node, change: NodeChange::Label };
        bench.observe(&event, 5_000);
        assert_eq!(bench.place(0), Some(expected));
    }
}

#[test]
fn any_move_request_in_flight_sends_a_failed_pod_to_backoff() {
    // The event need not concern the pod: it is rejected by NodeAffinity, another pod goes.
    let mut bench = Bench::new(without_hints());
    let pods = [0, 1].map(|id| bench.add(id, 0, 0));
    let other = bench.pod(9, |_, _| {});
    assert_eq!(bench.pop(0), Some(0));
    bench.observe(&deleted(&other), 1);
    assert_eq!(bench.pop(2), Some(1));
    bench.fail(&pods[0], &["NodeAffinity"], 3);
    bench.fail(&pods[1], &["NodeAffinity"], 3);
    assert_eq!(bench.place(0), Some(Place::Backoff));
    assert_eq!(bench.place(1), Some(Place::Unschedulable), "popped after the event");
}

#[test]
fn a_waiting_pods_update_counts_unless_only_its_status_changed() {
    let mut bench = Bench::new(without_hints());
    let pod = bench.pod(0, |_, _| {});
    bench.add_failed(&pod, FIT, 0);
    let status = Arc::new(Pod { phase: PodPhase::Unknown, ..(*pod).clone() });
    bench.update(&pod, &status, &[], 500);
    assert_eq!(bench.place(0), Some(Place::Unschedulable));
    assert_eq!(bench.queued(0).pod.phase, PodPhase::Unknown);
    let annotated = Arc::new(Pod { deletion_cost: 7, ..(*pod).clone() });
    bench.update(&status, &annotated, &[], 600);
    assert_eq!(bench.place(0), Some(Place::Backoff));
    assert_eq!(bench.queued(0).moved_by.as_str(), "UnschedulablePodUpdate");
}

#[test]
fn an_update_in_flight_counts_as_an_event() {
    let mut bench = Bench::new(without_hints());
    let pods = [0, 1].map(|id| bench.add(id, 0, 0));
    assert_eq!((bench.pop(0), bench.pop(0)), (Some(0), Some(1)));
    bench.update(&pods[0], &pods[0], &[], 1);
    bench.fail(&pods[0], FIT, 2);
    bench.fail(&pods[1], FIT, 2);
    assert_eq!((bench.place(0), bench.place(1)), (Some(Place::Backoff), Some(Place::Unschedulable)));
}
