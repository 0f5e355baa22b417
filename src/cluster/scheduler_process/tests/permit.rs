//! Permit refuses a pod, or lets it wait. What the plugin does follows from the pod's priority.

use std::cell::RefCell;

use super::{Bench, setup};
use crate::api::{NodeId, PodId};
use crate::cluster::record::Record;
use crate::cluster::setup::ClusterSetup;
use crate::kernel::{SimDuration, SimTime, VecTrace};
use crate::scheduler::framework::{
    CycleContext, CycleState, Descriptor, PermitOutcome, Plugin, PluginArgs, Point, Profile, Status, Waiting,
    Work,
};
use crate::scheduler::plugins::in_tree;
use crate::scheduler::profile::{EnabledPlugin, Plugins};
use crate::scheduler::queue::Place;

const FREE: i32 = 0;
const REFUSED: i32 = 1;
const WAITS: i32 = 2;
const LETS_OTHERS_GO: i32 = 3;
const SENDS_OTHERS_HOME: i32 = 4;

thread_local! {
    /// What the plugin was asked, in order.
    static ASKED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

static DOORKEEPER: Descriptor = Descriptor::new(
    "Doorkeeper",
    &[Point::Reserve, Point::Permit, Point::PostBind],
    Work::Plugin(|_| Box::new(Doorkeeper)),
);

struct Doorkeeper;

fn note(what: &str, cycle: &CycleContext<'_>) {
    ASKED.with_borrow_mut(|asked| asked.push(format!("{what} {}", cycle.pod.name)));
}

fn asked() -> Vec<String> {
    ASKED.take()
}

impl Plugin for Doorkeeper {
    fn reserve(&self, _: &mut CycleState, cycle: &CycleContext<'_>, _: NodeId) -> Result<(), Status> {
        note("reserve", cycle);
        Ok(())
    }

    fn unreserve(&self, _: &mut CycleState, cycle: &CycleContext<'_>, _: NodeId, _: &mut Waiting<'_>) {
        note("unreserve", cycle);
    }

    fn permit(
        &self,
        _: &mut CycleState,
        cycle: &CycleContext<'_>,
        _: NodeId,
        waiting: &mut Waiting<'_>,
    ) -> Result<PermitOutcome, Status> {
        let others: Vec<PodId> = waiting.iter().map(|other| other.pod().id).collect();
        match cycle.pod.spec.priority {
            REFUSED => return Err(Status::unschedulable("not today")),
            WAITS => return Ok(PermitOutcome::Wait(SimDuration::from_secs(10))),
            LETS_OTHERS_GO => others.into_iter().for_each(|other| waiting.allow(other)),
            SENDS_OTHERS_HOME => others.into_iter().for_each(|other| waiting.reject(other, "go home")),
            _ => {}
        }
        Ok(PermitOutcome::Allow)
    }

    fn post_bind(&self, _: &mut CycleState, cycle: &CycleContext<'_>, _: NodeId) {
        note("postBind", cycle);
    }
}

fn with_doorkeeper() -> ClusterSetup {
    let mut setup = setup();
    let mut own = Plugins::default();
    own.multi_point.enabled.push(EnabledPlugin { name: "Doorkeeper".to_owned(), weight: 0, place: None });
    let (plugins, registry) = (Plugins::defaults().merged_with(&own), in_tree().with(&DOORKEEPER));
    let args = PluginArgs::default();
    let profile = Profile::from_plugins("default-scheduler", &plugins, args, &registry, &mut setup.names);
    setup.scheduler.profiles = vec![profile.expect("the plugins fit together")];
    setup
}

fn messages(trace: &VecTrace<Record>) -> Vec<(u32, String)> {
    let told = trace.0.iter().filter_map(|(_, record)| match record {
        Record::Unschedulable { pod, message } => Some((pod.0, message.to_string())),
        _ => None,
    });
    told.collect()
}

/// Whether the scheduler holds room for a pod, and where the pod is in the queue.
fn state_of(bench: &Bench<'_>, pod: u32) -> (bool, Option<Place>) {
    let process = &bench.process;
    (process.cache.home_of(PodId(pod)).is_some(), process.queue.place_of(PodId(pod)))
}

#[test]
fn a_refused_pod_gives_its_room_back_and_is_in_the_queue_again() {
    let mut trace = VecTrace::default();
    let mut bench = Bench::new(with_doorkeeper(), &mut trace);
    bench.add_node(0, 4);
    bench.add_pod(0, REFUSED, 4);
    bench.settle();
    assert_eq!(asked(), ["reserve pod-0", "unreserve pod-0"]);
    assert_eq!(state_of(&bench, 0), (false, Some(Place::Unschedulable)));
    assert_eq!(bench.process.cache.node_info(NodeId(0)).requested().milli_cpu, 0);
    // There is room for another that wants all of it.
    bench.add_pod(1, FREE, 4);
    bench.settle();
    assert_eq!((bench.home_of(0), bench.home_of(1)), (None, Some(NodeId(0))));
    assert_eq!(messages(&trace), [(0, "0/1 nodes are available: 1 not today.".to_owned())]);
}

/// Pod 0 holds all of the node from 0 s on, so that pod 1 finds no room; at 10 s its wait is over. The back-off of
/// pod 1 (1 s after an attempt at 0 s) is over by then.
#[test]
fn a_pod_that_waits_holds_its_room_until_its_time_is_over() {
    let mut trace = VecTrace::default();
    let mut bench = Bench::new(with_doorkeeper(), &mut trace);
    bench.add_node(0, 4);
    bench.add_pod(0, WAITS, 4);
    bench.add_pod(1, FREE, 4);
    bench.settle();
    assert_eq!(state_of(&bench, 0), (true, Some(Place::InFlight)));
    assert_eq!((bench.home_of(0), bench.home_of(1)), (None, None));
    assert!(bench.process.may_still_place(&bench.api), "its wait is not over yet");
    bench.process.set_timers(&bench.api, &mut bench.queue);
    assert_eq!(bench.queue.peek_time(), Some(SimTime(10_000_000_000)));
    bench.api.now = SimTime(10_000_000_000);
    bench.process.permit_timeout(bench.api.now);
    bench.settle();
    assert_eq!(asked(), ["reserve pod-0", "unreserve pod-0", "reserve pod-1", "postBind pod-1"]);
    assert_eq!(state_of(&bench, 0), (false, Some(Place::Unschedulable)));
    assert_eq!((bench.home_of(0), bench.home_of(1)), (None, Some(NodeId(0))));
    let last = messages(&trace).pop().expect("pod 0 was refused");
    let text = "0/1 nodes are available: 1 rejected due to timeout after waiting 10s at plugin Doorkeeper.";
    assert_eq!(last, (0, text.to_owned()));
}

#[test]
fn another_pod_lets_those_go_that_wait() {
    let mut trace = VecTrace::default();
    let mut bench = Bench::new(with_doorkeeper(), &mut trace);
    bench.add_node(0, 4);
    bench.add_pod(0, WAITS, 1);
    bench.add_pod(1, WAITS, 1);
    bench.settle();
    assert_eq!((bench.home_of(0), bench.home_of(1)), (None, None));
    asked();
    bench.add_pod(2, LETS_OTHERS_GO, 1);
    bench.settle();
    assert_eq!([0, 1, 2].map(|pod| bench.home_of(pod)), [Some(NodeId(0)); 3]);
    assert_eq!(asked(), ["reserve pod-2", "postBind pod-2", "postBind pod-0", "postBind pod-1"]);
    assert!(!bench.process.may_still_place(&bench.api) && bench.process.queue.counts().in_flight == 0);
}

#[test]
fn another_pod_sends_those_home_that_wait() {
    let mut trace = VecTrace::default();
    let mut bench = Bench::new(with_doorkeeper(), &mut trace);
    bench.add_node(0, 4);
    bench.add_pod(0, WAITS, 1);
    bench.settle();
    bench.add_pod(1, SENDS_OTHERS_HOME, 1);
    bench.settle();
    assert_eq!(state_of(&bench, 0), (false, Some(Place::Unschedulable)));
    assert_eq!((bench.home_of(0), bench.home_of(1)), (None, Some(NodeId(0))));
    assert_eq!(messages(&trace), [(0, "0/1 nodes are available: 1 go home.".to_owned())]);
}

/// Pod 1 waits for the room of pod 0, which is deleted while it waits at Permit.
#[test]
fn a_pod_that_is_deleted_while_it_waits_gives_its_room_back() {
    let mut trace = VecTrace::default();
    let mut bench = Bench::new(with_doorkeeper(), &mut trace);
    bench.add_node(0, 4);
    bench.add_pod(0, WAITS, 4);
    bench.add_pod(1, FREE, 4);
    bench.settle();
    assert_eq!(state_of(&bench, 1), (false, Some(Place::Unschedulable)));
    bench.api.now = SimTime(5_000_000_000);
    bench.delete_pod(0);
    assert_eq!(asked().last().map(String::as_str), Some("unreserve pod-0"));
    assert_eq!((state_of(&bench, 0), state_of(&bench, 1)), ((false, None), (false, Some(Place::Active))));
    bench.settle();
    assert_eq!(bench.home_of(1), Some(NodeId(0)));
}

/// Somebody else binds pod 0 to another node while it waits.
#[test]
fn a_pod_that_is_bound_elsewhere_while_it_waits_is_where_it_was_bound() {
    let mut trace = VecTrace::default();
    let mut bench = Bench::new(with_doorkeeper(), &mut trace);
    bench.add_node(0, 4);
    bench.add_pod(0, WAITS, 4);
    bench.settle();
    bench.add_node(1, 4);
    assert!(bench.api.bind_pod(PodId(0), NodeId(1)));
    bench.see();
    assert_eq!(bench.process.cache.home_of(PodId(0)), Some(NodeId(1)));
    assert_eq!(state_of(&bench, 0).1, None);
    bench.process.set_timers(&bench.api, &mut bench.queue);
    assert_eq!(bench.queue.peek_time(), None);
}
