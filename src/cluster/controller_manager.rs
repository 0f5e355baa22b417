//! kube-controller-manager: its controllers, the caches that they share, and their work queues.
//!
//! What a sync sees is the state at this reader's cursors on the watch log, which may trail the store.
//!
//! Controllers are a list. At an instant each takes its turn in the order of the list: without a pace of the control
//! plane all keys that wait in its queue are handled, then the next controller has its turn; with one, workers that
//! are free take keys, and what they do takes requests and time ([`Step`]).

mod arrivals;
mod cache;
pub mod controller;
mod daemon_sets;
mod deployments;
mod garbage_collector;
pub mod key;
mod node_lifecycle;
mod replica_sets;
mod running;
mod step;
mod work_queue;

pub use self::cache::Caches;
pub use self::controller::{Context, Controller, ControllerFactory};
pub use self::key::{ControllerId, Key};
pub use self::step::Step;
pub use self::work_queue::WorkQueue;

use self::running::{Reach, Running};
use super::api_server::ApiServer;
use super::api_server::requests::{Answered, Caller, recorder};
use super::event::Event;
use super::setup::ClusterSetup;
use super::store::Change;
use crate::kernel::{EventQueue, SimTime};

/// Every controller that is simulated, in the order of their turns.
pub const IN_TREE: &[ControllerFactory] = &[
    || Box::<deployments::DeploymentController>::default(),
    || Box::<replica_sets::ReplicaSetController>::default(),
    || Box::<garbage_collector::GarbageCollector>::default(),
    || Box::new(node_lifecycle::NodeLifecycle),
    || Box::<daemon_sets::DaemonSetController>::default(),
];

/// Controllers and caches.
pub struct ControllerManager {
    controllers: Vec<Running>,
    caches: Caches,
    last_error: Option<SimTime>,
}

impl ControllerManager {
    /// These controllers, which have seen nothing.
    ///
    /// # Panics
    ///
    /// If there are more than 256, or two draw their delays alike.
    pub fn new(controllers: &[ControllerFactory], setup: &ClusterSetup) -> Self {
        let controllers: Vec<Running> = controllers
            .iter()
            .enumerate()
            .map(|(place, make)| {
                let id = ControllerId(u8::try_from(place).expect("at most 256 controllers"));
                let controller = make();
                let paced = setup.control_plane.is_some() && controller.delay(&setup.timing).is_some();
                Running::new(id, controller, paced)
            })
            .collect();
        let mut lanes: Vec<u32> = controllers.iter().map(|one| one.controller.draw_lane()).collect();
        lanes.sort_unstable();
        assert!(lanes.is_sorted_by(|a, b| a < b), "no two controllers draw alike: {lanes:?}");
        Self { controllers, caches: Caches::default(), last_error: None }
    }

    /// The controllers, in the order of their turns.
    pub fn ids(&self) -> impl Iterator<Item = ControllerId> + use<> {
        (0..self.controllers.len()).map(|place| ControllerId(place as u8))
    }

    /// Their names, in the same order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.controllers.iter().map(|one| one.controller.name())
    }

    /// Takes note of a change.
    pub fn observe(&mut self, change: &Change, api: &mut ApiServer<'_>, events: &mut EventQueue<Event>) {
        self.caches.observe(change);
        let mut reach = Reach { caches: &self.caches, last_error: &mut self.last_error, api, events };
        for running in &mut self.controllers {
            running.observe(change, &mut reach);
        }
    }

    /// A controller's turn: the keys that are to be handled now.
    pub fn turn(
        &mut self,
        id: ControllerId,
        api: &mut ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) -> Vec<Key> {
        self.with(id, api, events, Running::turn)
    }

    /// A key is handled.
    pub fn sync(
        &mut self,
        id: ControllerId,
        key: Key,
        api: &mut ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) {
        self.with(id, api, events, |running, reach| running.sync(key, reach));
    }

    /// A key's time to be looked at again has come.
    pub fn recheck(
        &mut self,
        id: ControllerId,
        key: Key,
        api: &mut ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) {
        self.with(id, api, events, |running, reach| running.recheck(key, reach));
    }

    /// A sync's wait is over.
    pub fn resume(
        &mut self,
        id: ControllerId,
        key: Key,
        api: &mut ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) {
        self.with(id, api, events, |running, reach| running.resume(key, reach));
    }

    /// A controller's event recorder goes on.
    pub fn record(&mut self, id: ControllerId, api: &mut ApiServer<'_>, events: &mut EventQueue<Event>) {
        self.with(id, api, events, Running::record);
    }

    /// A controller's request is answered.
    pub fn answered(&mut self, answered: &Answered, api: &mut ApiServer<'_>, events: &mut EventQueue<Event>) {
        match answered.caller {
            Caller::Sync(id, key, slot) => {
                self.with(id, api, events, |running, reach| running.answered(key, slot, answered, reach));
            }
            Caller::Handler(id) => self.with(id, api, events, Running::handled),
            Caller::Recorder(id) => recorder::take_up_next(id, api, events),
            Caller::Binding(..)
            | Caller::Condition(..)
            | Caller::Eviction(..)
            | Caller::PassingOver(_)
            | Caller::Nobody => {}
        }
    }

    fn with<T>(
        &mut self,
        id: ControllerId,
        api: &mut ApiServer<'_>,
        events: &mut EventQueue<Event>,
        act: impl FnOnce(&mut Running, &mut Reach<'_, '_>) -> T,
    ) -> T {
        let running = &mut self.controllers[usize::from(id.0)];
        act(running, &mut Reach { caches: &self.caches, last_error: &mut self.last_error, api, events })
    }
}
