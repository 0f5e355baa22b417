//! A nominated pod that goes leaves its room to others.

use std::sync::Arc;

use super::{Bench, setup};
use crate::api::{NodeId, PodId};
use crate::kernel::VecTrace;
use crate::scheduler::queue::Place;

/// A node of 4 CPUs. Pod 0 (priority 5) is nominated for it, so that pod 1 (priority 5), which wants all of it,
/// has to wait; pod 2 (priority 9) does not count pod 0 and wants more than there is. When pod 0 goes, pod 1 is
/// to be tried again, and pod 2, for which nothing has changed, is not.
#[test]
fn a_nominated_pod_that_is_deleted_is_nominated_no_more() {
    let mut trace = VecTrace::default();
    let mut bench = Bench::new(setup(), &mut trace);
    bench.add_node(0, 4);
    bench.add_pod(0, 5, 8);
    bench.settle();
    let nominated = Arc::clone(bench.api.store().pod(PodId(0)).expect("it was made"));
    bench.process.cache.nominator_mut().add(nominated, NodeId(0));
    bench.add_pod(1, 5, 4);
    bench.add_pod(2, 9, 16);
    bench.settle();
    let places = |bench: &Bench<'_>| [1, 2].map(|pod| bench.process.queue.place_of(PodId(pod)));
    assert_eq!(places(&bench), [Some(Place::Unschedulable); 2]);
    bench.delete_pod(0);
    assert!(bench.process.cache.nominator().is_empty());
    assert_eq!(places(&bench), [Some(Place::Backoff), Some(Place::Unschedulable)]);
    bench.settle();
    assert_eq!((bench.home_of(1), bench.home_of(2)), (Some(NodeId(0)), None));
}

/// The same where somebody else binds it.
#[test]
fn a_nominated_pod_that_is_bound_is_nominated_no_more() {
    let mut trace = VecTrace::default();
    let mut bench = Bench::new(setup(), &mut trace);
    bench.add_node(0, 4);
    bench.add_node(1, 4);
    bench.add_pod(0, 5, 8);
    bench.settle();
    let nominated = Arc::clone(bench.api.store().pod(PodId(0)).expect("it was made"));
    bench.process.cache.nominator_mut().add(nominated, NodeId(0));
    assert!(bench.api.bind_pod(PodId(0), NodeId(1)));
    bench.see();
    assert!(bench.process.cache.nominator().is_empty());
}
