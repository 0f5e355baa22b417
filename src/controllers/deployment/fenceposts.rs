//! How far a rolling update may stray from `replicas` (`ResolveFenceposts` and its callers).
//!
//! All arithmetic of this controller is that of Go's int32: a sum that does not fit wraps around. So
//! `maxSurge: 2147483647` is no generous limit, but a negative one, and such a rollout never moves.

use crate::api::{IntOrPercent, Strategy};

/// Pods above and below `replicas`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fenceposts {
    /// `maxSurge` in pods.
    pub surge: i32,
    /// `maxUnavailable` in pods.
    pub unavailable: i32,
}

/// Resolves percentages: surge is rounded up, unavailability down. Both 0 would mean a standstill; then
/// one pod may be unavailable.
pub fn resolve_fenceposts(
    max_surge: IntOrPercent,
    max_unavailable: IntOrPercent,
    replicas: i32,
) -> Fenceposts {
    let surge = max_surge.scaled(replicas, true);
    let unavailable = max_unavailable.scaled(replicas, false);
    Fenceposts { surge, unavailable: if surge == 0 && unavailable == 0 { 1 } else { unavailable } }
}

/// The effective `maxSurge`: 0 for Recreate.
pub fn max_surge(strategy: Strategy, replicas: i32) -> i32 {
    match strategy {
        Strategy::Recreate => 0,
        Strategy::RollingUpdate { max_surge, max_unavailable } => {
            resolve_fenceposts(max_surge, max_unavailable, replicas).surge
        }
    }
}

/// The effective `maxUnavailable`: 0 for Recreate and for 0 replicas, at most `replicas`.
pub fn max_unavailable(strategy: Strategy, replicas: i32) -> i32 {
    match strategy {
        Strategy::RollingUpdate { max_surge, max_unavailable } if replicas != 0 => {
            resolve_fenceposts(max_surge, max_unavailable, replicas).unavailable.min(replicas)
        }
        _ => 0,
    }
}

/// The pods that must stay available during a rolling update; 0 for Recreate.
pub fn min_available(strategy: Strategy, replicas: i32) -> i32 {
    match strategy {
        Strategy::Recreate => 0,
        Strategy::RollingUpdate { .. } => replicas.wrapping_sub(max_unavailable(strategy, replicas)),
    }
}
