//! The first pass of a sync (`manage`, `podsShouldBeOnNode`): nodes that should have a pod get one, pods that have ended or
//! are where they should not be go.

use super::back_off::FailedPods;
use super::limits::allows_surge;
use super::nodes::NodeVerdict;
use super::pods::{ByNode, sorted, target};
use super::{DaemonSetView, SeenNode};
use crate::api::{Pod, PodId, PodPhase, Symbol};
use crate::kernel::{LookupMap, SimDuration};

/// Most pods that one pass creates, and most that it deletes (`BurstReplicas`).
pub const BURST_REPLICAS: usize = 250;

/// What a pass does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Nodes that get a pod.
    pub create: Vec<Symbol>,
    /// Pods that are deleted.
    pub delete: Vec<PodId>,
    /// When the DaemonSet is to be looked at again, for failed pods that have to wait.
    pub look_again_after: Option<SimDuration>,
}

impl Pass {
    /// Whether nothing is created or deleted.
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.delete.is_empty()
    }

    /// Not more than one pass does (`syncNodes`).
    pub(super) fn cut(mut self) -> Self {
        self.create.truncate(BURST_REPLICAS);
        self.delete.truncate(BURST_REPLICAS);
        self
    }
}

/// One pass over all nodes.
pub fn manage(view: &DaemonSetView<'_>, failed: &mut FailedPods) -> Pass {
    let (mut pass, by_node) = (Pass::default(), ByNode::new(view));
    for node in view.nodes {
        let pods = by_node.of(node.name);
        let NodeVerdict { should_run, may_continue } = node.verdict;
        if should_run && pods.is_empty() {
            pass.create.push(node.name);
        } else if may_continue {
            keep(view, *node, pods, failed, &mut pass);
        } else {
            pass.delete.extend(pods.iter().filter(|pod| pod.deleted.is_none()).map(|pod| pod.id));
        }
    }
    pass.delete.extend(without_node(view));
    pass.cut()
}

/// What becomes of the pods of a node on which they may go on.
fn keep(view: &DaemonSetView<'_>, node: SeenNode, pods: &[&Pod], failed: &mut FailedPods, pass: &mut Pass) {
    let mut running = Vec::new();
    for pod in pods.iter().filter(|pod| pod.deleted.is_none()) {
        match pod.phase {
            PodPhase::Failed => {
                let generation = view.daemon_set.status.observed_generation;
                match failed.found(generation, node.name, view.now) {
                    None => pass.delete.push(pod.id),
                    wait => pass.look_again_after = pass.look_again_after.into_iter().chain(wait).min(),
                }
            }
            PodPhase::Succeeded => pass.delete.push(pod.id),
            _ => running.push(*pod),
        }
    }
    let running = sorted(&running);
    if !allows_surge(view.daemon_set) {
        pass.delete.extend(running.iter().skip(1).map(|pod| pod.id));
    } else if running.is_empty() && node.verdict.should_run {
        // Pods that are going do not count while new ones may stand beside them.
        pass.create.push(node.name);
    } else if running.len() > 1 {
        pass.delete.extend(surplus(view, &running));
    }
}

/// Of several pods of a node, those that go: all but the oldest new one and the oldest old one, and that too if the new one
/// is available or it is not ready itself.
fn surplus(view: &DaemonSetView<'_>, running: &[&Pod]) -> Vec<PodId> {
    let new = running.iter().find(|pod| view.is_updated(pod));
    let old = running.iter().find(|pod| !view.is_updated(pod));
    let stays = |pod: &Pod| [new, old].into_iter().flatten().any(|kept| kept.id == pod.id);
    let mut gone: Vec<PodId> = running.iter().filter(|pod| !stays(pod)).map(|pod| pod.id).collect();
    if let (Some(new), Some(old)) = (new, old)
        && (!old.is_ready() || view.is_available(new))
    {
        gone.push(old.id);
    }
    gone
}

/// Pods that wait for a node that is gone: the scheduler never places them (`getUnscheduledPodsWithoutNode`).
fn without_node(view: &DaemonSetView<'_>) -> Vec<PodId> {
    let mut there: LookupMap<Symbol, ()> = LookupMap::default();
    for node in view.nodes {
        there.insert(node.name, ());
    }
    let waits = view.pods.iter().filter(|pod| pod.node.is_none());
    let waits = waits.filter(|pod| !(pod.is_finished() && pod.deleted.is_some()));
    let gone = waits.filter(|pod| target(pod, view.name_of).is_some_and(|name| there.get(&name).is_none()));
    gone.map(|pod| pod.id).collect()
}
