//! Creating and deleting pods (`manageReplicas`).

use std::cmp::Ordering;

use crate::api::{Pod, PodId};
use crate::controllers::controller_utils::ranking::{Rank, pods_to_delete};
use crate::controllers::controller_utils::slow_start::{SLOW_START_INITIAL_BATCH_SIZE, slow_start_batch};

/// Most pods that one sync creates or deletes.
pub const BURST_REPLICAS: usize = 500;

/// What a sync did about the number of pods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Managed {
    /// Pods created.
    pub created: usize,
    /// Creations tried.
    pub create_calls: usize,
    /// Pods deleted, the first choice first.
    pub deleted: Vec<PodId>,
    /// Whether a creation failed.
    pub failed: bool,
}

/// Brings `active` pods nearer to `replicas`, by at most `burst`. `accepted`: how many creations
/// succeed before all others fail; `None`: all succeed.
pub fn manage_replicas(
    active: &[&Pod],
    replicas: i32,
    burst: usize,
    accepted: Option<usize>,
    rank: &Rank<'_>,
) -> Managed {
    let wanted = usize::try_from(replicas).unwrap_or(0);
    match active.len().cmp(&wanted) {
        Ordering::Equal => Managed::default(),
        Ordering::Less => {
            let count = (wanted - active.len()).min(burst);
            let outcome = slow_start_batch(count, SLOW_START_INITIAL_BATCH_SIZE, accepted);
            Managed {
                created: outcome.successes,
                create_calls: outcome.calls,
                failed: outcome.failed,
                ..Managed::default()
            }
        }
        Ordering::Greater => {
            let count = (active.len() - wanted).min(burst);
            Managed { deleted: pods_to_delete(active, count, rank), ..Managed::default() }
        }
    }
}
