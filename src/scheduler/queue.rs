//! The scheduling queue of kube-scheduler v1.34 (`pkg/scheduler/backend/queue`).
//!
//! Pods wait in one of four places. `activeQ` holds those to be tried, highest priority first.
//! `backoffQ` holds those that an event has released before their back-off was over, and
//! (apart from them) those that came back because of an error. `unschedulablePods` holds those that
//! wait for an event that may help them, and *gated* pods wait for their scheduling gates to go.
//! While a pod is being tried it is *in flight*, and the events of that time are kept for it.
//!
//! The queue is passive: it reads no clock and sets no timer. Its owner calls
//! [`SchedulingQueue::flush_backoff`] at [`SchedulingQueue::next_backoff_expiry`] and
//! [`SchedulingQueue::flush_unschedulable_leftover`] at [`SchedulingQueue::next_leftover_flush`],
//! which gives the same moves at the same times as Kubernetes' polls every second and every 30 s,
//! provided that simulated time starts at a whole second.
//!
//! # Order
//!
//! activeQ is ordered by priority (highest first), then by the time of the last failed attempt (of
//! creation for a new pod), as the plugin PrioritySort does; what is equal in both leaves in the order
//! in which it came. Kubernetes keeps `unschedulablePods` in a map and moves them in random order;
//! kubecast moves them in the order of pod numbers, which is the order of creation.
//!
//! # What is left out
//!
//! DIFFERENCE: pending plugins (those that reject with `Pending`), extenders and pod groups are not simulated. A pod
//! whose preemption is under way is held where it is, and does not become *gated*.
//! DIFFERENCE: a gated pod never causes a leftover flush. In Kubernetes one that is older than five
//! minutes makes every flush an event, which pods in flight at that instant see.
//! DIFFERENCE: up to 1.33 the back-off grows with all attempts, from 1.34 (as here) with those that
//! ended unschedulable, errors counting apart.
//! DIFFERENCE: without queueing hints the events that plugins register are those of 1.26, node events
//! are told apart as in 1.34, and an update of a pod in flight counts as an event for it (Kubernetes
//! adds the pod to activeQ a second time).

pub mod config;
pub mod pod_info;
pub mod scheduling_queue;

mod active;
mod any_change;
mod attempts;
mod backoff;
mod cross_topology;
mod in_flight;
mod moves;
mod registration;
mod unschedulable;

#[cfg(test)]
mod tests;

pub use super::framework::{ClusterEvent, EventLabel, HintContext, HintRules, NodeChange, PodChange};
pub use config::{QueueConfig, RequeueRule};
pub use pod_info::{Counts, Moved, Place, QueuedPod};
pub use scheduling_queue::SchedulingQueue;
