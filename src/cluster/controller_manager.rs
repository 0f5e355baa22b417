//! kube-controller-manager: its controllers, the caches that they share, and their work queues.
//!
//! What a sync sees is the state at this reader's cursors on the watch log, which may trail the store.
//!
//! Controllers are a list. At an instant each takes its turn in the order of the list: all keys that wait in its
//! queue are handled, then the next controller has its turn.

mod cache;
pub mod controller;
mod deployments;
mod garbage_collector;
pub mod key;
mod node_lifecycle;
mod replica_sets;
mod work_queue;

pub use self::cache::Caches;
pub use self::controller::{Context, Controller, ControllerFactory};
pub use self::key::{ControllerId, Key};
pub use self::work_queue::WorkQueue;

use super::api_server::ApiServer;
use super::draw_uses;
use super::event::Event;
use super::store::Change;
use crate::kernel::{EventClass, EventQueue, Identity};

/// Every controller that is simulated, in the order of their turns.
pub const IN_TREE: &[ControllerFactory] = &[
    || Box::new(deployments::DeploymentController),
    || Box::<replica_sets::ReplicaSetController>::default(),
    || Box::<garbage_collector::GarbageCollector>::default(),
    || Box::new(node_lifecycle::NodeLifecycle),
];

/// A controller with its queue.
struct Running {
    controller: Box<dyn Controller>,
    queue: WorkQueue,
}

/// Controllers, caches and work queues.
pub struct ControllerManager {
    controllers: Vec<Running>,
    caches: Caches,
}

impl ControllerManager {
    /// These controllers, which have seen nothing.
    ///
    /// # Panics
    ///
    /// If there are more than 256, or two draw their delays alike.
    pub fn new(controllers: &[ControllerFactory]) -> Self {
        let controllers: Vec<Running> = controllers
            .iter()
            .enumerate()
            .map(|(place, make)| {
                let id = ControllerId(u8::try_from(place).expect("at most 256 controllers"));
                Running { controller: make(), queue: WorkQueue::new(id) }
            })
            .collect();
        let mut lanes: Vec<u32> = controllers.iter().map(|one| one.controller.draw_lane()).collect();
        lanes.sort_unstable();
        assert!(lanes.is_sorted_by(|a, b| a < b), "no two controllers draw alike: {lanes:?}");
        Self { controllers, caches: Caches::default() }
    }

    /// The controllers, in the order of their turns.
    pub fn ids(&self) -> impl Iterator<Item = ControllerId> + use<> {
        (0..self.controllers.len()).map(|place| ControllerId(place as u8))
    }

    /// Takes note of a change.
    pub fn observe(&mut self, change: &Change, api: &mut ApiServer<'_>, events: &mut EventQueue<Event>) {
        self.caches.observe(change);
        let caches = &self.caches;
        for Running { controller, queue } in &mut self.controllers {
            controller.observe(change, &mut Context { caches, queue, api, events });
        }
    }

    /// A controller's turn: the keys that are to be handled now. If its syncs take a while, they are put off,
    /// and a key whose sync is under way already is not put off again.
    pub fn turn(
        &mut self,
        id: ControllerId,
        api: &ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) -> Vec<Key> {
        let Running { controller, queue } = &mut self.controllers[usize::from(id.0)];
        let keys = queue.take();
        let hop = controller.delay(&api.setup.timing).filter(|hop| !hop.is_constant_zero());
        let Some(hop) = hop else { return keys };
        for key in keys {
            let Some(occurrence) = queue.set_out(key) else { continue };
            let who = Identity { owner: 0, revision: controller.draw_lane(), ordinal: key.0 };
            let delay = hop.sample(&mut api.draws.keyed(draw_uses::CONTROLLER_SYNC, who, occurrence));
            events.push(api.now.plus(delay), EventClass::Essential, Event::Sync(id, key));
        }
        Vec::new()
    }

    /// A key is handled.
    pub fn sync(
        &mut self,
        id: ControllerId,
        key: Key,
        api: &mut ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) {
        let Running { controller, queue } = &mut self.controllers[usize::from(id.0)];
        queue.begin(key);
        controller.sync(key, &mut Context { caches: &self.caches, queue, api, events });
    }

    /// A key's time to be looked at again has come.
    pub fn recheck(
        &mut self,
        id: ControllerId,
        key: Key,
        api: &mut ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) {
        let Running { controller, queue } = &mut self.controllers[usize::from(id.0)];
        queue.later_came(key);
        controller.recheck(key, &mut Context { caches: &self.caches, queue, api, events });
    }
}
