//! What the queue knows of a pod (`QueuedPodInfo` of kube-scheduler v1.34), where the pod is, and the
//! record of its moves.

use std::sync::Arc;

use super::active::ActiveKey;
use super::attempts::Failures;
use super::backoff::BackoffSpot;
use super::in_flight::Flight;
use super::unschedulable::GroupId;
use crate::api::{Pod, PodId};
use crate::kernel::SimTime;
use crate::scheduler::framework::EventLabel;
use crate::scheduler::framework::{PluginId, PluginSet};

/// Where a pod is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// To be tried, in `activeQ`.
    Active,
    /// To be tried when its back-off is over, in `backoffQ`.
    Backoff,
    /// Waiting for an event that may help, in `unschedulablePods`.
    Unschedulable,
    /// Held back by a `PreEnqueue` plugin.
    Gated,
    /// Being tried, or being bound.
    InFlight,
}

impl Place {
    /// Kubernetes' word, as in the metric `scheduler_pending_pods`; `inFlight` is kubecast's own.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Backoff => "backoff",
            Self::Unschedulable => "unschedulable",
            Self::Gated => "gated",
            Self::InFlight => "inFlight",
        }
    }
}

/// A pod in the queue.
#[derive(Clone, Debug)]
pub struct QueuedPod {
    /// The pod, as of its last update.
    pub pod: Arc<Pod>,
    /// Where it is.
    pub place: Place,
    /// How often it has been tried; a pod in flight has its present attempt counted.
    pub attempts: u32,
    /// When it first entered the queue.
    pub added: SimTime,
    /// When its last attempt began.
    pub last_attempt: Option<SimTime>,
    /// When its last failed attempt ended, or when it first entered the queue (`Timestamp`). Orders
    /// activeQ, and starts the back-off and the wait for an event.
    pub timestamp: SimTime,
    /// The plugins that rejected it in its last attempt, or that hold it back. Empty while it is in
    /// flight and after an error.
    pub rejected_by: PluginSet,
    /// Why it came where it is.
    pub moved_by: EventLabel,
}

/// How many pods are in each place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In `activeQ`.
    pub active: usize,
    /// In `backoffQ`, errors included.
    pub backoff: usize,
    /// In `unschedulablePods`, without those held back.
    pub unschedulable: usize,
    /// Held back by a `PreEnqueue` plugin.
    pub gated: usize,
    /// Being tried or bound.
    pub in_flight: usize,
}

impl Counts {
    /// All pods but those in flight.
    pub fn waiting(self) -> usize {
        self.active + self.backoff + self.unschedulable + self.gated
    }
}

/// A pod came to another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which pod.
    pub pod: PodId,
    /// Where it was; `None` if it was new.
    pub from: Option<Place>,
    /// Where it is now.
    pub to: Place,
    /// Why.
    pub why: EventLabel,
    /// The rejecting plugin that took the event for helpful, if one was asked.
    pub plugin: Option<PluginId>,
}

/// Why a pod moves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause {
    pub(super) why: EventLabel,
    pub(super) by: Option<PluginId>,
}

impl Cause {
    /// No plugin was asked.
    pub(super) fn plain(why: EventLabel) -> Self {
        Self { why, by: None }
    }
}

/// A pod with what the queue keeps to itself.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    pub(super) queued: QueuedPod,
    pub(super) failures: Failures,
}

impl Tracked {
    /// A pod that is new to the queue.
    pub(super) fn new(
        pod: Arc<Pod>,
        place: Place,
        gated_by: PluginSet,
        why: EventLabel,
        now: SimTime,
    ) -> Self {
        let queued = QueuedPod {
            pod,
            place,
            attempts: 0,
            added: now,
            last_attempt: None,
            timestamp: now,
            rejected_by: gated_by,
            moved_by: why,
        };
        Self { queued, failures: Failures::default() }
    }
}

/// Where a pod is in the structure of its place, so that it can be taken out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    Active(ActiveKey),
    Backoff(BackoffSpot),
    Unschedulable(GroupId),
    /// Tried since the last change, under [`super::RequeueRule::AnyChange`].
    Tried,
    Gated,
    InFlight(Flight),
}

/// A pod and its spot.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) tracked: Tracked,
    pub(super) spot: Spot,
}

/// The moves since somebody last asked for them.
#[derive(Clone, Debug, Default)]
pub(super) struct MoveLog {
    on: bool,
    moves: Vec<Moved>,
}

impl MoveLog {
    /// Begins or ends recording; what was recorded is dropped at the end.
    pub(super) fn switch(&mut self, on: bool) {
        self.on = on;
        if !on {
            self.moves = Vec::new();
        }
    }

    /// Adds a move, if anybody wants to know.
    pub(super) fn record(&mut self, pod: PodId, from: Option<Place>, to: Place, cause: Cause) {
        if self.on {
            self.moves.push(Moved { pod, from, to, why: cause.why, plugin: cause.by });
        }
    }

    /// Hands the moves over, in order.
    pub(super) fn take(&mut self) -> Vec<Moved> {
        std::mem::take(&mut self.moves)
    }
}
