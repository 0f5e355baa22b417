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
    /// Operations of the timeline whose client still waits: which, and what for.
    pub unfinished: Vec<String>,
}

impl Aftermath {
    /// Of the pods and nodes at the end; nodes by number, `None` where they are gone.
    pub(super) fn of(pods: &PodRows, nodes: &[Option<Arc<Node>>]) -> Self {
        let mut aftermath = Self::default();
        let here = || pods.iter().filter(|row| row.gone.is_none() && !row.pod.is_finished());
        for row in here() {
            let Some(node) = row.placed_on() else { continue };
            match nodes.get(node.index()).and_then(Option::as_ref) {
                None => aftermath.on_lost_nodes += 1,
                Some(node) => {
                    let evicts = |taint: &crate::api::Taint| taint.evicts(&row.pod.spec.tolerations);
                    let leaving = row.pod.deleted.is_some();
                    aftermath.to_evict += usize::from(!leaving && node.taints.iter().any(evicts));
                }
            }
        }
        aftermath
    }

    /// The larger number of each.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        let longer = self.unfinished.len() >= other.unfinished.len();
        let unfinished = if longer { self.unfinished } else { other.unfinished };
        Self {
            on_lost_nodes: self.on_lost_nodes.max(other.on_lost_nodes),
            to_evict: self.to_evict.max(other.to_evict),
            unfinished,
        }
    }
}
