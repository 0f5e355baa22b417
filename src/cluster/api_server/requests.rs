//! Requests of the control plane's components to the API server, and the clients that send them.
//!
//! A request takes a token of its client, in the order of asking; then it is on its way
//! ([`crate::cluster::timing::Timing::api_request`]) and is carried out and answered at one moment. Requests run side by
//! side; who sent one goes on when it is answered ([`Caller`]).

pub mod correlator;
pub mod recorder;
mod token_bucket;

use std::fmt;

pub use self::token_bucket::TokenBucket;

use super::ApiServer;
use crate::api::{NodeId, PodId};
use crate::cluster::control_plane::ControlPlane;
use crate::cluster::controller_manager::key::{ControllerId, Key};
use crate::cluster::draw_uses;
use crate::cluster::event::Event;
use crate::cluster::record::Record;
use crate::cluster::request::{ClientId, RequestRecord, Verb, WrittenEvent};
use crate::cluster::store::ObjectId;
use crate::kernel::{Draw, Draws, EventClass, EventQueue, stable_hash};

/// What the API server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done {
        /// The object.
        object: ObjectId,
        /// How far the log of its kind was written then.
        position: u64,
    },
    /// 409: somebody has written the object since it was read, or an object of the name is there.
    Conflict,
    /// 404: the object is not there.
    NotFound,
}

impl Answer {
    /// The HTTP code, if the request was refused.
    pub const fn code(self) -> Option<u16> {
        match self {
            Self::Done { .. } => None,
            Self::Conflict => Some(409),
            Self::NotFound => Some(404),
        }
    }
}

/// What a request does to the API server's objects. The object that it was about, or why it was refused.
pub type Act = Box<dyn for<'a, 's> FnOnce(&'a mut ApiServer<'s>) -> Result<ObjectId, Refused>>;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// 409.
    Conflict,
    /// 404.
    NotFound,
}

/// A request.
pub struct Request {
    /// What it does.
    pub verb: Verb,
    /// The kind of its object, and the part: `replicasets/status`.
    pub resource: &'static str,
    /// Its object; `None`: the one that it creates.
    pub object: Option<ObjectId>,
    /// Does it.
    pub act: Act,
    /// The event that its success leads to.
    pub event: Option<PlannedEvent>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.verb.name(), self.resource, self.object)
    }
}

/// An event that tells of a request's success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedEvent {
    /// What it is about.
    pub about: ObjectId,
    /// Its reason.
    pub reason: &'static str,
    /// A number that stands for its message; `None`: the message names the object of the answer.
    pub message: Option<u64>,
}

/// Who goes on when a request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A sync of a controller, which sent it at this place of a batch.
    Sync(ControllerId, Key, u32),
    /// A controller's handler of watch events.
    Handler(ControllerId),
    /// A controller's event recorder.
    Recorder(ControllerId),
    /// A binding of kube-scheduler.
    Binding(PodId, NodeId),
    /// A preemption of kube-scheduler, for this pod: a victim's status was written.
    Condition(PodId, PodId),
    /// The same: a victim was deleted.
    Eviction(PodId, PodId),
    /// The same: another pod is no longer nominated.
    PassingOver(PodId),
    /// Nobody waits.
    Nobody,
}

/// An answered request.
#[derive(Clone, Copy, Debug)]
pub struct Answered {
    /// Who goes on.
    pub caller: Caller,
    /// The answer.
    pub answer: Answer,
    /// The event that its success leads to.
    pub event: Option<PlannedEvent>,
}

/// A client's state.
struct Client {
    id: ClientId,
    bucket: TokenBucket,
    /// The times of its requests, one after the other.
    draw: Draw,
}

/// A request on its way.
struct UnderWay {
    client: ClientId,
    request: Request,
    caller: Caller,
    told: Option<WrittenEvent>,
}

/// The clients and their requests.
#[derive(Default)]
pub struct Requests {
    clients: Vec<Client>,
    under_way: Vec<Option<UnderWay>>,
    free: Vec<u32>,
}

impl Requests {
    /// Clients of kube-scheduler and of controllers with these names.
    pub fn new(
        control_plane: &ControlPlane,
        controllers: impl Iterator<Item = &'static str>,
        draws: &Draws,
    ) -> Self {
        let client = |id, name: &str, limits| Client {
            id,
            bucket: TokenBucket::new(limits),
            draw: draws.stream(draw_uses::API_REQUEST, stable_hash(name.as_bytes())),
        };
        let scheduler = control_plane.scheduler;
        let mut clients = vec![
            client(ClientId::Scheduler, "kube-scheduler", scheduler),
            client(ClientId::SchedulerEvents, "kube-scheduler events", scheduler),
        ];
        clients.extend((0_u8..).zip(controllers).map(|(place, name)| {
            client(ClientId::Controller(ControllerId(place)), name, control_plane.controller_manager)
        }));
        Self { clients, under_way: Vec::new(), free: Vec::new() }
    }

    fn client(&mut self, id: ClientId) -> &mut Client {
        let place = match id {
            ClientId::Scheduler => 0,
            ClientId::SchedulerEvents => 1,
            ClientId::Controller(ControllerId(place)) => 2 + usize::from(place),
        };
        let client =
            self.clients.get_mut(place).expect("each component of a paced control plane has a client");
        debug_assert_eq!(client.id, id);
        client
    }

    fn keep(&mut self, under_way: UnderWay) -> u32 {
        match self.free.pop() {
            Some(number) => {
                self.under_way[number as usize] = Some(under_way);
                number
            }
            None => {
                self.under_way.push(Some(under_way));
                (self.under_way.len() - 1) as u32
            }
        }
    }
}

impl ApiServer<'_> {
    /// Sends a request.
    pub fn send(
        &mut self,
        client: ClientId,
        request: Request,
        caller: Caller,
        events: &mut EventQueue<Event>,
    ) {
        self.send_event(client, (request, None), caller, events);
    }

    /// Sends a request, which may write an event.
    pub fn send_event(
        &mut self,
        client: ClientId,
        (request, told): (Request, Option<WrittenEvent>),
        caller: Caller,
        events: &mut EventQueue<Event>,
    ) {
        let sender = self.requests.client(client);
        let token = sender.bucket.reserve(self.now);
        let timing = &self.setup.timing;
        let hop = if client == ClientId::Scheduler { &timing.binding } else { &timing.api_request };
        let taken = hop.sample(&mut sender.draw);
        let number = self.requests.keep(UnderWay { client, request, caller, told });
        events.push(token.plus(taken), EventClass::Essential, Event::Request(number));
    }

    /// A request has arrived: it is carried out and answered.
    pub fn answer(&mut self, number: u32) -> Answered {
        let place = &mut self.requests.under_way[number as usize];
        let UnderWay { client, request, caller, told } = place.take().expect("a request is answered once");
        self.requests.free.push(number);
        let Request { verb, resource, object, act, event } = request;
        let answer = self.carry_out(act);
        let object = match answer {
            Answer::Done { object, .. } => Some(object),
            Answer::Conflict | Answer::NotFound => object,
        };
        self.record(&Record::Request(RequestRecord {
            client,
            verb,
            resource,
            object,
            code: answer.code(),
            event: told,
        }));
        Answered { caller, answer, event: event.filter(|_| answer.code().is_none()) }
    }

    /// Does what a request does.
    pub fn carry_out(&mut self, act: Act) -> Answer {
        match act(self) {
            Ok(object) => {
                let position = self.store().log().head(object.kind());
                Answer::Done { object, position }
            }
            Err(Refused::Conflict) => Answer::Conflict,
            Err(Refused::NotFound) => Answer::NotFound,
        }
    }
}
