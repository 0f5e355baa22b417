//! Which nodes are domains of a topology spread constraint (`nodeAffinityPolicy`, `nodeTaintsPolicy`).
//!
//! In Kubernetes this is the scheduler's own (`podtopologyspread/common.go`). It stands here because
//! what measures spread has to count as the scheduler does.

use super::node_affinity::pod_admits_node;
use crate::api::{InclusionPolicy, Node, PodSpec, SpreadConstraint};
use crate::kernel::Interner;

/// Whether a topology spread constraint's inclusion policies let a node be a domain.
pub fn constraint_includes(
    constraint: &SpreadConstraint,
    pod: &PodSpec,
    node: &Node,
    names: &Interner,
) -> bool {
    let affinity =
        constraint.node_affinity_policy == InclusionPolicy::Ignore || pod_admits_node(pod, node, names);
    affinity
        && (constraint.node_taints_policy == InclusionPolicy::Ignore
            || node
                .taints
                .iter()
                .filter(|taint| taint.keeps_away())
                .all(|taint| taint.is_tolerated_by(&pod.tolerations)))
}
