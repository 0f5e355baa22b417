//! What a timeline does to a cluster: entries with a time and an operation, compiled and checked against the
//! objects that exist.

use std::fmt;
use std::sync::Arc;

use super::client::{Api, Client, Next};
use super::service_registry::setup::ServiceId;
use crate::api::{DaemonSet, Deployment, Node, Pod, SelectorOwner};
use crate::kernel::{SimDuration, SimTime};
use crate::service_ip::Service;

/// One entry of the timeline.
#[derive(Clone, Debug)]
pub struct TimelineEntry {
    /// When.
    pub at: TimelineMoment,
    /// What.
    pub operation: Arc<dyn Operation>,
    /// The operation in words, for events and summaries: `rolloutRestart deployment/default/web`.
    pub label: Arc<str>,
}

/// When an entry happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineMoment {
    /// At a fixed time.
    At(SimTime),
    /// This long after the last event since the entry before, once nothing is left to do.
    AfterSettled(SimDuration),
}

/// An operation on the cluster, as a user or another system would do it through the API. What is done at one moment
/// is a [`Request`]; what takes its time brings a client of its own.
pub trait Operation: fmt::Debug + Send + Sync {
    /// The objects that it brings. Their numbers are kept for them.
    fn applied(&self) -> &[AppliedObject] {
        &[]
    }

    /// A client that carries it out.
    fn start(self: Arc<Self>) -> Box<dyn Client>;
}

/// An operation that is done at one moment.
pub trait Request: fmt::Debug + Send + Sync + 'static {
    /// The objects that it brings.
    fn brings(&self) -> &[AppliedObject] {
        &[]
    }

    /// Does it. The error: why it cannot be done.
    fn perform(&self, api: &mut dyn Api) -> Result<(), String>;
}

impl<T: Request> Operation for T {
    fn applied(&self) -> &[AppliedObject] {
        self.brings()
    }

    fn start(self: Arc<Self>) -> Box<dyn Client> {
        Box::new(Once(self))
    }
}

/// A client that makes a request and is done.
struct Once<T>(Arc<T>);

impl<T: Request> Client for Once<T> {
    fn act(&mut self, api: &mut dyn Api) -> Result<Next, String> {
        self.0.perform(api).map(|()| Next::Done)
    }
}

/// An object that an `apply` creates or replaces. Its number is already given: of the object of that
/// name if there is one by then, else the next free one of its kind.
#[derive(Clone, Debug)]
pub enum AppliedObject {
    /// A node, created or updated.
    Node(Box<Node>),
    /// A pod, created (an existing pod's spec cannot change).
    Pod(Box<Pod>),
    /// A Deployment, created or updated.
    Deployment(Box<Deployment>),
    /// A DaemonSet, created or updated.
    DaemonSet(Box<DaemonSet>),
    /// A Service, ReplicationController or StatefulSet, for its selector.
    SelectorOwner(SelectorOwner),
    /// A Service, for its addresses.
    Service(ServiceId, Arc<Service>),
}
