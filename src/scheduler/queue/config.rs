//! Settings of the queue: back-off times, gates, and which rule brings pods back.

use crate::api::SchedulerBehaviour;
use crate::kernel::SimDuration;
use crate::scheduler::framework::HintRules;

/// When pods that did not fit are tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequeueRule {
    /// When an event happens that may help them, after a back-off.
    #[default]
    Kubernetes,
    /// At once, without back-off, when anything at all has changed since the last try; in the order
    /// of creation, whatever the priority. The timing model of the recorded closed loops.
    AnyChange,
}

/// Settings of a [`super::SchedulingQueue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueConfig {
    /// The back-off after the first failed attempt (`podInitialBackoffSeconds`).
    pub pod_initial_backoff: SimDuration,
    /// The longest back-off (`podMaxBackoffSeconds`); 0 turns the back-off off.
    pub pod_max_backoff: SimDuration,
    /// How long a pod waits for an event before it is tried all the same
    /// (`podMaxInUnschedulablePodsDuration`).
    pub pod_max_in_unschedulable_pods: SimDuration,
    /// Plugins say which events may help a pod (`SchedulerQueueingHints`).
    pub queueing_hints: bool,
    /// An empty activeQ takes pods from backoffQ (`SchedulerPopFromBackoffQ`). Also aligns back-off to
    /// whole seconds.
    pub pop_from_backoff_q: bool,
    /// When pods that did not fit are tried again.
    pub requeue: RequeueRule,
    /// Details of the hints.
    pub hints: HintRules,
}

impl QueueConfig {
    /// Kubernetes' defaults in this release, under these gates.
    pub fn new(behaviour: &SchedulerBehaviour) -> Self {
        Self {
            pod_initial_backoff: SimDuration::from_secs(1),
            pod_max_backoff: SimDuration::from_secs(10),
            pod_max_in_unschedulable_pods: SimDuration::from_secs(300),
            queueing_hints: behaviour.queueing_hints,
            pop_from_backoff_q: behaviour.pop_from_backoff_q,
            requeue: RequeueRule::Kubernetes,
            hints: HintRules::of(behaviour),
        }
    }
}
