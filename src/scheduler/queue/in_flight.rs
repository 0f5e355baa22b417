//! The pods in flight and what happened meanwhile (`inFlightPods`, `inFlightEvents` and
//! `moveRequestCycle` of kube-scheduler v1.34).
//!
//! With queueing hints every event is kept until all pods that were in flight when it came have come
//! back. Without hints one number does: a pod that fails is tried again after its back-off if any move
//! of pods was asked for since it was popped.

use std::collections::{BTreeSet, VecDeque};

use crate::api::PodId;
use crate::scheduler::framework::ClusterEvent;

/// What a pod in flight remembers of the moment when it was popped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    /// The number of the first event that came later.
    first_event: u64,
    /// How many pods had been popped, this one included.
    cycle: u64,
    /// How many changes there had been, under [`super::RequeueRule::AnyChange`].
    pub(super) changes: u64,
    /// The pod itself was updated since, without queueing hints.
    pub(super) updated: bool,
}

/// All pods in flight.
#[derive(Clone, Debug, Default)]
pub(super) struct InFlight {
    /// Each pod with the number of its first event: the earliest is needed longest.
    pods: BTreeSet<(u64, PodId)>,
    /// Events since the earliest pod was popped.
    events: VecDeque<ClusterEvent>,
    /// The number of the first of them.
    first_event: u64,
    /// How many pods have been popped (`schedulingCycle`).
    cycle: u64,
    /// How many had been when pods were last asked to move.
    move_request_cycle: Option<u64>,
}

impl InFlight {
    /// A pod was popped.
    pub(super) fn start(&mut self, pod: PodId, changes: u64) -> Flight {
        self.cycle += 1;
        let first_event = self.first_event + self.events.len() as u64;
        self.pods.insert((first_event, pod));
        Flight { first_event, cycle: self.cycle, changes, updated: false }
    }

    /// A pod came back or is done with. Events that no other pod needs are dropped.
    pub(super) fn end(&mut self, pod: PodId, flight: Flight) {
        let found = self.pods.remove(&(flight.first_event, pod));
        assert!(found, "a pod in flight is listed");
        let end = self.first_event + self.events.len() as u64;
        let needed = self.pods.first().map_or(end, |(first_event, _)| *first_event);
        self.events.drain(..(needed - self.first_event) as usize);
        self.first_event = needed;
    }

    /// Keeps an event for the pods in flight, if there are any.
    pub(super) fn keep(&mut self, event: &ClusterEvent) {
        if !self.pods.is_empty() {
            self.events.push_back(event.clone());
        }
    }

    /// The events since a pod was popped, in order.
    pub(super) fn events_since(&self, flight: Flight) -> impl Iterator<Item = &ClusterEvent> {
        let start = flight.first_event - self.first_event;
        self.events.range(start as usize..)
    }

    /// Without hints: pods were asked to move.
    pub(super) fn note_move_request(&mut self) {
        self.move_request_cycle = Some(self.cycle);
    }

    /// Without hints: whether pods were asked to move since a pod was popped.
    pub(super) fn move_requested_since(&self, flight: Flight) -> bool {
        self.move_request_cycle.is_some_and(|cycle| cycle >= flight.cycle)
    }

    /// How many pods are in flight.
    pub(super) fn len(&self) -> usize {
        self.pods.len()
    }

    /// How many events are kept.
    #[cfg(test)]
    pub(super) fn kept_events(&self) -> usize {
        self.events.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(in_flight: &InFlight, flight: Flight) -> Vec<&'static str> {
        in_flight.events_since(flight).map(|event| event.label().as_str()).collect()
    }

    #[test]
    fn events_are_kept_for_as_long_as_a_pod_needs_them() {
        let mut names = crate::kernel::Interner::new();
        let node = std::sync::Arc::new(crate::api::testing::node(&mut names, 0, "n"));
        let (add, delete) = (ClusterEvent::NodeAdd(node.clone()), ClusterEvent::NodeDelete(node));
        let mut in_flight = InFlight::default();
        in_flight.keep(&add);
        assert_eq!(in_flight.kept_events(), 0, "nobody is in flight");
        let first = in_flight.start(PodId(8), 0);
        in_flight.keep(&add);
        let second = in_flight.start(PodId(3), 0);
        in_flight.keep(&delete);
        assert_eq!(labels(&in_flight, first), ["NodeAdd", "NodeDelete"]);
        assert_eq!(labels(&in_flight, second), ["NodeDelete"]);
        in_flight.end(PodId(8), first);
        assert_eq!(in_flight.kept_events(), 1, "only the first pod needed NodeAdd");
        assert_eq!(labels(&in_flight, second), ["NodeDelete"]);
        let third = in_flight.start(PodId(8), 0);
        assert!(labels(&in_flight, third).is_empty());
        in_flight.end(PodId(3), second);
        in_flight.keep(&add);
        assert_eq!(labels(&in_flight, third), ["NodeAdd"]);
        in_flight.end(PodId(8), third);
        assert_eq!((in_flight.len(), in_flight.kept_events()), (0, 0));
    }

    #[test]
    fn a_move_request_concerns_the_pods_popped_before_it() {
        let mut in_flight = InFlight::default();
        in_flight.note_move_request();
        let first = in_flight.start(PodId(1), 0);
        assert!(!in_flight.move_requested_since(first), "it came before the first pod was popped");
        in_flight.note_move_request();
        let second = in_flight.start(PodId(2), 0);
        assert!(in_flight.move_requested_since(first) && !in_flight.move_requested_since(second));
    }
}
