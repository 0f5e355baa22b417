//! The simulated cluster: owns every component and gives each event to the one that it is for.
//!
//! # An instant
//!
//! All events of an instant are handled in order; then the instant is *settled* in rounds until a round
//! changes nothing: each controller has its turn, in the order of their list
//! ([`controller_manager::IN_TREE`]), then the scheduler tries the pods that are ready to be tried, then clients
//! that watch are told. With
//! delays above 0 a component does its part when its delay is over instead. After every single step
//! the readers without lag see what was written.

use std::sync::Arc;

use super::api_server::ApiServer;
use super::api_server::requests::Requests;
use super::clients::{Clients, Reach};
use super::controller_manager::{self, ControllerFactory, ControllerManager};
use super::event::Event;
use super::explanation::{Testimony, WitnessOrder};
use super::operation::{AppliedObject, TimelineMoment};
use super::readers::Readers;
use super::record::Record;
use super::scheduler_process::SchedulerProcess;
use super::service_registry::{Context, ServiceRegistry};
use super::setup::ClusterSetup;
use crate::api::{DaemonSet, Deployment, Namespace, NamespaceId, Node, Pod, SelectorOwner};
use crate::kernel::{
    self, Draws, Ended, EventClass, EventQueue, Limits, Model, Probe, Quiescence, SimTime, TraceSink,
};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunEnd {
    /// Why.
    pub ended: Ended,
    /// The time of the last change.
    pub last_change: SimTime,
    /// The time up to which it went: at the horizon that one, else that of the last event.
    pub time: SimTime,
    /// Events handled.
    pub events: u64,
    /// The digest of all records.
    pub fingerprint: u64,
}

/// Runs a cluster from its setup to its end. Records go to `sink`.
pub fn run(
    setup: &Arc<ClusterSetup>,
    draws: Draws,
    sink: &mut dyn TraceSink<Record>,
    probe: Probe<'_>,
) -> RunEnd {
    run_with(setup, draws, sink, probe, controller_manager::IN_TREE)
}

/// The same with other controllers: those of [`controller_manager::IN_TREE`] and one's own, say.
pub fn run_with(
    setup: &Arc<ClusterSetup>,
    draws: Draws,
    sink: &mut dyn TraceSink<Record>,
    probe: Probe<'_>,
    controllers: &[ControllerFactory],
) -> RunEnd {
    run_cluster(setup, draws, sink, probe, (controllers, None)).0
}

/// The same run with a witness, who watches one pod and changes nothing.
pub fn run_with_witness(
    setup: &Arc<ClusterSetup>,
    draws: Draws,
    sink: &mut dyn TraceSink<Record>,
    probe: Probe<'_>,
    order: WitnessOrder,
) -> (RunEnd, Testimony) {
    let (end, testimony) = run_cluster(setup, draws, sink, probe, (controller_manager::IN_TREE, Some(order)));
    (end, testimony.expect("there was a witness"))
}

fn run_cluster(
    setup: &Arc<ClusterSetup>,
    draws: Draws,
    sink: &mut dyn TraceSink<Record>,
    probe: Probe<'_>,
    parts: Parts<'_>,
) -> (RunEnd, Option<Testimony>) {
    let mut queue = EventQueue::new();
    let mut cluster = Cluster::new(setup, draws, sink, parts, &mut queue);
    let limits = Limits { horizon: setup.limits.horizon, max_events: setup.limits.max_events };
    let outcome = kernel::run(&mut cluster, &mut queue, limits, probe);
    cluster.clients.end(&mut cluster.api);
    let end = RunEnd {
        ended: outcome.ended,
        last_change: cluster.api.last_change,
        time: match (outcome.ended, limits.horizon) {
            (Ended::Horizon, Some(horizon)) => horizon,
            _ => outcome.time,
        },
        events: outcome.events,
        fingerprint: cluster.api.fingerprint(),
    };
    (end, cluster.readers.scheduler.testimony(&cluster.api))
}

/// What a run has besides its setup: the controllers, and whom a witness watches.
type Parts<'p> = (&'p [ControllerFactory], Option<WitnessOrder>);

/// All components of a cluster.
struct Cluster<'s> {
    api: ApiServer<'s>,
    readers: Readers,
    services: Option<ServiceRegistry>,
    clients: Clients,
    next_entry: usize,
}

impl<'s> Cluster<'s> {
    fn new(
        setup: &Arc<ClusterSetup>,
        draws: Draws,
        sink: &'s mut dyn TraceSink<Record>,
        (controllers, order): Parts<'_>,
        queue: &mut EventQueue<Event>,
    ) -> Self {
        let mut api = ApiServer::new(setup, draws, sink);
        let mut scheduler = SchedulerProcess::new(setup, &mut api.names, &draws);
        if let Some(order) = order {
            scheduler.watch(order);
        }
        let manager = ControllerManager::new(controllers, setup);
        if let Some(control_plane) = &setup.control_plane {
            api.requests = Requests::new(control_plane, manager.names(), &draws);
        }
        adopt(&mut api);
        let readers = Readers::new(manager, scheduler, &mut api, queue);
        let services = setup.service_ips.as_ref().map(|setup| ServiceRegistry::new(setup, &mut api, queue));
        let mut cluster = Self { api, readers, services, clients: Clients::default(), next_entry: 0 };
        cluster.schedule_timeline(queue);
        cluster
    }

    /// Puts entries of the timeline with fixed times into the queue, up to the next that waits for
    /// the cluster to settle.
    fn schedule_timeline(&mut self, queue: &mut EventQueue<Event>) {
        while let Some(entry) = self.api.setup.timeline.get(self.next_entry) {
            let TimelineMoment::At(at) = entry.at else { return };
            let event = Event::Timeline(self.next_entry as u32);
            queue.push(at.max(self.api.now), EventClass::Essential, event);
            self.next_entry += 1;
        }
    }

    /// One round of settling; whether it wrote anything.
    fn round(&mut self, queue: &mut EventQueue<Event>) -> bool {
        let (api, readers) = (&mut self.api, &mut self.readers);
        let before = api.store().log().writes();
        for controller in readers.manager.ids() {
            for key in readers.manager.turn(controller, api, queue) {
                readers.manager.sync(controller, key, api, queue);
                readers.pump(api, queue);
            }
        }
        readers.scheduler.begin_round();
        while readers.scheduler.step(api, queue) {
            readers.pump(api, queue);
        }
        let (clients, mut reach) = self.clients(queue);
        clients.tell(&mut reach);
        self.readers.pump(&mut self.api, queue);
        self.api.store().log().writes() != before
    }

    /// The clients, and what they can reach.
    fn clients<'c>(&'c mut self, events: &'c mut EventQueue<Event>) -> (&'c mut Clients, Reach<'c, 's>) {
        let (api, services, kubelets) = (&mut self.api, self.services.as_mut(), &mut self.readers.kubelets);
        (&mut self.clients, Reach { api, services, kubelets, events })
    }
}

/// Puts the objects of time 0 into the store. Numbers that the timeline will use stay free.
fn adopt(api: &mut ApiServer<'_>) {
    let setup = Arc::clone(&api.setup);
    for (place, (name, labels)) in (0..).zip(&setup.namespaces) {
        api.put(Namespace { id: NamespaceId(place), name: *name, labels: labels.clone() });
    }
    for node in &setup.nodes {
        api.put(node.clone());
    }
    for owner in &setup.selector_owners {
        api.put(owner.clone());
    }
    for deployment in &setup.deployments {
        api.put(deployment.clone());
    }
    for replica_set in &setup.replica_sets {
        api.put(replica_set.clone());
    }
    for daemon_set in &setup.daemon_sets {
        api.put(daemon_set.clone());
    }
    for pod in &setup.pods {
        api.put(pod.clone());
    }
    for object in setup.timeline.iter().flat_map(|entry| entry.operation.applied()) {
        let store = api.store_mut();
        match object {
            AppliedObject::Node(node) => store.reserve::<Node>(node.id),
            AppliedObject::Pod(pod) => store.reserve::<Pod>(pod.id),
            AppliedObject::Deployment(deployment) => store.reserve::<Deployment>(deployment.id),
            AppliedObject::DaemonSet(set) => store.reserve::<DaemonSet>(set.id),
            AppliedObject::SelectorOwner(owner) => store.reserve::<SelectorOwner>(owner.id),
            AppliedObject::Service(..) => {}
        }
    }
}

impl Model for Cluster<'_> {
    type Event = Event;

    fn handle(&mut self, now: SimTime, event: Event, queue: &mut EventQueue<Event>) {
        self.readers.scheduler.before_time_moves(now, &self.api);
        self.api.now = now;
        let (api, readers) = (&mut self.api, &mut self.readers);
        match event {
            Event::Timeline(entry) => {
                let setup = Arc::clone(&api.setup);
                let (clients, mut reach) = self.clients(queue);
                clients.begin(&setup.timeline[entry as usize], &mut reach);
            }
            Event::Client(number) => {
                let (clients, mut reach) = self.clients(queue);
                clients.act(number, &mut reach);
            }
            Event::Service(event) => {
                let services = self.services.as_mut().expect("their events come with registries");
                services.handle(event, &mut Context { api, queue });
            }
            Event::Deliver { reader, kind } => readers.deliver(reader, kind, api, queue),
            Event::Sync(controller, key) => readers.manager.sync(controller, key, api, queue),
            Event::Recheck(controller, key) => readers.manager.recheck(controller, key, api, queue),
            Event::Resume(controller, key) => readers.manager.resume(controller, key, api, queue),
            Event::Record(controller) => readers.manager.record(controller, api, queue),
            Event::Request(number) => {
                let answered = api.answer(number);
                readers.manager.answered(&answered, api, queue);
                readers.scheduler.answered(&answered, api, queue);
            }
            Event::CycleEnd => readers.scheduler.cycle_end(api, queue),
            Event::Bind(pod, node) => readers.scheduler.bind(pod, node, api),
            Event::PermitTimeout => readers.scheduler.permit_timeout(now),
            Event::BackoffOver => readers.scheduler.backoff_over(now),
            Event::FlushUnschedulable => readers.scheduler.flush_unschedulable(api),
            Event::Refused(pod) => readers.kubelets.refused(pod, api),
            Event::ContainersRunning(pod) => readers.kubelets.containers_running(pod, api, queue),
            Event::Ready(pod) => readers.kubelets.ready(pod, api, queue),
            Event::Ended(pod) => readers.kubelets.ended(pod, api),
            Event::Crashed(pod) => readers.kubelets.crashed(pod, api, queue),
            Event::Gone(pod) => readers.kubelets.gone(pod, api),
        }
        self.readers.pump(&mut self.api, queue);
    }

    fn instant_end(&mut self, now: SimTime, queue: &mut EventQueue<Event>) {
        self.api.now = now;
        self.readers.begin(&mut self.api, queue);
        while self.round(queue) {}
        if let Some(services) = &mut self.services {
            let mut context = Context { api: &mut self.api, queue };
            while services.settle(&mut context) {}
        }
        self.readers.scheduler.set_timers(&self.api, queue);
        self.api.record(&Record::InstantEnd);
    }

    fn quiescent(&mut self, now: SimTime, queue: &mut EventQueue<Event>) -> Quiescence {
        let may_still_repair = self.services.as_mut().is_some_and(ServiceRegistry::may_still_repair);
        if may_still_repair || self.readers.scheduler.may_still_place(&self.api) {
            return Quiescence::Continue;
        }
        let Some(entry) = self.api.setup.timeline.get(self.next_entry) else { return Quiescence::Stop };
        let TimelineMoment::AfterSettled(gap) = entry.at else { return Quiescence::Stop };
        let at = self.api.last_change.plus(gap).max(now);
        queue.push(at, EventClass::Essential, Event::Timeline(self.next_entry as u32));
        self.next_entry += 1;
        self.schedule_timeline(queue);
        Quiescence::Continue
    }

    fn fingerprint(&self) -> u64 {
        self.api.fingerprint()
    }
}
