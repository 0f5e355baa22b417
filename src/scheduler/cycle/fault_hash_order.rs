//! The deliberate fault that the test of `--check-determinism` must find.

#![expect(clippy::disallowed_types, reason = "the fault is the order of a randomly seeded hash set")]

use std::collections::HashSet;

use crate::api::NodeId;

/// The same nodes in an order that differs from run to run.
pub(super) fn in_hash_order(nodes: &[NodeId]) -> Vec<NodeId> {
    nodes.iter().copied().collect::<HashSet<NodeId>>().into_iter().collect()
}
