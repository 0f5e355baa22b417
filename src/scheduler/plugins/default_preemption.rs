//! DefaultPreemption: a pod that fits on no node makes room for itself where pods of lower priority can go
//! (kube-scheduler v1.34, `plugins/defaultpreemption`). What is decided stands in
//! [`preemption`](crate::scheduler::preemption).
//!
//! At PreEnqueue the real plugin holds a pod back whose preemption is under way; here its scheduler does
//! (`SchedulingQueue::hold`).

use crate::api::PodId;
use crate::kernel::Interner;
use crate::scheduler::framework::{
    Actions, Arguments, Code, CycleContext, Descriptor, Events, NoWayOut, Plugin, PluginArgs, Point,
    PostFilterCall, Reason, Registration, Status, WayOut, Work,
};
use crate::scheduler::preemption::{Candidate, Question, evaluate};

/// `DefaultPreemptionArgs`: after how many candidates no more nodes are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultPreemptionArgs {
    /// In per cent of the nodes that may help.
    pub min_candidate_nodes_percentage: i32,
    /// But not before so many.
    pub min_candidate_nodes_absolute: i32,
}

impl Default for DefaultPreemptionArgs {
    fn default() -> Self {
        Self { min_candidate_nodes_percentage: 10, min_candidate_nodes_absolute: 100 }
    }
}

impl Arguments for DefaultPreemptionArgs {
    fn defaults(_: &mut Interner) -> Self {
        Self::default()
    }
}

impl DefaultPreemptionArgs {
    /// How many candidates are enough where so many nodes may help (`calculateNumCandidates`).
    pub fn sought(self, nodes: usize) -> usize {
        let share = nodes as i64 * i64::from(self.min_candidate_nodes_percentage) / 100;
        let sought = share.max(i64::from(self.min_candidate_nodes_absolute));
        usize::try_from(sought).unwrap_or(0).min(nodes)
    }
}

/// The plugin.
#[derive(Clone, Debug)]
pub struct DefaultPreemption {
    args: DefaultPreemptionArgs,
}

/// What the plugin waits for: nothing helps but what helps the plugins that rejected the pod before.
const EVENTS: Events = Events {
    with_hints: |_| Registration { pod: Actions::DELETE, node: Actions::NONE },
    without_hints: Registration { pod: Actions::NONE, node: Actions::NONE },
    hint: |_| false,
};

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    events: Some(EVENTS),
    args: Some(PluginArgs::fill::<DefaultPreemptionArgs>),
    ..Descriptor::new(
        "DefaultPreemption",
        &[Point::PostFilter, Point::PreEnqueue],
        Work::Plugin(|args| Box::new(DefaultPreemption { args: *args.of() })),
    )
};

impl Plugin for DefaultPreemption {
    fn post_filter(&self, call: PostFilterCall<'_>) -> Result<WayOut, NoWayOut> {
        let PostFilterCall { pod, cache, names, behaviour, state, rejected, absent, handle, mut draw } = call;
        let cycle = CycleContext { pod, cache, names, behaviour };
        let question = Question { cycle, state, rejected, absent, handle };
        let found = evaluate(&question, |nodes| self.args.sought(nodes), draw.as_deref_mut());
        if let Some(candidate) = found.choose(&cycle, draw) {
            return Ok(way_out(candidate, &cycle));
        }
        let (code, text) = match found.error() {
            Some(error) => (Code::Error, error.message(names)),
            None => (Code::Unschedulable, found.message(names)),
        };
        let status = Status::new(code, Reason::Message(format!("preemption: {text}").into()));
        let gives_up_node = found.ineligible.is_none() && code != Code::Error;
        Err(NoWayOut { status, gives_up_node })
    }
}

/// What has to happen so that the pod can go to the candidate's node. Where nothing is to be deleted,
/// `prepareCandidateAsync` passes nobody over either; `prepareCandidate` does.
pub fn way_out(candidate: &Candidate, cycle: &CycleContext<'_>) -> WayOut {
    let node = candidate.node;
    let victims: Vec<PodId> = candidate.victims.iter().map(|pod| pod.id).collect();
    let leaves_not = candidate.victims.iter().filter(|pod| pod.deleted.is_none());
    let evicted: Vec<PodId> = leaves_not.map(|pod| pod.id).collect();
    let nominated = cycle.cache.nominator().pods_for(node).iter();
    let somebody_moves = !evicted.is_empty() || !cycle.behaviour.async_preemption;
    let lower = nominated.filter(|pod| pod.spec.priority < cycle.pod.spec.priority && somebody_moves);
    let passed_over = lower.map(|pod| pod.id).collect();
    WayOut { node, victims, evicted, passed_over }
}

#[cfg(test)]
mod tests {
    use super::DefaultPreemptionArgs;

    #[test]
    fn a_share_of_the_nodes_is_enough_but_not_too_few() {
        let args = DefaultPreemptionArgs::default();
        // All of 30 and 100; of 700 a tenth is 70, so 100; of 5000 a tenth.
        for (nodes, sought) in [(0, 0), (30, 30), (100, 100), (700, 100), (5000, 500)] {
            assert_eq!(args.sought(nodes), sought, "{nodes} nodes");
        }
        let few =
            DefaultPreemptionArgs { min_candidate_nodes_percentage: 50, min_candidate_nodes_absolute: 1 };
        assert_eq!((few.sought(1), few.sought(5), few.sought(9)), (1, 2, 4));
    }
}
