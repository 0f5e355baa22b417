//! What a plugin is.
//!
//! Kubernetes has one interface per extension point; here a plugin is one object with a method per
//! extension point. What it finds out in a cycle it writes into the cycle's state
//! ([`CycleState`]), in the methods that look at the whole (`pre_filter`, `pre_score`), and reads it in
//! those that look at one node (`filter`, `score`).
//!
//! DIFFERENCE: pods that wait at Permit are shown to plugins in Permit and Unreserve alone; in Kubernetes a
//! plugin can reach them at any time, through its handle. The queue sorts by priority, whatever stands at
//! QueueSort.

use super::cycle_state::CycleState;
use super::post_filter::{NoWayOut, WayOut};
use super::status::Status;
use super::waiting_pods::Waiting;
use crate::api::{NodeId, Pod, SchedulerBehaviour};
use crate::kernel::{Draw, Interner, SimDuration, Symbol};
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

/// What a plugin at Permit says, unless it rejects the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermitOutcome {
    /// The pod may go on.
    Allow,
    /// The pod waits until the plugin allows or rejects it ([`Waiting`]). After so long, at most after
    /// [`MAX_PERMIT_WAIT`](super::waiting_pods::MAX_PERMIT_WAIT), it is rejected.
    Wait(SimDuration),
}

/// What a plugin at Bind says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindOutcome {
    /// The pod is bound: its binding is on the way to the API.
    Bind,
    /// The next plugin is to do it.
    Skip,
}

/// What a plugin can ask of the framework that runs it (`framework.Handle`).
pub trait Handle {
    /// Runs the filters on a node, pods that are nominated for it included.
    fn run_filters(
        &self,
        state: &CycleState,
        cycle: &CycleContext<'_>,
        node: &NodeInfo,
    ) -> Result<(), Status>;

    /// Tells the plugins' state that a pod came to a node, which `node` shows already.
    fn add_pod(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        added: &Pod,
        node: &NodeInfo,
    ) -> Result<(), Status>;

    /// Tells the plugins' state that a pod left a node, which `node` shows already.
    fn remove_pod(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        removed: &Pod,
        node: &NodeInfo,
    ) -> Result<(), Status>;
}

/// What a PostFilter works on: no node fits a pod.
pub struct PostFilterCall<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// The cluster, which the plugin may fork and must leave as it was.
    pub cache: &'a mut Cache,
    /// The texts of all symbols.
    pub names: &'a Interner,
    /// Release and gates.
    pub behaviour: SchedulerBehaviour,
    /// What PreFilter wrote, to be cloned for trials.
    pub state: &'a CycleState,
    /// The nodes that a filter rejected, in the order in which they were looked at.
    pub rejected: &'a [(NodeId, Status)],
    /// What holds for the other nodes.
    pub absent: &'a Status,
    /// The framework.
    pub handle: &'a dyn Handle,
    /// What is left to chance is drawn from here; `None` takes the first.
    pub draw: Option<&'a mut Draw>,
}

/// A scheduling plugin. Each extension point has an answer that changes nothing, so that a plugin
/// implements only its own; which ones are called follows from its descriptor and the profile.
pub trait Plugin: Send {
    /// Whether the pod may enter the queue.
    fn pre_enqueue(&self, _pod: &Pod, _names: &Interner) -> Result<(), Status> {
        Ok(())
    }

    /// Looks at the pod and the whole cluster before the filters.
    fn pre_filter(
        &self,
        _state: &mut CycleState,
        _cycle: &CycleContext<'_>,
    ) -> Result<PreFilterOutcome, Status> {
        Ok(PreFilterOutcome::AllNodes)
    }

    /// What PreFilter wrote, as if one more pod were on a node (`PreFilterExtensions`). `node` shows it.
    fn add_pod(
        &self,
        _state: &mut CycleState,
        _cycle: &CycleContext<'_>,
        _added: &Pod,
        _node: &NodeInfo,
    ) -> Result<(), Status> {
        Ok(())
    }

    /// What PreFilter wrote, as if one pod fewer were on a node (`PreFilterExtensions`). `node` shows it.
    fn remove_pod(
        &self,
        _state: &mut CycleState,
        _cycle: &CycleContext<'_>,
        _removed: &Pod,
        _node: &NodeInfo,
    ) -> Result<(), Status> {
        Ok(())
    }

    /// Whether the pod may go to this node.
    fn filter(&self, _state: &CycleState, _cycle: &CycleContext<'_>, _node: &NodeInfo) -> Result<(), Status> {
        Ok(())
    }

    /// Looks for a way out where no node fits; what it found, or why there is none.
    fn post_filter(&self, _call: PostFilterCall<'_>) -> Result<WayOut, NoWayOut> {
        Err(Status::unschedulable("no way out is known").into())
    }

    /// Looks at the nodes that passed, before the scores.
    fn pre_score(
        &self,
        _state: &mut CycleState,
        _cycle: &CycleContext<'_>,
        _feasible: &[NodeId],
    ) -> Result<PreScoreOutcome, Status> {
        Ok(PreScoreOutcome::Score)
    }

    /// The raw score of a node; `place` is its place in the list given to `pre_score`.
    fn score(&self, _state: &CycleState, _cycle: &CycleContext<'_>, _node: &NodeInfo, _place: usize) -> i64 {
        0
    }

    /// Turns raw scores, in the order of the list given to `pre_score`, into scores from 0 to 100.
    fn normalize(&self, _state: &CycleState, _scores: &mut [i64]) {}

    /// Sets aside for the pod what it needs on the node that was chosen.
    fn reserve(
        &self,
        _state: &mut CycleState,
        _cycle: &CycleContext<'_>,
        _node: NodeId,
    ) -> Result<(), Status> {
        Ok(())
    }

    /// Gives back what `reserve` set aside, also where it failed or was not asked. Must not fail. Other pods
    /// that wait at Permit may be rejected with this one.
    fn unreserve(
        &self,
        _state: &mut CycleState,
        _cycle: &CycleContext<'_>,
        _node: NodeId,
        _waiting: &mut Waiting<'_>,
    ) {
    }

    /// Whether the pod may be bound to the node, or has to wait. The pods that wait already may be allowed or
    /// rejected; this pod is not among them yet.
    fn permit(
        &self,
        _state: &mut CycleState,
        _cycle: &CycleContext<'_>,
        _node: NodeId,
        _waiting: &mut Waiting<'_>,
    ) -> Result<PermitOutcome, Status> {
        Ok(PermitOutcome::Allow)
    }

    /// Does what has to be done before the pod is bound.
    fn pre_bind(
        &self,
        _state: &mut CycleState,
        _cycle: &CycleContext<'_>,
        _node: NodeId,
    ) -> Result<(), Status> {
        Ok(())
    }

    /// Binds the pod, or leaves that to the next plugin.
    fn bind(
        &self,
        _state: &mut CycleState,
        _cycle: &CycleContext<'_>,
        _node: NodeId,
    ) -> Result<BindOutcome, Status> {
        Ok(BindOutcome::Skip)
    }

    /// The pod is bound.
    fn post_bind(&self, _state: &mut CycleState, _cycle: &CycleContext<'_>, _node: NodeId) {}
}
