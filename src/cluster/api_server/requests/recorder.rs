//! A controller's event recorder: it writes one event after the other, each a request of the controller's client
//! (client-go's `recordToSink`, v1.36).

use std::collections::VecDeque;

use super::correlator::Correlator;
use super::{Answered, Caller, PlannedEvent, Request};
use crate::cluster::api_server::ApiServer;
use crate::cluster::controller_manager::key::ControllerId;
use crate::cluster::event::Event;
use crate::cluster::request::{ClientId, Verb};
use crate::cluster::store::ObjectId;
use crate::kernel::{EventClass, EventQueue, stable_hash};

/// An event that waits to be written.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    about: ObjectId,
    reason: &'static str,
    message: u64,
}

/// A controller's recorder.
#[derive(Default)]
pub struct EventRecorder {
    waiting: VecDeque<Waiting>,
    correlator: Correlator,
    busy: bool,
}

impl EventRecorder {
    /// Takes an event in, which a request led to.
    pub fn tell(
        &mut self,
        of: ControllerId,
        (planned, answered): (PlannedEvent, &Answered),
        api: &ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) {
        let message = planned.message.unwrap_or_else(|| match answered.answer {
            super::Answer::Done { object, .. } => number(object),
            super::Answer::Conflict | super::Answer::NotFound => 0,
        });
        self.waiting.push_back(Waiting { about: planned.about, reason: planned.reason, message });
        if !std::mem::replace(&mut self.busy, true) {
            take_up_next(of, api, events);
        }
    }

    /// Writes the next event that is to be written.
    pub fn go_on(&mut self, of: ControllerId, api: &mut ApiServer<'_>, events: &mut EventQueue<Event>) {
        while let Some(Waiting { about, reason, message }) = self.waiting.pop_front() {
            let Some(written) = self.correlator.correlate((about, reason), message, api.now) else {
                continue;
            };
            let verb = if written.count > 1 { Verb::Patch } else { Verb::Post };
            let request = Request {
                verb,
                resource: "events",
                object: Some(about),
                act: Box::new(move |_| Ok(about)),
                event: None,
            };
            api.send_event(ClientId::Controller(of), (request, Some(written)), Caller::Recorder(of), events);
            return;
        }
        self.busy = false;
    }
}

/// A recorder takes up its next event in a while.
pub fn take_up_next(of: ControllerId, api: &ApiServer<'_>, events: &mut EventQueue<Event>) {
    let delay = api.setup.control_plane.map_or_else(Default::default, |plane| plane.event_delay);
    events.push(api.now.plus(delay), EventClass::Essential, Event::Record(of));
}

/// A number that stands for the message that names this object.
fn number(object: ObjectId) -> u64 {
    stable_hash(format!("{object:?}").as_bytes())
}
