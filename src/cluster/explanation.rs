//! What the scheduler did with one pod and why, in words and numbers: plain data for explanations.
//!
//! A run may have a witness ([`super::world::run_with_witness`]), who watches one pod: every move in the
//! queue, every attempt, and, of the attempt to be explained, what the scheduler saw. The witness changes
//! nothing: it draws no random number and writes no record. From what it saw a [`Scene`] is made
//! afterwards, by asking every plugin about every node once more.

mod counts;
mod fixes;
mod nodes;
mod scene;
mod stage;

use std::sync::Arc;

pub use counts::{ConstraintCounts, DomainCount};
pub use fixes::{FixRow, WhatIf};
pub use nodes::{Lack, NodeVerdict, Rejection, ScoreCell};
pub(super) use scene::scene_of;
pub(super) use stage::{Moment, Tried};

use crate::api::PodId;
use crate::kernel::SimTime;

/// Whom a witness watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WitnessOrder {
    /// The pod.
    pub pod: PodId,
    /// The last attempt that began by then is explained; `None`: the last of all.
    pub until: Option<SimTime>,
}

/// What a witness has to say.
#[derive(Clone, Debug)]
pub struct Testimony {
    /// The pod's way through the queue, in order.
    pub history: Vec<HistoryRow>,
    /// Attempts in all.
    pub attempts: u32,
    /// The attempt to be explained. A pod without any by then (gated, bound from the beginning, not seen
    /// yet, of a scheduler that is not there): what the scheduler would say.
    pub scene: Option<Scene>,
}

/// Something that happened to the pod in the scheduler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// When.
    pub time: SimTime,
    /// What.
    pub step: HistoryStep,
}

/// A step of the pod's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryStep {
    /// It came to another place of the queue.
    Moved {
        /// Where it was; `None` if it was new.
        from: Option<&'static str>,
        /// Where it is now.
        to: &'static str,
        /// Kubernetes' name of the event that moved it.
        event: &'static str,
        /// The rejecting plugin whose hint took the event for helpful, if one was asked.
        plugin: Option<&'static str>,
    },
    /// An attempt began.
    AttemptBegan {
        /// Which one, from 1.
        number: u32,
    },
    /// An attempt ended with a node.
    NodeChosen {
        /// Which attempt.
        number: u32,
        /// The node.
        node: Arc<str>,
    },
    /// An attempt ended without.
    Refused {
        /// Which attempt.
        number: u32,
        /// What Kubernetes says.
        message: Arc<str>,
    },
    /// An attempt came to nothing, as the pod was gone or bound by then.
    Obsolete {
        /// Which attempt.
        number: u32,
    },
}

/// What the scheduler saw and said at one moment.
#[derive(Clone, Debug)]
pub struct Scene {
    /// When.
    pub at: SimTime,
    /// Which attempt it was; `None` if nothing was tried and this is what the scheduler would say.
    pub attempt: Option<u32>,
    /// The node that the pod is on, where nothing was tried.
    pub bound_to: Option<Arc<str>>,
    /// The pod's scheduling gates.
    pub gates: Vec<String>,
    /// The name of the pod's scheduler.
    pub scheduler: String,
    /// The outcome.
    pub verdict: Verdict,
    /// How the nodes were gone through.
    pub sample: Sample,
    /// The node label keys that the constraints speak of; each node's values stand in this order.
    pub topology_keys: Vec<String>,
    /// Every node: the chosen one, other feasible ones by their total, rejected ones by the number of
    /// rejecting plugins, then those that were not looked at.
    pub nodes: Vec<NodeVerdict>,
    /// The topology spread constraints that hold for the pod, hard ones first.
    pub constraints: Vec<ConstraintCounts>,
    /// What would make it fit; only for a pod that does not.
    pub what_if: Option<WhatIf>,
}

/// Room that a pod makes for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preemption {
    /// The node that it is nominated for.
    pub node: Arc<str>,
    /// The pods that have to go from there, most important first.
    pub victims: Vec<Victim>,
}

/// A pod that has to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Victim {
    /// `NAMESPACE/NAME`.
    pub pod: Arc<str>,
    /// Its priority.
    pub priority: i32,
    /// It is going already.
    pub is_leaving: bool,
}

/// How a cycle ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// With a node.
    Placed {
        /// The node; where nothing was tried and several are the best, the first of them by name.
        node: Arc<str>,
        /// Its total; `None` if it was the only feasible one, which is never scored.
        total: Option<i64>,
        /// All nodes of that total, in the order in which they were looked at.
        best: Vec<Arc<str>>,
    },
    /// Without.
    Refused {
        /// What Kubernetes says, word for word.
        message: Arc<str>,
        /// What has to go so that it fits, if it may preempt and that helps.
        way_out: Option<Preemption>,
    },
    /// In an error: a plugin failed.
    Failed {
        /// What Kubernetes says, word for word.
        message: Arc<str>,
    },
    /// No profile has the name of the pod's scheduler.
    NoProfile,
}

/// How the nodes were gone through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Nodes in the cluster.
    pub all: usize,
    /// Nodes that were looked at.
    pub evaluated: usize,
    /// Feasible ones among them.
    pub feasible: usize,
    /// Feasible nodes after which no more are sought.
    pub sought: usize,
}
