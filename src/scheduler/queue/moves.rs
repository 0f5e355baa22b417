//! Moves between the places, and which event moves which pods (`moveToActiveQ`, `moveToBackoffQ`,
//! `requeuePodWithQueueingStrategy`, `movePodsToActiveOrBackoffQueue` and `isPodWorthRequeuing` of
//! kube-scheduler v1.34).
//!
//! A pod is in one place by construction: there is one table of pods, and an entry says in which
//! structure the pod's key lies.

use std::sync::Arc;

use super::backoff::{self, BackingOff};
use super::config::RequeueRule;
use super::pod_info::{Cause, Entry, Place, Spot, Tracked};
use super::scheduling_queue::SchedulingQueue;
use crate::api::{Pod, PodId};
use crate::kernel::SimTime;
use crate::scheduler::framework::HintContext;
use crate::scheduler::framework::{ClusterEvent, EventLabel, PluginId, PluginSet, Question};

/// Where a pod goes after a failed attempt.
pub(super) enum AfterFailure {
    /// It waits for an event.
    Wait,
    /// To backoffQ, or to activeQ if there is no back-off.
    Requeue(Option<PluginId>),
    /// To backoffQ in any case.
    BackOff,
}

impl SchedulingQueue {
    /// Takes a pod out of its place.
    pub(super) fn take(&mut self, pod: PodId) -> Option<Tracked> {
        let Entry { tracked, spot } = self.entries.remove(&pod)?;
        match spot {
            Spot::Active(key) => self.active.remove(&key),
            Spot::Backoff(spot) => self.backoff.remove(&spot),
            Spot::Unschedulable(group) => self.unschedulable.remove(pod, group, tracked.queued.timestamp),
            Spot::Tried => assert!(self.any_change.tried.remove(&pod), "a pod that was tried is listed"),
            Spot::Gated => self.gated -= 1,
            Spot::InFlight(flight) => self.in_flight.end(pod, flight),
        }
        Some(tracked)
    }

    /// Takes a pod out that an index named.
    pub(super) fn take_known(&mut self, pod: PodId) -> Tracked {
        self.take(pod).expect("a pod in an index is in the table")
    }

    /// Puts a pod into a place without a word about it.
    pub(super) fn settle(&mut self, mut tracked: Tracked, place: Place, now: SimTime) {
        tracked.queued.place = place;
        let pod = tracked.queued.pod.id;
        let (priority, timestamp) = (tracked.queued.pod.spec.priority, tracked.queued.timestamp);
        let by_number = self.config.requeue == RequeueRule::AnyChange;
        let spot = match place {
            Place::Active if by_number => Spot::Active(self.active.insert_by_number(pod)),
            Place::Active => Spot::Active(self.active.insert(pod, priority, timestamp)),
            Place::Backoff => {
                let expiry = backoff::expiry(tracked.failures, timestamp, &self.config);
                let is_error = tracked.queued.rejected_by.is_empty();
                let entry = BackingOff { pod, expiry, priority, timestamp, is_error };
                Spot::Backoff(self.backoff.insert(entry, now))
            }
            Place::Unschedulable if by_number => {
                self.any_change.tried.insert(pod);
                Spot::Tried
            }
            Place::Unschedulable => {
                let queued = &tracked.queued;
                Spot::Unschedulable(self.unschedulable.insert(&queued.pod, queued.rejected_by, timestamp))
            }
            Place::Gated => {
                self.gated += 1;
                Spot::Gated
            }
            Place::InFlight => Spot::InFlight(self.in_flight.start(pod, self.any_change.changes)),
        };
        self.entries.insert(pod, Entry { tracked, spot });
    }

    /// Moves a pod that was taken out to another place.
    pub(super) fn put(&mut self, mut tracked: Tracked, to: Place, cause: Cause, now: SimTime) {
        let queued = &mut tracked.queued;
        self.log.record(queued.pod.id, Some(queued.place), to, cause);
        queued.moved_by = cause.why;
        self.settle(tracked, to, now);
    }

    /// Moves a pod that was taken out to backoffQ, or to activeQ if its back-off is over.
    pub(super) fn requeue(&mut self, tracked: Tracked, cause: Cause, now: SimTime) {
        let expiry = backoff::expiry(tracked.failures, tracked.queued.timestamp, &self.config);
        let waits = self.config.requeue == RequeueRule::Kubernetes
            && backoff::is_backing_off(expiry, now, &self.config);
        self.put(tracked, if waits { Place::Backoff } else { Place::Active }, cause, now);
    }

    /// Moves the pods that an event concerns and may help, and keeps it for those in flight.
    pub(super) fn move_by_event(
        &mut self,
        event: &ClusterEvent,
        concerns: &dyn Fn(&Pod) -> bool,
        now: SimTime,
        context: &dyn HintContext,
    ) {
        let interested = self.registrations.interested(event);
        if interested.is_empty() {
            return;
        }
        let why = event.label();
        let ask = |pod: &Pod, rejected_by| self.ask(pod, false, rejected_by, event, context);
        let helped = self.unschedulable.helped(interested, ask);
        for (pod, by) in helped {
            if self.held.contains(&pod) || !concerns(&self.entries[&pod].tracked.queued.pod) {
                continue;
            }
            let tracked = self.take_known(pod);
            self.requeue(tracked, Cause { why, by: Some(by) }, now);
        }
        self.tell_pods_in_flight(event);
    }

    /// Keeps an event for the pods in flight.
    pub(super) fn tell_pods_in_flight(&mut self, event: &ClusterEvent) {
        if self.config.queueing_hints {
            self.in_flight.keep(event);
        } else {
            self.in_flight.note_move_request();
        }
    }

    /// The plugin among the rejecting ones that takes an event for helpful.
    fn ask(
        &self,
        pod: &Pod,
        is_target: bool,
        rejected_by: PluginSet,
        event: &ClusterEvent,
        context: &dyn HintContext,
    ) -> Option<PluginId> {
        let question = Question { pod, is_target, event, rules: &self.config.hints, context };
        self.registrations.first_to_queue(&question, rejected_by)
    }

    /// Where a pod in flight goes whose attempt has just failed, in view of what happened meanwhile.
    pub(super) fn after_failure(&self, pod: PodId, context: &dyn HintContext) -> AfterFailure {
        let Entry { tracked, spot: Spot::InFlight(flight) } = &self.entries[&pod] else {
            unreachable!("a pod that failed was in flight");
        };
        if self.config.requeue == RequeueRule::AnyChange {
            let changed = self.any_change.changes > flight.changes;
            return if changed { AfterFailure::Requeue(None) } else { AfterFailure::Wait };
        }
        if self.held.contains(&pod) {
            return AfterFailure::Wait;
        }
        let is_error = tracked.queued.rejected_by.is_empty();
        if !self.config.queueing_hints {
            let again = is_error || flight.updated || self.in_flight.move_requested_since(*flight);
            return if again { AfterFailure::BackOff } else { AfterFailure::Wait };
        }
        if is_error {
            // No event will bring it back, so it comes back by itself.
            return AfterFailure::Requeue(None);
        }
        let queued = &tracked.queued;
        for event in self.in_flight.events_since(*flight) {
            if matches!(event, ClusterEvent::UnschedulableTimeout) {
                return AfterFailure::Requeue(None);
            }
            let is_target = is_update_of(event, pod);
            if let Some(by) = self.ask(&queued.pod, is_target, tracked.queued.rejected_by, event, context) {
                return AfterFailure::Requeue(Some(by));
            }
        }
        AfterFailure::Wait
    }

    /// Why the update of a waiting pod moves it, if it does.
    pub(super) fn update_cause(
        &self,
        tracked: &Tracked,
        old: &Arc<Pod>,
        new: &Arc<Pod>,
        context: &dyn HintContext,
    ) -> Option<Cause> {
        if self.held.contains(&new.id) {
            return None;
        }
        if self.config.requeue == RequeueRule::AnyChange {
            // The change itself was noted; only a pod that was held back is released here.
            let released = tracked.queued.place == Place::Gated;
            return released.then_some(Cause::plain(EventLabel::UNSCHEDULED_POD_UPDATE));
        }
        if !self.config.queueing_hints {
            return is_pod_updated(old, new).then_some(Cause::plain(EventLabel::UNSCHEDULED_POD_UPDATE));
        }
        ClusterEvent::unscheduled_pod_updates(old, new).iter().find_map(|event| {
            let by = self.ask(new, true, tracked.queued.rejected_by, event, context)?;
            Some(Cause { why: event.label(), by: Some(by) })
        })
    }
}

fn is_update_of(event: &ClusterEvent, pod: PodId) -> bool {
    match event {
        ClusterEvent::UnscheduledPodUpdate { new, .. } | ClusterEvent::AssignedPodUpdate { new, .. } => {
            new.id == pod
        }
        _ => false,
    }
}

/// Whether a pod changed in more than its status (`isPodUpdated`).
fn is_pod_updated(old: &Pod, new: &Pod) -> bool {
    (!Arc::ptr_eq(&old.spec, &new.spec) && old.spec != new.spec)
        || (old.deleted, old.deletion_cost) != (new.deleted, new.deletion_cost)
        || (old.node, old.controller) != (new.node, new.controller)
}
