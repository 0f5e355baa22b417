//! What a run leaves behind that a cluster would not leave so, or that is not done.

use std::sync::Arc;

use super::pod_rows::PodRows;
use crate::api::Node;

/// Pods at the end of a run that a cluster would treat otherwise, and operations that are not done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aftermath {
    /// Pods bound to nodes that are gone. The pod garbage collector deletes them.
    pub on_lost_nodes: usize,
    /// Pods on nodes with a taint that drives them away. The taint eviction controller deletes them.
    pub to_evict: usize,
    /// Pods that wait for a node, though pods of lower priority have one.
    pub waiting_above: usize,
    /// Those pods of lower priority. Preemption looks at them.
    pub lower: usize,
    /// Operations of the timeline whose client still waits: which, and what for.
    pub unfinished: Vec<String>,
}

impl Aftermath {
    /// Of the pods and nodes at the end; nodes by number, `None` where they are gone.
    pub(super) fn of(pods: &PodRows, nodes: &[Option<Arc<Node>>]) -> Self {
        let mut aftermath = Self::default();
        let here = || pods.iter().filter(|row| row.gone.is_none() && !row.pod.is_finished());
        let mut placed: Vec<i32> = Vec::new();
        for row in here() {
            let Some(node) = row.placed_on() else { continue };
            placed.push(row.pod.spec.priority);
            match nodes.get(node.index()).and_then(Option::as_ref) {
                None => aftermath.on_lost_nodes += 1,
                Some(node) => {
                    let evicts = |taint: &crate::api::Taint| taint.evicts(&row.pod.spec.tolerations);
                    let leaving = row.pod.deleted.is_some();
                    aftermath.to_evict += usize::from(!leaving && node.taints.iter().any(evicts));
                }
            }
        }
        let Some(&lowest) = placed.iter().min() else { return aftermath };
        let waiting: Vec<i32> = here()
            .filter(|row| row.is_pending_placement() && row.message.is_some())
            .map(|row| row.pod.spec.priority)
            .filter(|priority| *priority > lowest)
            .collect();
        if let Some(highest) = waiting.iter().max() {
            aftermath.waiting_above = waiting.len();
            aftermath.lower = placed.iter().filter(|priority| *priority < highest).count();
        }
        aftermath
    }

    /// The larger number of each.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        let (mut more, mut less) =
            if self.waiting_above >= other.waiting_above { (self, other) } else { (other, self) };
        let [first, second] = [&mut more, &mut less].map(|run| std::mem::take(&mut run.unfinished));
        let unfinished = if first.len() >= second.len() { first } else { second };
        Self {
            on_lost_nodes: more.on_lost_nodes.max(less.on_lost_nodes),
            to_evict: more.to_evict.max(less.to_evict),
            waiting_above: more.waiting_above,
            lower: more.lower,
            unfinished,
        }
    }
}
