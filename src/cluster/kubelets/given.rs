//! Start-up and termination of pods as they were recorded, instead of drawn.

use std::collections::BTreeMap;

use crate::api::{Pod, PodId};
use crate::kernel::{LookupMap, SimDuration};

/// The times of one workload's pods. The pod that is stored `n`-th, over the workload's whole life and from 0,
/// has the `n`-th of each list, and after the last the first again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedTimes {
    /// From bound to ready.
    pub start: Vec<SimDuration>,
    /// From deleted to gone.
    pub termination: Vec<SimDuration>,
}

/// Recorded times by the owner part of the pods' identity.
pub type TimesByOwner = BTreeMap<u64, RecordedTimes>;

/// Which of its workload's pods each pod is.
#[derive(Default)]
pub(super) struct Numbering {
    stored: LookupMap<u64, usize>,
    places: LookupMap<PodId, usize>,
}

impl Numbering {
    /// A pod is stored.
    pub(super) fn note(&mut self, pod: &Pod) {
        let stored = self.stored.get_or_insert_with(pod.identity.owner, || 0);
        self.places.insert(pod.id, *stored);
        *stored += 1;
    }

    /// A pod's time of a list.
    pub(super) fn of(&self, pod: &Pod, times: &[SimDuration]) -> Option<SimDuration> {
        let place = *self.places.get(&pod.id)?;
        (!times.is_empty()).then(|| times[place % times.len()])
    }
}
