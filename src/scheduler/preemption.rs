//! Preemption: which pods of lower priority would have to go so that a pod fits, and from which node
//! (`framework/preemption/preemption.go` and `plugins/defaultpreemption` of kube-scheduler v1.34).
//!
//! Every node that a filter rejected as `Unschedulable` is tried by itself, on a copy of the node and of the
//! cycle's state (`victims`). Of those where it helps one is picked (`choice`). Nothing is changed here:
//! what comes of it is a [`WayOut`](super::framework::WayOut), and what is done about that is up to the caller.
//!
//! Where more nodes may help than candidates are sought, kube-scheduler tries them in the order of a Go map;
//! here they are put into random order.
//!
//! DIFFERENCE: nodes are tried one after the other, as with `parallelism: 1`; a pod without start time has
//! the latest, and two without are level (kube-scheduler asks the clock for each, whenever it compares);
//! extenders are not asked.

mod budgets;
mod choice;
mod victims;

pub use choice::Criterion;

use super::cycle::fit_error::{count_reason, unavailable};
use super::framework::{Code, CycleContext, CycleState, Handle, Status};
use crate::api::{NodeId, Pod};
use crate::kernel::{Draw, Interner};
use std::sync::Arc;

const NEVER: &str = "not eligible due to preemptionPolicy=Never.";
const VICTIMS_ARE_LEAVING: &str = "not eligible due to a terminating pod on the nominated node.";
const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling";
const NO_VICTIMS: &str = "No preemption victims found for incoming pod";

/// What preemption works on.
pub struct Question<'a> {
    /// The pod, and the cluster.
    pub cycle: CycleContext<'a>,
    /// What PreFilter wrote.
    pub state: &'a CycleState,
    /// The nodes that a filter rejected.
    pub rejected: &'a [(NodeId, Status)],
    /// What holds for the other nodes.
    pub absent: &'a Status,
    /// The filters.
    pub handle: &'a dyn Handle,
}

/// A node on which preemption helps.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The node.
    pub node: NodeId,
    /// The pods that have to go, the most important one first. There is one at least.
    pub victims: Vec<Arc<Pod>>,
    /// How many of them a PodDisruptionBudget would keep.
    pub violations: usize,
}

/// What preemption found out.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Why the pod may not preempt; then nothing was tried.
    pub ineligible: Option<&'static str>,
    /// Nodes in the cluster.
    pub all_nodes: usize,
    /// The nodes where pods that go away may help.
    pub potential: Vec<NodeId>,
    /// Those where they do.
    pub candidates: Vec<Candidate>,
    /// Those that were tried in vain, and why.
    pub rejected: Vec<(NodeId, Status)>,
    /// The candidates among which nothing decides, by place, in order.
    pub tied: Vec<usize>,
    /// What decided; `None` without candidates.
    pub decided_by: Option<Criterion>,
}

impl Evaluation {
    fn ineligible(reason: &'static str, all_nodes: usize) -> Self {
        Self { ineligible: Some(reason), ..Self::nothing(all_nodes) }
    }

    fn nothing(all_nodes: usize) -> Self {
        Self {
            ineligible: None,
            all_nodes,
            potential: Vec::new(),
            candidates: Vec::new(),
            rejected: Vec::new(),
            tied: Vec::new(),
            decided_by: None,
        }
    }

    /// One of the best candidates: each of those that are tied is equally likely, or the one whose node has the
    /// bytewise first name.
    pub fn choose(&self, cycle: &CycleContext<'_>, draw: Option<&mut Draw>) -> Option<&Candidate> {
        let place = match (&self.tied[..], draw) {
            ([], _) => return None,
            ([place], _) => *place,
            (tied, Some(draw)) => tied[draw.below(tied.len() as u64) as usize],
            (tied, None) => {
                let name = |place: &usize| {
                    let node = cycle.cache.node_info(self.candidates[*place].node).node();
                    cycle.names.resolve(node.name)
                };
                *tied.iter().min_by_key(|place| name(place))?
            }
        };
        self.candidates.get(place)
    }

    /// Why no pod makes room, in Kubernetes' words. Nodes that were not tried count as well.
    pub fn message(&self, names: &Interner) -> String {
        if let Some(reason) = self.ineligible {
            return reason.to_owned();
        }
        let mut reasons = Vec::new();
        for reason in self.rejected.iter().flat_map(|(_, status)| status.reasons()) {
            count_reason(&mut reasons, reason, 1);
        }
        let untried = self.all_nodes - self.rejected.len();
        if untried > 0 {
            let status = Status::unresolvable(NOT_HELPFUL);
            status.reasons().for_each(|reason| count_reason(&mut reasons, reason, untried));
        }
        unavailable(self.all_nodes, &reasons, names)
    }

    /// What failed, if anything did and no candidate was found in spite of it.
    pub fn error(&self) -> Option<&Status> {
        let failed = self.rejected.iter().map(|(_, status)| status).find(|status| status.code == Code::Error);
        failed.filter(|_| self.candidates.is_empty())
    }
}

/// Finds out which pods would have to go, for a pod that fits on no node. `sought` is how many candidates are
/// enough of so many nodes that are tried.
pub fn evaluate(
    question: &Question<'_>,
    sought: impl FnOnce(usize) -> usize,
    draw: Option<&mut Draw>,
) -> Evaluation {
    let cache = question.cycle.cache;
    let all_nodes = cache.nodes().len();
    if let Some(reason) = ineligible(question) {
        return Evaluation::ineligible(reason, all_nodes);
    }
    let mut found = Evaluation { potential: potential_nodes(question), ..Evaluation::nothing(all_nodes) };
    let priority = question.cycle.pod.spec.priority;
    if cache.lowest_priority().is_none_or(|lowest| lowest >= priority) {
        let in_vain = found.potential.iter().map(|node| (*node, Status::unresolvable(NO_VICTIMS)));
        found.rejected = in_vain.collect();
        return found;
    }
    let sought = sought(found.potential.len());
    let mut order = found.potential.clone();
    if let Some(draw) = draw.filter(|_| sought < order.len()) {
        draw.shuffle(&mut order);
    }
    let (mut keeping, mut violating) = (Vec::new(), Vec::new());
    for node in order {
        match victims::on_node(question, cache.node_info(node)) {
            Ok(candidate) => {
                let list = if candidate.violations == 0 { &mut keeping } else { &mut violating };
                if list.len() < sought {
                    list.push(candidate);
                }
                if !keeping.is_empty() && keeping.len() + violating.len() >= sought {
                    break;
                }
            }
            Err(status) => found.rejected.push((node, status)),
        }
    }
    keeping.append(&mut violating);
    found.candidates = keeping;
    (found.tied, found.decided_by) = choice::best(&found.candidates);
    found
}

/// Why the pod may not preempt (`PodEligibleToPreemptOthers`).
fn ineligible(question: &Question<'_>) -> Option<&'static str> {
    let CycleContext { pod, cache, .. } = question.cycle;
    if !pod.spec.may_preempt {
        return Some(NEVER);
    }
    let node = cache.nominator().node_of(pod.id)?;
    let status = question.rejected.iter().find(|rejected| rejected.0 == node);
    if status.map_or(question.absent, |rejected| &rejected.1).code == Code::UnschedulableAndUnresolvable {
        return None;
    }
    cache.node(node)?;
    let leaves = |other: &&Arc<Pod>| {
        other.spec.priority < pod.spec.priority && other.deleted.is_some() && other.is_preempted
    };
    cache.node_info(node).pods().iter().find(leaves).map(|_| VICTIMS_ARE_LEAVING)
}

/// The nodes that were rejected, but not for good (`NodesForStatusCode`).
fn potential_nodes(question: &Question<'_>) -> Vec<NodeId> {
    let Question { cycle, rejected, absent, .. } = question;
    let helps = |status: &Status| status.code == Code::Unschedulable;
    if !helps(absent) {
        return rejected.iter().filter(|(_, status)| helps(status)).map(|(node, _)| *node).collect();
    }
    let is_potential = |node: &&NodeId| {
        rejected.iter().find(|(other, _)| other == *node).is_none_or(|(_, status)| helps(status))
    };
    cycle.cache.nodes().iter().filter(is_potential).copied().collect()
}
