//! What rollouts take place in: the nodes, the names and the pods of the run so far.

use std::sync::Arc;

use super::pod_rows::PodRows;
use super::workload::RevisionKey;
use crate::api::{Interner, Node, Pod};

/// What a rollout takes place in.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// The nodes, by number.
    pub(super) nodes: &'a [Option<Arc<Node>>],
    /// The names in the scenario's objects.
    pub(super) names: &'a Interner,
    /// Every pod so far.
    pub(super) pods: &'a PodRows,
    /// Which revision a pod is of.
    pub(super) revision_of: fn(&Pod) -> Option<RevisionKey>,
}
