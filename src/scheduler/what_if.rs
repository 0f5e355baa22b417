//! What would have to be different for a pod to fit: the smallest single change, and the best of every
//! other kind.
//!
//! Every answer is proven: the change is carried out on a copy of what the scheduler sees, and the whole
//! cycle is asked again ([`Cycle::report`](super::cycle::Cycle::report)). Nothing is answered for a pod that fits as it is.
//!
//! # Smallest
//!
//! A change touches one object. Changes are ordered by
//!
//! 1. whom they touch ([`Touched`]): nobody (a terminating pod has gone), the pod's own configuration,
//!    one node, one other pod, the number of nodes;
//! 2. the relative amount ([`Fix::amount_ppm`]), in millionths: of a quantity the difference to what it
//!    was (a request of 2 lowered to 1.5 is 250,000, `maxSkew` raised from 1 to 2 is 1,000,000), of a
//!    requirement that is given up or a pod that goes 1,000,000, of a constraint that stays as strict
//!    and only counts other nodes or pods (`nodeTaintsPolicy`, `matchLabelKeys`) 0;
//! 3. the order of [`KINDS`]; then the place in the pod's lists, then the order of the nodes.
//!
//! # What is left out
//!
//! Constraints that a profile gives to pods without any, scheduling gates and the volumes of a pod are
//! not changed. At most [`MOST_TRIALS`] changes of a kind are tried, the most promising first, so that a
//! cluster of thousands of nodes is answered in seconds; a kind that helps only on later ones is missed.
//! A new node carries no pods, DaemonSets' included.

pub mod change;
pub mod words;

mod affinity;
mod case;
mod new_node;
mod pods;
mod requests;
mod spread;
mod taints;

pub use change::Change;

use self::case::Case;
use super::cache::Cache;
use super::profile::Profile;
use crate::api::{NodeId, Pod, SchedulerBehaviour};
use crate::kernel::Interner;
use crate::scheduler::cycle::{CycleReport, NodeRejections};

/// Changes of a kind that are tried at most.
pub const MOST_TRIALS: usize = 16;
/// A whole, in millionths.
const WHOLE: u64 = 1_000_000;

/// The kinds of changes ([`Change::kind`]), in order of preference where touch and amount are equal.
pub const KINDS: [&str; 21] = [
    "terminatingPodGone",
    "nodeTaintsPolicy",
    "matchLabelKeys",
    "nodeAffinityPolicy",
    "minDomains",
    "maxSkew",
    "scheduleAnyway",
    "lowerRequest",
    "tolerate",
    "dropHostPort",
    "dropNodeSelector",
    "dropNodeRequirement",
    "dropNodeAffinity",
    "dropAffinityTerm",
    "dropAntiAffinityTerm",
    "uncordon",
    "removeTaint",
    "labelNode",
    "addResource",
    "evict",
    "addNode",
];

/// A pod that does not fit, and what the scheduler sees.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// The cluster, without the pod; its list of nodes is up to date.
    pub cache: &'a Cache,
    /// The pod's profile.
    pub profile: &'a Profile,
    /// The texts of all symbols.
    pub names: &'a Interner,
    /// Release and gates.
    pub behaviour: SchedulerBehaviour,
}

/// Whom a change touches, in order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touched {
    /// Nobody; it is a matter of waiting.
    Nobody,
    /// The pod's own configuration.
    Pod,
    /// One node.
    Node,
    /// One other pod.
    OtherPod,
    /// The number of nodes.
    NodeCount,
}

/// A change that makes the pod fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The change.
    pub change: Change,
    /// How much is changed, relatively, in millionths.
    pub amount_ppm: u64,
    /// The nodes that the pod fits on then, without a new one.
    pub fits_on: Vec<NodeId>,
}

/// What would help.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The best change of every kind (and resource, and constraint), the smallest first.
    pub fixes: Vec<Fix>,
    /// If there is none: the node with the fewest rejecting plugins, the first of several.
    pub nearest: Option<NodeRejections>,
}

/// Changes of a kind, to be tried in this order until one helps.
type Series = Vec<Candidate>;

/// A change with its relative amount.
struct Candidate {
    change: Change,
    amount_ppm: u64,
}

/// What would make a pod fit. Empty if it fits already.
pub fn what_if(question: &Question<'_>) -> Answer {
    let mut case = Case::new(question);
    if case.fits_already() {
        return Answer::default();
    }
    let mut series: Vec<Series> = Vec::new();
    for gather in
        [pods::series, spread::series, requests::series, taints::series, affinity::series, new_node::series]
    {
        series.extend(gather(&case));
    }
    let mut fixes: Vec<Fix> =
        series.into_iter().filter_map(|changes| case.first_that_helps(changes)).collect();
    // Series come in the order of the changes; a stable sort keeps it where all else is equal.
    fixes.sort_by_key(|fix| (fix.change.touched(), fix.amount_ppm, fix.change.rank()));
    let nearest =
        if fixes.is_empty() { case.rejections.nearest_first().first().copied().cloned() } else { None };
    Answer { fixes, nearest }
}

/// Whether a cycle with this report ends with a node. (A single feasible node is taken unscored, so that
/// a plugin that fails in scoring does no harm there.)
fn ends_well(report: &CycleReport) -> bool {
    match report.feasible().count() {
        0 => false,
        1 => true,
        _ => report.error.is_none(),
    }
}

impl Change {
    fn rank(&self) -> usize {
        KINDS.iter().position(|kind| *kind == self.kind()).expect("every kind has its place")
    }

    /// Whom the change touches.
    pub fn touched(&self) -> Touched {
        match self {
            Self::TerminatingPodGone { .. } => Touched::Nobody,
            Self::Uncordon { .. }
            | Self::RemoveTaint { .. }
            | Self::LabelNode { .. }
            | Self::AddResource { .. } => Touched::Node,
            Self::Evict { .. } => Touched::OtherPod,
            Self::AddNode { .. } => Touched::NodeCount,
            _ => Touched::Pod,
        }
    }
}

#[cfg(test)]
mod tests;
