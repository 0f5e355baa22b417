//! What a controller is: it takes note of changes, keeps keys in its work queue, and brings the object of a key
//! closer to what it should be.

use std::collections::VecDeque;

use super::cache::Caches;
use super::key::Key;
use super::step::Step;
use super::work_queue::WorkQueue;
use crate::cluster::api_server::ApiServer;
use crate::cluster::api_server::requests::{Answer, Request};
use crate::cluster::control_plane::ControlPlane;
use crate::cluster::event::Event;
use crate::cluster::store::Change;
use crate::cluster::timing::Timing;
use crate::kernel::{Distribution, EventQueue, SimDuration, SimTime, stable_hash};

/// What a controller sees and acts on.
pub struct Context<'c, 's> {
    /// The objects, as far as the controller manager has seen them; shared by all controllers.
    pub caches: &'c Caches,
    /// The controller's own work queue.
    pub queue: &'c mut WorkQueue,
    /// The API server, to write, and for clock, names and draws. What stands in its store the controller
    /// has not seen; only what a request to the API server would answer may be read there.
    pub api: &'c mut ApiServer<'s>,
    /// When kube-controller-manager has reported an error last.
    pub last_error: &'c mut Option<SimTime>,
    /// What its handler of watch events has to do that takes a request, one after the other
    /// ([`Controller::handle`]).
    pub handler: &'c mut VecDeque<Key>,
    /// What is to come.
    pub events: &'c mut EventQueue<Event>,
}

impl Context<'_, '_> {
    /// Reports an error: how long that holds the worker up. Whoever reports one within a millisecond of the one before,
    /// in the whole process, is made to wait (`rudimentaryErrorBackoff` of apimachinery's `runtime`).
    pub fn report_error(&mut self) -> SimDuration {
        const MIN_PERIOD: u64 = 1_000_000;
        let now = self.api.now;
        let since = self.last_error.replace(now).map_or(u64::MAX, |last| now.since(last).0);
        SimDuration(MIN_PERIOD.saturating_sub(since))
    }
}

/// A controller of kube-controller-manager.
pub trait Controller {
    /// Its name, as kube-controller-manager's `--controllers` has it.
    fn name(&self) -> &'static str;

    /// Takes note of a change, which stands in the caches already: puts the keys of what it concerns into the
    /// queue.
    fn observe(&mut self, change: &Change, context: &mut Context<'_, '_>);

    /// Handles a key: the first step of its sync. Under a control plane with a pace of its own, what is written in
    /// a step itself costs no request and no time; requests do.
    fn sync(&mut self, key: Key, context: &mut Context<'_, '_>) -> Step;

    /// The requests of a sync's last step are answered, in the order in which they were given, or its wait is
    /// over.
    fn resume(&mut self, _key: Key, _answers: Vec<Answer>, _context: &mut Context<'_, '_>) -> Step {
        Step::Done
    }

    /// The request that the handler of watch events makes for a key of [`Context::handler`].
    fn handle(&mut self, _key: Key, _context: &mut Context<'_, '_>) -> Option<Request> {
        None
    }

    /// That request is answered.
    fn handled(&mut self, _key: Key, _context: &mut Context<'_, '_>) {}

    /// The time has come for which another look at a key was asked.
    fn recheck(&mut self, key: Key, context: &mut Context<'_, '_>) {
        context.queue.add(0, key);
    }

    /// How long a key waits until its sync; `None`: it does not, and the control plane's pace is not the
    /// controller's.
    fn delay<'t>(&self, timing: &'t Timing) -> Option<&'t Distribution> {
        Some(&timing.controller_sync)
    }

    /// How many keys it works on at a time.
    fn workers(&self, _: &ControlPlane) -> usize {
        1
    }

    /// The number by which its delays are drawn. It never changes and no other controller has it.
    fn draw_lane(&self) -> u32 {
        stable_hash(self.name().as_bytes()) as u32
    }
}

/// Makes a controller.
pub type ControllerFactory = fn() -> Box<dyn Controller>;
