//! A controller at work: its queue, its syncs under way, its handler of watch events and its event recorder.

use std::collections::VecDeque;

use super::cache::Caches;
use super::controller::{Context, Controller};
use super::key::{ControllerId, Key};
use super::step::Step;
use super::work_queue::WorkQueue;
use crate::cluster::api_server::ApiServer;
use crate::cluster::api_server::requests::recorder::EventRecorder;
use crate::cluster::api_server::requests::{Answer, Answered, Caller, Request};
use crate::cluster::draw_uses;
use crate::cluster::event::Event;
use crate::cluster::request::ClientId;
use crate::cluster::store::Change;
use crate::kernel::{EventClass, EventQueue, Identity, LookupMap, SimTime};

/// A controller with all that belongs to it.
pub(super) struct Running {
    id: ControllerId,
    pub(super) controller: Box<dyn Controller>,
    queue: WorkQueue,
    syncs: LookupMap<Key, Batch>,
    handler: VecDeque<Key>,
    handles: bool,
    recorder: EventRecorder,
    /// Syncs that began so far.
    begun: u64,
}

/// The requests of a sync's last step.
struct Batch {
    answers: Vec<Option<Answer>>,
    left: usize,
}

/// What a controller reaches outside itself.
pub(super) struct Reach<'c, 's> {
    pub(super) caches: &'c Caches,
    pub(super) last_error: &'c mut Option<SimTime>,
    pub(super) api: &'c mut ApiServer<'s>,
    pub(super) events: &'c mut EventQueue<Event>,
}

impl Running {
    pub(super) fn new(id: ControllerId, controller: Box<dyn Controller>, paced: bool) -> Self {
        Self {
            id,
            controller,
            queue: WorkQueue::new(id, paced),
            syncs: LookupMap::default(),
            handler: VecDeque::new(),
            handles: false,
            recorder: EventRecorder::default(),
            begun: 0,
        }
    }

    /// Lets the controller do something in its context.
    fn act<T>(
        &mut self,
        Reach { caches, last_error, api, events }: &mut Reach<'_, '_>,
        act: impl FnOnce(&mut dyn Controller, &mut Context<'_, '_>) -> T,
    ) -> T {
        let Self { controller, queue, handler, .. } = self;
        act(controller.as_mut(), &mut Context { caches, queue, api, last_error, handler, events })
    }

    pub(super) fn observe(&mut self, change: &Change, reach: &mut Reach<'_, '_>) {
        self.act(reach, |controller, context| controller.observe(change, context));
        self.take(reach);
        self.handle_next(reach);
    }

    /// Workers that are free take the keys that wait: what happens to a key from now on calls for another sync.
    fn take(&mut self, reach: &mut Reach<'_, '_>) {
        let plane = reach.api.setup.control_plane;
        let workers = plane.map_or(0, |plane| self.controller.workers(&plane));
        while let Some(key) = self.queue.next_for(workers) {
            let occurrence = self.begun;
            self.put_off(key, occurrence, reach);
        }
    }

    /// Its turn, if it is without workers: the keys that are to be handled now; if its syncs take a while, they
    /// are put off, and a key whose sync is under way already is not put off again.
    pub(super) fn turn(&mut self, reach: &mut Reach<'_, '_>) -> Vec<Key> {
        let keys = self.queue.take();
        let takes_a_while =
            self.controller.delay(&reach.api.setup.timing).is_some_and(|hop| !hop.is_constant_zero());
        if !takes_a_while {
            return keys;
        }
        for key in keys {
            if let Some(occurrence) = self.queue.set_out(key) {
                self.put_off(key, occurrence, reach);
            }
        }
        Vec::new()
    }

    /// A key's sync begins after a while.
    fn put_off(&mut self, key: Key, occurrence: u64, Reach { api, events, .. }: &mut Reach<'_, '_>) {
        self.begun += 1;
        let who = Identity { owner: 0, revision: self.controller.draw_lane(), ordinal: key.0 };
        let hop = self.controller.delay(&api.setup.timing).expect("a controller that waits says how long");
        let delay = hop.sample_with(|| api.draws.keyed(draw_uses::CONTROLLER_SYNC, who, occurrence));
        events.push(api.now.plus(delay), EventClass::Essential, Event::Sync(self.id, key));
    }

    /// A key's sync begins.
    pub(super) fn sync(&mut self, key: Key, reach: &mut Reach<'_, '_>) {
        self.queue.begin(key);
        let step = self.act(reach, |controller, context| controller.sync(key, context));
        self.proceed(key, step, reach);
    }

    /// A sync's wait is over.
    pub(super) fn resume(&mut self, key: Key, reach: &mut Reach<'_, '_>) {
        let step = self.act(reach, |controller, context| controller.resume(key, Vec::new(), context));
        self.proceed(key, step, reach);
    }

    /// A key's time to be looked at again has come.
    pub(super) fn recheck(&mut self, key: Key, reach: &mut Reach<'_, '_>) {
        self.queue.later_came(key);
        self.act(reach, |controller, context| controller.recheck(key, context));
        self.take(reach);
    }

    fn proceed(&mut self, key: Key, step: Step, reach: &mut Reach<'_, '_>) {
        match step {
            Step::Done => {
                self.queue.done(key);
                self.take(reach);
            }
            Step::Wait(delay) => {
                let at = reach.api.now.plus(delay);
                reach.events.push(at, EventClass::Essential, Event::Resume(self.id, key));
            }
            Step::Requests(requests) if requests.is_empty() => self.resume(key, reach),
            Step::Requests(requests) if reach.api.setup.control_plane.is_none() => {
                let answers = requests.into_iter().map(|request| reach.api.carry_out(request.act)).collect();
                let step = self.act(reach, |controller, context| controller.resume(key, answers, context));
                self.proceed(key, step, reach);
            }
            Step::Requests(requests) => {
                self.syncs.insert(key, Batch { answers: vec![None; requests.len()], left: requests.len() });
                for (slot, request) in (0..).zip(requests) {
                    self.send(request, Caller::Sync(self.id, key, slot), reach);
                }
            }
        }
    }

    fn send(&self, request: Request, caller: Caller, Reach { api, events, .. }: &mut Reach<'_, '_>) {
        api.send(ClientId::Controller(self.id), request, caller, events);
    }

    /// A request of a sync is answered; with the last of a batch the sync goes on.
    pub(super) fn answered(&mut self, key: Key, slot: u32, answered: &Answered, reach: &mut Reach<'_, '_>) {
        if let Some(planned) = answered.event {
            self.recorder.tell(self.id, (planned, answered), reach.api, reach.events);
        }
        let batch = self.syncs.get_mut(&key).expect("a sync waits for the answer");
        batch.answers[slot as usize] = Some(answered.answer);
        batch.left -= 1;
        if batch.left > 0 {
            return;
        }
        let batch = self.syncs.remove(&key).expect("it was there");
        let answers = batch.answers.into_iter().flatten().collect();
        let step = self.act(reach, |controller, context| controller.resume(key, answers, context));
        self.proceed(key, step, reach);
    }

    /// The recorder writes its next event.
    pub(super) fn record(&mut self, Reach { api, events, .. }: &mut Reach<'_, '_>) {
        self.recorder.go_on(self.id, api, events);
    }

    /// The handler's request is answered.
    pub(super) fn handled(&mut self, reach: &mut Reach<'_, '_>) {
        self.handles = false;
        if let Some(key) = self.handler.pop_front() {
            self.act(reach, |controller, context| controller.handled(key, context));
            self.take(reach);
        }
        self.handle_next(reach);
    }

    fn handle_next(&mut self, reach: &mut Reach<'_, '_>) {
        while let Some(key) = self.handler.front().copied().filter(|_| !self.handles) {
            match self.act(reach, |controller, context| controller.handle(key, context)) {
                Some(request) => {
                    self.handles = true;
                    self.send(request, Caller::Handler(self.id), reach);
                }
                None => {
                    self.handler.pop_front();
                }
            }
        }
    }
}
