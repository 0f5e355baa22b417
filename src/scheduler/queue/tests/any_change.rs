//! [`RequeueRule::AnyChange`](crate::scheduler::queue::RequeueRule): passes in the order of creation.

use super::{Bench, FIT, any_change, at, deleted};
use crate::api::PodId;
use crate::scheduler::queue::{Counts, Place};

#[test]
fn pods_are_tried_in_creation_order_whatever_their_priority() {
    let mut bench = Bench::new(any_change());
    for id in [3, 0, 2] {
        bench.add(id, i32::try_from(id).expect("small"), 10 - u64::from(id));
    }
    assert_eq!(bench.pop(10), Some(0));
    bench.add(1, 0, 11);
    assert_eq!([(); 4].map(|()| bench.pop(11)), [Some(1), Some(2), Some(3), None]);
}

#[test]
fn a_pod_is_tried_once_until_something_changes() {
    let mut bench = Bench::new(any_change());
    let pods = [0, 1, 2].map(|id| bench.add(id, 0, 0));
    // Round 1: pod 0 does not fit, pod 1 is bound, pod 2 does not fit.
    assert_eq!(bench.pop(0), Some(0));
    bench.fail(&pods[0], FIT, 0);
    assert_eq!(bench.pop(0), Some(1));
    bench.queue.done(PodId(1));
    assert_eq!(bench.pop(0), Some(2));
    bench.fail(&pods[2], FIT, 0);
    // Without a change nothing more happens, whatever time it is.
    for millis in [0, 1_000, 900_000] {
        assert_eq!(bench.pop(millis), None);
    }
    assert_eq!(bench.queue.counts(), Counts { unschedulable: 2, ..Counts::default() });
    bench.moves();
    // Round 2, told twice that something changed; pod 0 fails before it is told again.
    bench.queue.note_change();
    bench.queue.note_change();
    let moved = |pod| (pod, Some(Place::Unschedulable), Place::Active, "AnyChange", None);
    assert_eq!(bench.moves(), [moved(0), moved(2)]);
    assert_eq!(bench.queued(2).moved_by.as_str(), "AnyChange");
    assert_eq!(bench.pop(0), Some(0));
    bench.fail(&pods[0], FIT, 0);
    bench.queue.note_change();
    assert_eq!(bench.moves()[1..], [moved(0)]);
    assert_eq!([(); 3].map(|()| bench.pop(0)), [Some(0), Some(2), None]);
}

#[test]
fn a_change_in_flight_counts_for_the_pod() {
    let mut bench = Bench::new(any_change());
    let pods = [0, 1].map(|id| bench.add(id, 0, 0));
    assert_eq!(bench.pop(0), Some(0));
    bench.queue.note_change();
    assert_eq!(bench.pop(5), Some(1));
    bench.fail(&pods[0], FIT, 10);
    bench.fail(&pods[1], &[], 10);
    assert_eq!((bench.place(0), bench.place(1)), (Some(Place::Active), Some(Place::Unschedulable)));
    assert_eq!([(); 2].map(|()| bench.pop(10)), [Some(0), None]);
}

#[test]
fn events_and_time_mean_nothing() {
    let mut bench = Bench::new(any_change());
    let (pod, other) = (bench.pod(0, |_, _| {}), bench.pod(9, |_, _| {}));
    bench.add_failed(&pod, FIT, 1_000);
    bench.add(1, 0, 1_000);
    assert_eq!(bench.pop(1_000), Some(1));
    bench.observe(&deleted(&other), 2_000);
    assert_eq!(bench.queue.in_flight.kept_events(), 0);
    bench.update(&pod, &other_version(&pod), &[], 2_000);
    bench.queue.flush_backoff(at(3_000));
    bench.queue.flush_unschedulable_leftover(at(330_000), &bench.cluster);
    assert_eq!(bench.place(0), Some(Place::Unschedulable));
    assert_eq!(bench.queued(0).pod.deletion_cost, 1, "but the update is kept");
    assert_eq!((bench.queue.next_backoff_expiry(), bench.queue.next_leftover_flush()), (None, None));
    assert!(bench.queue.all_tried_since(at(1_000)) && !bench.queue.all_tried_since(at(1_001)));
    bench.queue.delete(PodId(0));
    bench.queue.note_change();
    assert_eq!((bench.pop(4_000), bench.pop(4_000)), (None, None));
}

fn other_version(pod: &crate::api::Pod) -> std::sync::Arc<crate::api::Pod> {
    std::sync::Arc::new(crate::api::Pod { deletion_cost: 1, ..pod.clone() })
}
