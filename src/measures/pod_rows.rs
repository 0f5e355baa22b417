//! One row a pod: when it was created, bound, ready, deleted and gone.

use std::sync::Arc;

use crate::api::{NodeId, Pod, PodId};
use crate::kernel::SimTime;

/// The life of a pod as the API showed it.
#[derive(Clone, Debug)]
pub struct PodRow {
    /// The last state seen.
    pub pod: Arc<Pod>,
    /// First seen (0 for pods of the input).
    pub created: SimTime,
    /// Bound to a node.
    pub scheduled: Option<SimTime>,
    /// First ready.
    pub ready: Option<SimTime>,
    /// Deletion asked for.
    pub deleted: Option<SimTime>,
    /// Removed from the API.
    pub gone: Option<SimTime>,
    /// Scheduling attempts that failed.
    pub failed_attempts: u32,
    /// What the scheduler said last, while the pod had no node.
    pub message: Option<Arc<str>>,
}

impl PodRow {
    /// Whether the pod waits for a node: in the API, not ended, not bound.
    pub fn is_pending_placement(&self) -> bool {
        self.gone.is_none() && self.pod.node.is_none() && !self.pod.is_finished()
    }

    /// The node, if it is there and bound.
    pub fn placed_on(&self) -> Option<NodeId> {
        if self.gone.is_none() { self.pod.node } else { None }
    }
}

/// All pods of a run, by number.
#[derive(Clone, Debug, Default)]
pub struct PodRows {
    rows: Vec<Option<PodRow>>,
}

impl PodRows {
    /// The rows, in order of creation.
    pub fn iter(&self) -> impl Iterator<Item = &PodRow> {
        self.rows.iter().flatten()
    }

    /// A pod's row, if it was ever there.
    pub fn get(&self, pod: PodId) -> Option<&PodRow> {
        self.rows.get(pod.index())?.as_ref()
    }

    /// Takes note of a change.
    pub fn observe(&mut self, old: Option<&Arc<Pod>>, new: Option<&Arc<Pod>>, now: SimTime) {
        let Some(pod) = new.or(old) else { return };
        let index = pod.id.index();
        if self.rows.len() <= index {
            self.rows.resize(index + 1, None);
        }
        let row = self.rows[index].get_or_insert_with(|| PodRow {
            pod: Arc::clone(pod),
            created: now,
            scheduled: None,
            ready: None,
            deleted: None,
            gone: None,
            failed_attempts: 0,
            message: None,
        });
        if let Some(new) = new {
            row.pod = Arc::clone(new);
            let note = |moment: &mut Option<SimTime>, reached: bool| {
                if reached && moment.is_none() {
                    *moment = Some(now);
                }
            };
            note(&mut row.scheduled, new.node.is_some());
            note(&mut row.ready, new.is_ready());
            note(&mut row.deleted, new.deleted.is_some());
        } else {
            row.deleted.get_or_insert(now);
            row.gone = Some(now);
        }
    }

    /// Takes note of a failed attempt to schedule a pod.
    pub fn observe_failure(&mut self, pod: PodId, message: &Arc<str>) {
        if let Some(row) = self.rows.get_mut(pod.index()).and_then(Option::as_mut) {
            row.failed_attempts += 1;
            row.message = Some(Arc::clone(message));
        }
    }
}
