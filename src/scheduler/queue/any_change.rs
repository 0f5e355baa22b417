//! [`RequeueRule::AnyChange`](super::RequeueRule::AnyChange): the scheduler of the recorded closed loops
//! (kubecast's own, not Kubernetes'), which tries every pending pod in the order of creation, once, if
//! anything at all has changed since its last try.
//!
//! There is no back-off and no leftover flush, priority does not count, and cluster events mean nothing.
//! The owner says [`SchedulingQueue::note_change`] instead, at the beginning of each round in which it
//! lets the scheduler try pods, if anything has changed since the round before. A change that the round
//! itself makes (a pod is bound, say) is thus told in the next one: pods that were tried before it have
//! to let the controllers go first.

use std::collections::BTreeSet;

use super::pod_info::{Cause, Entry, Place, Spot};
use super::scheduling_queue::SchedulingQueue;
use crate::api::PodId;
use crate::scheduler::framework::EventLabel;

/// What the rule remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct AnyChange {
    /// How many changes there have been.
    pub(super) changes: u64,
    /// Pods whose last attempt began after the last change.
    pub(super) tried: BTreeSet<PodId>,
}

impl SchedulingQueue {
    /// Under [`RequeueRule::AnyChange`](super::RequeueRule::AnyChange): something (anything) was
    /// written. Pods that failed before may be tried again, without back-off; also one in flight, should
    /// it fail. Means nothing under the other rule.
    pub fn note_change(&mut self) {
        self.any_change.changes += 1;
        // Nothing is left here for the next change, unless more pods are tried in between: the work
        // grows with the attempts, not with the changes.
        for pod in std::mem::take(&mut self.any_change.tried) {
            let Entry { tracked, spot } = self.entries.get_mut(&pod).expect("a pod that was tried is known");
            *spot = Spot::Active(self.active.insert_by_number(pod));
            tracked.queued.place = Place::Active;
            tracked.queued.moved_by = EventLabel::ANY_CHANGE;
            let cause = Cause::plain(EventLabel::ANY_CHANGE);
            self.log.record(pod, Some(Place::Unschedulable), Place::Active, cause);
        }
    }
}
