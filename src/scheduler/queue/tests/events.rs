//! Which events move which pods, with queueing hints; events of the time in flight.

use std::sync::Arc;

use super::{Bench, FIT, SPREAD, at, config, deleted, on_node, spreads};
use crate::api::{Labels, Node, Pod, PodId, Timestamp, Toleration, TolerationOperator};
use crate::scheduler::framework::PluginSet;
use crate::scheduler::framework::{ClusterEvent, NodeChange};
use crate::scheduler::queue::{Place, QueueConfig};

#[test]
fn a_spread_blocked_pod_waits_for_the_removal_not_for_the_deletion_timestamp() {
    // Rule 72.
    let mut bench = Bench::new(config());
    let blocked = bench.pod(0, spreads);
    let counted = on_node(&bench.pod(1, spreads));
    let stranger = on_node(&bench.pod(2, |_, _| {}));
    bench.add_failed(&blocked, SPREAD, 0);
    bench.moves();
    let terminating = Arc::new(Pod { deleted: Some(Timestamp(0)), ..(*counted).clone() });
    let updates = ClusterEvent::assigned_pod_updates(&counted, &terminating);
    assert_eq!(updates.iter().map(|event| event.label().as_str()).collect::<Vec<_>>(), ["AssignedPodUpdate"]);
    for event in &updates {
        bench.observe(event, 5_000);
    }
    bench.observe(&ClusterEvent::AssignedPodDelete(stranger), 6_000);
    assert_eq!(bench.place(0), Some(Place::Unschedulable));
    assert_eq!(bench.moves(), []);
    bench.observe(&ClusterEvent::AssignedPodDelete(terminating), 35_000);
    let moved =
        (0, Some(Place::Unschedulable), Place::Active, "AssignedPodDelete", Some("PodTopologySpread"));
    assert_eq!(bench.moves(), [moved]);
}

#[test]
fn an_event_moves_only_pods_of_plugins_that_wait_for_it_in_the_order_of_numbers() {
    let mut bench = Bench::new(config());
    let template = bench.pod(5, |spec, _| spec.priority = 3);
    let same = |id| Arc::new(Pod { id: PodId(id), ..(*template).clone() });
    let lone = bench.pod(4, |_, _| {});
    // Pods 5, 3 and 6 share a spec; pod 3 has another rejecting plugin in addition.
    for (pod, rejected_by) in [
        (&template, FIT),
        (&same(3), &["NodeResourcesFit", "NodeAffinity"]),
        (&same(6), FIT),
        (&lone, FIT),
        (&same(2), &["NodeAffinity"]),
    ] {
        bench.add_failed(pod, rejected_by, 0);
    }
    bench.moves();
    let other = bench.pod(9, |_, _| {});
    bench.observe(&deleted(&other), 10_000);
    let moved: Vec<_> = bench.moves().into_iter().map(|entry| (entry.0, entry.4)).collect();
    assert_eq!(moved, [3, 4, 5, 6].map(|pod| (pod, Some("NodeResourcesFit"))));
    assert_eq!(bench.place(2), Some(Place::Unschedulable));
    // Priority 3 by the time of the failure, all 0 s, so by arrival; then pod 4.
    assert_eq!(bench.drain(10_000), [3, 5, 6, 4]);
}

#[test]
fn a_changed_taint_counts_as_a_new_node() {
    // The workaround in `buildQueueingHintMap`: NodeName registers new nodes only, but comes back when a
    // node's taints change. Without it, it does not.
    for (as_add, expected) in [(true, Place::Active), (false, Place::Unschedulable)] {
        let mut settings = config();
        settings.hints.taint_update_counts_as_node_add = as_add;
        let mut bench = Bench::new(settings);
        let pod = bench.pod(0, |_, _| {});
        bench.add_failed(&pod, &["NodeName"], 0);
        let node = bench.node(0);
        let event = ClusterEvent::NodeUpdate { old: node.clone(), new: node, change: NodeChange::Taint };
        bench.observe(&event, 10_000);
        assert_eq!(bench.place(0), Some(expected));
    }
}

#[test]
fn an_event_in_flight_is_judged_when_the_pod_comes_back() {
    // (event before the pod is popped, event in flight, expected place)
    let cases = [
        (None, None, Place::Unschedulable),
        (Some("delete"), None, Place::Unschedulable),
        (None, Some("delete"), Place::Backoff),
        // A new node without room for the pod.
        (None, Some("node"), Place::Unschedulable),
    ];
    for (before, during, expected) in cases {
        let mut bench = Bench::new(config());
        let pod = bench.pod(0, |spec, _| spec.requests.fit.milli_cpu = 100);
        let (other, node) = (bench.pod(9, |_, _| {}), bench.node(0));
        let event =
            |name| if name == "delete" { deleted(&other) } else { ClusterEvent::NodeAdd(node.clone()) };
        bench.queue.add(Arc::clone(&pod), PluginSet::default(), at(0));
        if let Some(name) = before {
            bench.observe(&event(name), 0);
        }
        bench.queue.pop(at(0));
        if let Some(name) = during {
            bench.observe(&event(name), 10);
        }
        bench.moves();
        bench.fail(&pod, FIT, 20);
        assert_eq!(bench.place(0), Some(expected), "{before:?}, {during:?}");
        let plugin = (expected == Place::Backoff).then_some("NodeResourcesFit");
        let moved = (0, Some(Place::InFlight), expected, "ScheduleAttemptFailure", plugin);
        assert_eq!(bench.moves(), [moved]);
    }
}

#[test]
fn an_event_is_kept_for_every_pod_in_flight_and_for_none_popped_later() {
    let mut bench = Bench::new(config());
    let pods = [0, 1, 2].map(|id| bench.add(id, 0, 0));
    let other = bench.pod(9, |_, _| {});
    assert_eq!((bench.pop(0), bench.pop(0)), (Some(0), Some(1)));
    bench.observe(&deleted(&other), 1);
    assert_eq!(bench.pop(2), Some(2));
    bench.queue.done(PodId(0));
    bench.fail(&pods[1], FIT, 3);
    bench.fail(&pods[2], FIT, 3);
    assert_eq!(bench.place(1), Some(Place::Backoff));
    assert_eq!(bench.place(2), Some(Place::Unschedulable));
    assert_eq!(bench.queue.in_flight.kept_events(), 0);
}

/// The pod with a toleration of every taint.
fn tolerating(pod: &Pod, bench: &Bench) -> Arc<Pod> {
    let mut new = pod.clone();
    Arc::make_mut(&mut new.spec).tolerations.push(Toleration {
        key: None,
        operator: TolerationOperator::Exists,
        number: None,
        value: bench.cluster.known.empty,
        effect: None,
        toleration_seconds: None,
    });
    Arc::new(new)
}

#[test]
fn a_pods_own_update_brings_it_back_if_it_matters_to_a_rejecting_plugin() {
    let cases = [(&["TaintToleration"], Place::Active), (&["NodeAffinity"], Place::Unschedulable)];
    for (rejected_by, expected) in cases {
        let mut bench = Bench::new(config());
        let (pod, bystander) = (bench.pod(0, |_, _| {}), bench.pod(1, |_, _| {}));
        bench.add_failed(&pod, rejected_by, 0);
        bench.add_failed(&bystander, rejected_by, 0);
        let new = tolerating(&pod, &bench);
        bench.update(&pod, &new, &[], 10_000);
        assert_eq!(bench.place(0), Some(expected));
        assert_eq!(bench.place(1), Some(Place::Unschedulable), "an update is the pod's own");
        assert_eq!(bench.queued(0).pod.spec.tolerations.len(), 1, "the new version is kept");
    }
}

#[test]
fn an_update_in_flight_counts_for_the_pod_alone() {
    let mut bench = Bench::new(config());
    let pods = [0, 1].map(|id| bench.add(id, 0, 0));
    assert_eq!((bench.pop(0), bench.pop(0)), (Some(0), Some(1)));
    let new = tolerating(&pods[0], &bench);
    bench.update(&pods[0], &new, &[], 5);
    bench.fail(&new, &["TaintToleration"], 10);
    bench.fail(&pods[1], &["TaintToleration"], 10);
    assert_eq!(bench.place(0), Some(Place::Backoff));
    assert_eq!(bench.place(1), Some(Place::Unschedulable));
}

#[test]
fn an_event_that_no_plugin_waits_for_is_not_kept() {
    let mut bench = Bench::new(config());
    bench.add(0, 0, 0);
    assert_eq!(bench.pop(0), Some(0));
    let other = on_node(&bench.pod(9, |_, _| {}));
    let terminating = Arc::new(Pod { deleted: Some(Timestamp(0)), ..(*other).clone() });
    for event in ClusterEvent::assigned_pod_updates(&other, &terminating) {
        bench.observe(&event, 1);
    }
    assert_eq!(bench.queue.in_flight.kept_events(), 0);
    bench.observe(&ClusterEvent::AssignedPodDelete(terminating), 2);
    assert_eq!(bench.queue.in_flight.kept_events(), 1);
}

#[test]
fn a_waiting_pod_that_changes_is_asked_for_as_it_is_now() {
    let mut bench = Bench::new(config());
    let pod = bench.pod(0, spreads);
    let twin = Arc::new(Pod { id: PodId(1), ..(*pod).clone() });
    bench.add_failed(&pod, &["NodeAffinity"], 0);
    bench.add_failed(&twin, &["NodeAffinity"], 0);
    let mut new = (*pod).clone();
    let (disk, ssd) = (bench.cluster.names.intern("disk"), bench.cluster.names.intern("ssd"));
    Arc::make_mut(&mut new.spec).node_selector = Labels::new([(disk, ssd)]);
    bench.update(&pod, &Arc::new(new), &[], 10_000);
    // Only nodes with the label help it now; the twin takes any new node.
    let bare = bench.node(0);
    bench.observe(&ClusterEvent::NodeAdd(bare.clone()), 20_000);
    assert_eq!((bench.place(0), bench.place(1)), (Some(Place::Unschedulable), Some(Place::Active)));
    let fast = Node { labels: Labels::new([(disk, ssd)]), ..(*bare).clone() };
    bench.observe(&ClusterEvent::NodeAdd(Arc::new(fast)), 20_000);
    assert_eq!(bench.place(0), Some(Place::Active));
}

#[test]
fn after_an_error_a_pod_needs_no_event() {
    let mut bench = Bench::new(QueueConfig { pop_from_backoff_q: false, ..config() });
    let pod = bench.pod(0, |_, _| {});
    bench.add_failed(&pod, &[], 0);
    assert_eq!(bench.place(0), Some(Place::Backoff));
    assert!(bench.queued(0).rejected_by.is_empty());
}
