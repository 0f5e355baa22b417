//! Pods on each node.

use std::collections::BTreeMap;

use crate::api::NodeId;

/// How many pods there are on each node that has any.
pub(super) type PodsByNode = BTreeMap<NodeId, u32>;

/// Adds or takes away one pod on a node.
pub(super) fn count_on(pods: &mut PodsByNode, node: NodeId, change: i32) {
    let count = pods.entry(node).or_insert(0);
    *count = count.checked_add_signed(change).expect("no node holds less than no pod");
    if *count == 0 {
        pods.remove(&node);
    }
}
