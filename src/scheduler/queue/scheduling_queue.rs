//! The scheduling queue as its owner uses it (`PriorityQueue` of kube-scheduler v1.34).
//!
//! The life of a pod: [`add`](SchedulingQueue::add), then any number of
//! [`pop`](SchedulingQueue::pop) and [`add_unschedulable`](SchedulingQueue::add_unschedulable), at last
//! a `pop` and [`done`](SchedulingQueue::done); or [`delete`](SchedulingQueue::delete) while it waits.
//! What happens to other objects is told by [`observe`](SchedulingQueue::observe), the passing of time by
//! the two flushes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::active::ActiveQueue;
use super::any_change::AnyChange;
use super::backoff::BackoffQueue;
use super::config::{QueueConfig, RequeueRule};
use super::in_flight::InFlight;
use super::moves::AfterFailure;
use super::pod_info::{Cause, Counts, Entry, MoveLog, Moved, Place, QueuedPod, Spot, Tracked};
use super::registration::Registrations;
use super::unschedulable::Unschedulable;
use crate::api::{Pod, PodId};
use crate::kernel::SimTime;
use crate::scheduler::framework::HintContext;
use crate::scheduler::framework::{ClusterEvent, EventLabel};
use crate::scheduler::framework::{PluginSet, Registry};

/// All pods without node, waiting or in flight.
#[derive(Clone, Debug)]
pub struct SchedulingQueue {
    pub(super) config: QueueConfig,
    pub(super) registrations: Registrations,
    /// Every pod, whatever its place.
    pub(super) entries: BTreeMap<PodId, Entry>,
    pub(super) active: ActiveQueue,
    pub(super) backoff: BackoffQueue,
    pub(super) unschedulable: Unschedulable,
    pub(super) in_flight: InFlight,
    pub(super) any_change: AnyChange,
    pub(super) gated: usize,
    /// Pods whose preemption is under way.
    pub(super) held: BTreeSet<PodId>,
    pub(super) log: MoveLog,
}

impl SchedulingQueue {
    /// An empty queue for pods that plugins of this registry reject.
    pub fn new(config: QueueConfig, registry: &Registry) -> Self {
        Self {
            config,
            registrations: Registrations::new(&config, registry),
            entries: BTreeMap::new(),
            active: ActiveQueue::default(),
            backoff: BackoffQueue::default(),
            unschedulable: Unschedulable::default(),
            in_flight: InFlight::default(),
            any_change: AnyChange::default(),
            gated: 0,
            held: BTreeSet::new(),
            log: MoveLog::default(),
        }
    }

    /// The settings.
    pub fn config(&self) -> &QueueConfig {
        &self.config
    }

    /// A pod without node appeared. `gated_by` are the `PreEnqueue` plugins that hold it back. A pod is
    /// added once; that it is in the queue already is a bug of the caller.
    pub fn add(&mut self, pod: Arc<Pod>, gated_by: PluginSet, now: SimTime) {
        assert!(!self.entries.contains_key(&pod.id), "pod {} was added before", pod.name);
        self.enter(pod, gated_by, EventLabel::UNSCHEDULED_POD_ADD, now);
    }

    fn enter(&mut self, pod: Arc<Pod>, gated_by: PluginSet, why: EventLabel, now: SimTime) {
        let place = if gated_by.is_empty() { Place::Active } else { Place::Gated };
        self.log.record(pod.id, None, place, Cause::plain(why));
        self.settle(Tracked::new(pod, place, gated_by, why, now), place, now);
    }

    /// A pod without node changed. In activeQ and backoffQ it keeps its place (its priority cannot
    /// change); elsewhere the update may bring it back. For a pod in flight the update is kept until it
    /// comes back. A pod that the queue does not know is added; so the caller keeps back the updates of
    /// pods that are assumed to be on a node.
    pub fn update(
        &mut self,
        old: &Arc<Pod>,
        new: Arc<Pod>,
        gated_by: PluginSet,
        now: SimTime,
        context: &dyn HintContext,
    ) {
        let Some(entry) = self.entries.get_mut(&new.id) else {
            self.enter(new, gated_by, EventLabel::UNSCHEDULED_POD_UPDATE, now);
            return;
        };
        match &mut entry.spot {
            Spot::Active(_) | Spot::Backoff(_) => entry.tracked.queued.pod = new,
            Spot::InFlight(flight) => {
                flight.updated = true;
                if self.config.queueing_hints && self.config.requeue == RequeueRule::Kubernetes {
                    for event in ClusterEvent::unscheduled_pod_updates(old, &new) {
                        self.in_flight.keep(&event);
                    }
                }
            }
            Spot::Unschedulable(_) | Spot::Tried | Spot::Gated => {
                self.update_waiting(old, new, gated_by, now, context);
            }
        }
    }

    fn update_waiting(
        &mut self,
        old: &Arc<Pod>,
        new: Arc<Pod>,
        gated_by: PluginSet,
        now: SimTime,
        context: &dyn HintContext,
    ) {
        let mut tracked = self.take_known(new.id);
        let place = tracked.queued.place;
        let cause = self.update_cause(&tracked, old, &new, context);
        tracked.queued.pod = new;
        match cause {
            Some(cause) if gated_by.is_empty() => self.requeue(tracked, cause, now),
            _ => {
                if place == Place::Gated && !gated_by.is_empty() {
                    tracked.queued.rejected_by = gated_by;
                }
                self.settle(tracked, place, now);
            }
        }
    }

    /// A pod is no longer to be scheduled: gone, finished or bound by somebody. Wherever it waits it is
    /// dropped; one in flight is left to [`done`](Self::done).
    pub fn delete(&mut self, pod: PodId) {
        if self.place_of(pod) != Some(Place::InFlight) {
            self.take(pod);
        }
    }

    /// The next pod to try, now in flight. `None` if none may be tried now.
    pub fn pop(&mut self, now: SimTime) -> Option<QueuedPod> {
        let early = if self.config.pop_from_backoff_q { self.backoff.first() } else { None };
        let pod = self.active.first().or(early)?;
        let mut tracked = self.take_known(pod);
        tracked.queued.attempts += 1;
        tracked.queued.last_attempt = Some(now);
        tracked.queued.rejected_by = PluginSet::default();
        if tracked.queued.place == Place::Backoff {
            self.put(tracked, Place::InFlight, Cause::plain(EventLabel::POP_FROM_BACKOFF_Q), now);
        } else {
            self.settle(tracked, Place::InFlight, now);
        }
        self.entries.get(&pod).map(|entry| entry.tracked.queued.clone())
    }

    /// The pod in flight is done with: bound, or no longer to be scheduled. Any other pod is left alone.
    pub fn done(&mut self, pod: PodId) {
        if self.place_of(pod) == Some(Place::InFlight) {
            self.take(pod);
        }
    }

    /// The attempt failed (`AddUnschedulableIfNotPresent`): no node fits, because of `rejected_by`, or an
    /// error, which no plugin answers for. `pod` is the pod as the scheduler knows it by now. Ends its
    /// flight; that it is in flight is up to the caller.
    pub fn add_unschedulable(
        &mut self,
        pod: Arc<Pod>,
        rejected_by: PluginSet,
        now: SimTime,
        context: &dyn HintContext,
    ) {
        let id = pod.id;
        let entry = self.entries.get_mut(&id).filter(|entry| matches!(entry.spot, Spot::InFlight(_)));
        let tracked = &mut entry.expect("a pod whose attempt failed is in flight").tracked;
        tracked.queued.pod = pod;
        tracked.queued.timestamp = now;
        tracked.queued.rejected_by = rejected_by;
        if rejected_by.is_empty() {
            tracked.failures.note_error();
        } else {
            tracked.failures.note_unschedulable();
        }
        let after = self.after_failure(id, context);
        let tracked = self.take_known(id);
        let why = EventLabel::SCHEDULE_ATTEMPT_FAILURE;
        match after {
            AfterFailure::Wait => self.put(tracked, Place::Unschedulable, Cause::plain(why), now),
            AfterFailure::Requeue(by) => self.requeue(tracked, Cause { why, by }, now),
            AfterFailure::BackOff => self.put(tracked, Place::Backoff, Cause::plain(why), now),
        }
    }

    /// Something happened in the cluster. (Updates of pods without node are told by
    /// [`update`](Self::update).) Means nothing under [`RequeueRule::AnyChange`].
    pub fn observe(&mut self, event: &ClusterEvent, now: SimTime, context: &dyn HintContext) {
        self.observe_for(event, &|_| true, now, context);
    }

    /// The same, where of the pods that wait it concerns only some (`PreEnqueueCheck`). Pods in flight are
    /// told in any case.
    pub fn observe_for(
        &mut self,
        event: &ClusterEvent,
        concerns: &dyn Fn(&Pod) -> bool,
        now: SimTime,
        context: &dyn HintContext,
    ) {
        if self.config.requeue == RequeueRule::Kubernetes {
            self.move_by_event(event, concerns, now, context);
        }
    }

    /// From now on no event brings this pod back: its preemption is under way (DefaultPreemption at `PreEnqueue`).
    pub fn hold(&mut self, pod: PodId) {
        self.held.insert(pod);
    }

    /// Events count again for this pod, those to come.
    pub fn release(&mut self, pod: PodId) {
        self.held.remove(&pod);
    }

    /// When [`flush_backoff`](Self::flush_backoff) next has something to do: the first of Kubernetes'
    /// polls, one at every whole second, at which a back-off is over.
    pub fn next_backoff_expiry(&self) -> Option<SimTime> {
        self.backoff.next_poll()
    }

    /// Moves the pods whose back-off is over to activeQ (`flushBackoffQCompleted`).
    pub fn flush_backoff(&mut self, now: SimTime) {
        for pod in self.backoff.completed(now) {
            let tracked = self.take_known(pod);
            self.put(tracked, Place::Active, Cause::plain(EventLabel::BACKOFF_COMPLETE), now);
        }
    }

    /// When [`flush_unschedulable_leftover`](Self::flush_unschedulable_leftover) next has something to
    /// do: the first of Kubernetes' polls, one every 30 s, at which a pod has waited too long.
    pub fn next_leftover_flush(&self) -> Option<SimTime> {
        self.unschedulable.next_leftover_poll(self.config.pod_max_in_unschedulable_pods)
    }

    /// Moves the pods that have waited too long for an event to activeQ, or to backoffQ if their
    /// back-off is not over (`flushUnschedulablePodsLeftover`). For pods in flight this is an event that
    /// brings them back. No hint is asked.
    pub fn flush_unschedulable_leftover(&mut self, now: SimTime, _context: &dyn HintContext) {
        let pods = self.unschedulable.overdue(now, self.config.pod_max_in_unschedulable_pods);
        if pods.is_empty() {
            return;
        }
        for pod in pods {
            let tracked = self.take_known(pod);
            self.requeue(tracked, Cause::plain(EventLabel::UNSCHEDULABLE_TIMEOUT), now);
        }
        self.tell_pods_in_flight(&ClusterEvent::UnschedulableTimeout);
    }

    /// How many pods are in each place.
    pub fn counts(&self) -> Counts {
        Counts {
            active: self.active.len(),
            backoff: self.backoff.len(),
            unschedulable: self.unschedulable.len() + self.any_change.tried.len(),
            gated: self.gated,
            in_flight: self.in_flight.len(),
        }
    }

    /// Where a pod is; `None` if the queue does not know it.
    pub fn place_of(&self, pod: PodId) -> Option<Place> {
        self.entries.get(&pod).map(|entry| entry.tracked.queued.place)
    }

    /// Whether the last attempt of every pod that waits, unschedulable or backing off, began at `since` or
    /// later.
    pub fn all_tried_since(&self, since: SimTime) -> bool {
        let tried = |pod: PodId| self.entries[&pod].tracked.queued.last_attempt >= Some(since);
        // An attempt begins before it ends, so the first pod whose attempt ended before settles it.
        self.unschedulable.by_time().all(|(timestamp, pod)| timestamp >= since && tried(pod))
            && self.any_change.tried.iter().all(|pod| tried(*pod))
            && self
                .entries
                .iter()
                .all(|(pod, entry)| entry.tracked.queued.place != Place::Backoff || tried(*pod))
    }

    /// The pods that wait (those in flight left out), by pod number.
    pub fn waiting(&self) -> Vec<&QueuedPod> {
        let pods = self.entries.values().map(|entry| &entry.tracked.queued);
        pods.filter(|queued| queued.place != Place::InFlight).collect()
    }

    /// Begins or ends the recording of moves. Off at the beginning.
    pub fn record_moves(&mut self, on: bool) {
        self.log.switch(on);
    }

    /// The moves recorded since the last call, in order: arrivals and changes of place with the event
    /// that caused them. That a pod of activeQ is popped, and that a pod is done with or deleted, is no
    /// such move.
    pub fn take_moves(&mut self) -> Vec<Moved> {
        self.log.take()
    }
}
