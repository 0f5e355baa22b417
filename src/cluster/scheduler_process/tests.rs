//! The scheduler process alone: a test writes to the API, and the process sees each write at once.

mod nomination;
mod permit;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::SchedulerProcess;
use crate::api::testing::{node, pod};
use crate::api::{Behaviour, Interner, Node, NodeId, Pod, PodId, PriorityClasses, Timestamp};
use crate::cluster::api_server::ApiServer;
use crate::cluster::event::Event;
use crate::cluster::record::Record;
use crate::cluster::setup::{ClusterSetup, CycleKind, RunLimits, SchedulerSetup, TieBreakRule};
use crate::cluster::timing::{CycleTime, Timing};
use crate::cluster::watch::Reader;
use crate::kernel::{Distribution, Draws, EventQueue, Seed, SimDuration, VecTrace};
use crate::scheduler::profile::Profile;
use crate::scheduler::queue::QueueConfig;

/// A cluster without objects. A cycle takes no time.
fn setup() -> ClusterSetup {
    let (behaviour, mut names) = (Behaviour::default(), Interner::new());
    let scheduler = SchedulerSetup {
        profiles: vec![Profile::default_scheduler(&mut names)],
        percentage_of_nodes_to_score: 0,
        queue: QueueConfig::new(&behaviour.scheduler),
        tie_break: TieBreakRule::First,
        cycle: CycleKind::Fast,
    };
    let scheduling_cycle = CycleTime::fixed(Distribution::Constant(SimDuration(0)));
    ClusterSetup {
        names,
        behaviour,
        start: Timestamp(0),
        timing: Timing { scheduling_cycle, ..Timing::default() },
        control_plane: None,
        nodes: Vec::new(),
        kubelets: Vec::new(),
        priorities: PriorityClasses::default(),
        budgets: Vec::new(),
        namespaces: BTreeMap::new(),
        selector_owners: Vec::new(),
        deployments: Vec::new(),
        daemon_sets: Vec::new(),
        replica_sets: Vec::new(),
        pods: Vec::new(),
        held: BTreeSet::new(),
        start_up: Vec::new(),
        service_ips: None,
        timeline: Vec::new(),
        scheduler,
        limits: RunLimits { horizon: None, max_events: 1_000, blocked_after: None },
    }
}

/// A scheduler and what it works with.
struct Bench<'s> {
    api: ApiServer<'s>,
    queue: EventQueue<Event>,
    process: SchedulerProcess,
}

impl<'s> Bench<'s> {
    fn new(setup: ClusterSetup, trace: &'s mut VecTrace<Record>) -> Self {
        let (setup, draws) = (Arc::new(setup), Draws::new(Seed(1), 0));
        let mut api = ApiServer::new(&setup, draws, trace);
        let process = SchedulerProcess::new(&setup, &mut api.names, &draws);
        Self { api, queue: EventQueue::new(), process }
    }

    /// A node with so many CPUs.
    fn add_node(&mut self, id: u32, cpus: i64) {
        let mut made = node(&mut self.api.names, id, &format!("node-{id}"));
        made.allocatable.milli_cpu = cpus * 1_000;
        self.api.put::<Node>(made);
        self.see();
    }

    /// A pod that wants so many CPUs.
    fn add_pod(&mut self, id: u32, priority: i32, cpus: i64) {
        let mut made = pod(&mut self.api.names, id, &format!("pod-{id}"));
        let spec = Arc::make_mut(&mut made.spec);
        spec.priority = priority;
        spec.requests.fit.milli_cpu = cpus * 1_000;
        spec.requests.usage.milli_cpu = cpus * 1_000;
        self.api.put::<Pod>(made);
        self.see();
    }

    fn delete_pod(&mut self, id: u32) {
        self.api.delete_pod(PodId(id));
        self.see();
    }

    /// The scheduler sees what was written.
    fn see(&mut self) {
        while let Some(kind) = self.api.store_mut().log_mut().next_written(Reader::Scheduler) {
            while let Some(change) = self.api.store_mut().log_mut().next(Reader::Scheduler, kind) {
                self.process.observe(&change, &mut self.api);
            }
        }
    }

    /// Tries every pod that is to be tried.
    fn settle(&mut self) {
        while self.process.step(&mut self.api, &mut self.queue) {
            self.see();
        }
    }

    fn home_of(&self, pod: u32) -> Option<NodeId> {
        self.api.store().pod(PodId(pod))?.node
    }
}
