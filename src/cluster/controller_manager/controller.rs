//! What a controller is: it takes note of changes, keeps keys in its work queue, and brings the object of a key
//! closer to what it should be.

use super::cache::Caches;
use super::key::Key;
use super::work_queue::WorkQueue;
use crate::cluster::api_server::ApiServer;
use crate::cluster::event::Event;
use crate::cluster::store::Change;
use crate::cluster::timing::Timing;
use crate::kernel::{Distribution, EventQueue, stable_hash};

/// What a controller sees and acts on.
pub struct Context<'c, 's> {
    /// The objects, as far as the controller manager has seen them; shared by all controllers.
    pub caches: &'c Caches,
    /// The controller's own work queue.
    pub queue: &'c mut WorkQueue,
    /// The API server, to write, and for clock, names and draws. What stands in its store the controller
    /// has not seen; only what a request to the API server would answer may be read there.
    pub api: &'c mut ApiServer<'s>,
    /// What is to come.
    pub events: &'c mut EventQueue<Event>,
}

/// A controller of kube-controller-manager.
pub trait Controller {
    /// Its name, as kube-controller-manager's `--controllers` has it.
    fn name(&self) -> &'static str;

    /// Takes note of a change, which stands in the caches already: puts the keys of what it concerns into the
    /// queue.
    fn observe(&mut self, change: &Change, context: &mut Context<'_, '_>);

    /// Handles a key.
    fn sync(&mut self, key: Key, context: &mut Context<'_, '_>);

    /// The time has come for which another look at a key was asked.
    fn recheck(&mut self, key: Key, context: &mut Context<'_, '_>) {
        context.queue.add(0, key);
    }

    /// How long a key waits until its sync; `None`: it does not.
    fn delay<'t>(&self, timing: &'t Timing) -> Option<&'t Distribution> {
        Some(&timing.controller_sync)
    }

    /// The number by which its delays are drawn. It never changes and no other controller has it.
    fn draw_lane(&self) -> u32 {
        stable_hash(self.name().as_bytes()) as u32
    }
}

/// Makes a controller.
pub type ControllerFactory = fn() -> Box<dyn Controller>;
