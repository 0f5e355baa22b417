//! Containers that end and are started again: how often each pod's were, and how long its kubelet waits.

use crate::api::PodId;
use crate::kernel::{EventClass, LookupMap, SimDuration, SimTime};
use crate::kubelet::crash_back_off::CrashBackOff;

/// The pods whose containers have ended.
#[derive(Default)]
pub(super) struct Restarts(LookupMap<PodId, (u64, CrashBackOff)>);

impl Restarts {
    /// How often the containers of a pod were started again.
    pub(super) fn of(&self, pod: PodId) -> u64 {
        self.0.get(&pod).map_or(0, |(restarts, _)| *restarts)
    }

    /// The containers of a pod ended now: how long its kubelet waits.
    pub(super) fn ended(&mut self, pod: PodId, now: SimTime) -> SimDuration {
        let (restarts, back_off) = self.0.get_or_insert_with(pod, Default::default);
        *restarts += 1;
        back_off.ended(now)
    }

    /// A loop that has come to its longest wait goes on like that for ever: nothing waits for it.
    pub(super) fn class(&self, pod: PodId) -> EventClass {
        match self.0.get(&pod) {
            Some((_, back_off)) if back_off.is_at_its_longest() => EventClass::Recurring,
            _ => EventClass::Essential,
        }
    }

    /// The pod is gone.
    pub(super) fn forget(&mut self, pod: PodId) {
        self.0.remove(&pod);
    }
}
