//! What can be said of a request of a component: who sends it, what it does, what became of it.

use super::controller_manager::key::ControllerId;
use super::store::ObjectId;

/// A component's client of the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClientId {
    /// kube-scheduler's.
    Scheduler,
    /// The one with which kube-scheduler writes events.
    SchedulerEvents,
    /// A controller's.
    Controller(ControllerId),
}

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Reads one object.
    Get,
    /// Reads all of a kind.
    List,
    /// Creates.
    Post,
    /// Replaces, if nobody has written since.
    Put,
    /// Changes a part.
    Patch,
    /// Deletes.
    Delete,
}

impl Verb {
    /// Its name, as in an audit log's HTTP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::List => "LIST",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// An event as a request writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenEvent {
    /// Its reason.
    pub reason: &'static str,
    /// How often it has happened; above 1 the event that is there is patched.
    pub count: u32,
    /// It stands for several like ones.
    pub combined: bool,
}

/// A request that was carried out or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// Who sent it.
    pub client: ClientId,
    /// What it does.
    pub verb: Verb,
    /// The kind of its object, and the part: `replicasets/status`.
    pub resource: &'static str,
    /// Its object.
    pub object: Option<ObjectId>,
    /// The HTTP code, if it was refused.
    pub code: Option<u16>,
    /// The event that it writes.
    pub event: Option<WrittenEvent>,
}
