//! What a plugin is.
//!
//! Kubernetes has one interface per extension point and a map of untyped state per cycle; here a
//! plugin is one object with a method per extension point, and keeps the state of the present cycle in
//! its own fields, typed, between the methods that fill it (`pre_filter`, `pre_score`) and those that
//! read it (`filter`, `score`). Allocations are reused from cycle to cycle.

use super::status::Status;
use crate::api::{NodeId, Pod, SchedulerBehaviour};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::cache::Cache;
use crate::scheduler::node_info::NodeInfo;

/// The highest score after normalization.
pub const MAX_NODE_SCORE: i64 = 100;

/// Everything that a plugin may look at in a cycle.
#[derive(Clone, Copy)]
pub struct CycleContext<'a> {
    /// The pod to schedule.
    pub pod: &'a Pod,
    /// Nodes, the pods on them, namespaces, owners of selectors.
    pub cache: &'a Cache,
    /// The texts of all symbols.
    pub names: &'a Interner,
    /// Release and gates.
    pub behaviour: SchedulerBehaviour,
}

/// What a plugin's PreFilter says, unless it rejects the pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreFilterOutcome {
    /// Nothing to say about which nodes.
    AllNodes,
    /// Only these nodes (by name) come into question.
    Nodes(Vec<Symbol>),
    /// The plugin's filter passes every node and need not be asked.
    Skip,
}

/// What a plugin's PreScore says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreScoreOutcome {
    /// Ask for scores.
    Score,
    /// The plugin gives no scores for this pod; it adds nothing.
    Skip,
}

/// A scheduling plugin. Each extension point has an answer that changes nothing, so that a plugin
/// implements only its own; which ones are called follows from its descriptor and the profile.
pub trait Plugin: Send {
    /// Whether the pod may enter the queue.
    fn pre_enqueue(&self, _pod: &Pod, _names: &Interner) -> Result<(), Status> {
        Ok(())
    }

    /// Looks at the pod and the whole cluster before the filters.
    fn pre_filter(&mut self, _cycle: &CycleContext<'_>) -> Result<PreFilterOutcome, Status> {
        Ok(PreFilterOutcome::AllNodes)
    }

    /// Whether the pod may go to this node.
    fn filter(&self, _cycle: &CycleContext<'_>, _node: &NodeInfo) -> Result<(), Status> {
        Ok(())
    }

    /// Looks at the nodes that passed, before the scores.
    fn pre_score(
        &mut self,
        _cycle: &CycleContext<'_>,
        _feasible: &[NodeId],
    ) -> Result<PreScoreOutcome, Status> {
        Ok(PreScoreOutcome::Score)
    }

    /// The raw score of a node; `place` is its place in the list given to `pre_score`.
    fn score(&self, _cycle: &CycleContext<'_>, _node: &NodeInfo, _place: usize) -> i64 {
        0
    }

    /// Turns raw scores, in the order of the list given to `pre_score`, into scores from 0 to 100.
    fn normalize(&self, _scores: &mut [i64]) {}
}
