//! How many nodes an update may touch at a time (`updatedDesiredNodeCounts`, `UnavailableCount`, `SurgeCount`).

use crate::api::{DaemonSet, DaemonSetStrategy};

/// `maxSurge` and `maxUnavailable` in nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nodes with a new pod beside the old one.
    pub max_surge: i32,
    /// Nodes without an available pod.
    pub max_unavailable: i32,
}

/// The limits for so many nodes that should have a pod: percentages are rounded up. If both come to nothing, one node may
/// be without a pod.
pub fn limits(daemon_set: &DaemonSet, desired: i32) -> Limits {
    let mut limits = match daemon_set.strategy {
        DaemonSetStrategy::OnDelete => Limits { max_surge: 0, max_unavailable: 0 },
        DaemonSetStrategy::RollingUpdate { max_surge, max_unavailable } => Limits {
            max_surge: max_surge.scaled(desired, true),
            max_unavailable: max_unavailable.scaled(desired, true),
        },
    };
    if desired > 0 && limits.max_surge == 0 && limits.max_unavailable == 0 {
        limits.max_unavailable = 1;
    }
    limits
}

/// Whether a node may have two pods (`AllowsSurge`).
pub fn allows_surge(daemon_set: &DaemonSet) -> bool {
    limits(daemon_set, 1).max_surge > 0
}
