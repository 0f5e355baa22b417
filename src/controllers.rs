//! Decisions of the controllers of workloads of kube-controller-manager (v1.32 to v1.34), as pure functions: one sync sees a
//! state and returns the writes it would make.
//!
//! Who calls them when, on what (perhaps stale) state, and who carries the writes out is the cluster's
//! business; so are work queues, back-off and informer caches.
//!
//! DIFFERENCE: adoption and release of orphans by selector is left out; a ReplicaSet has the pods that
//! it made, a Deployment the ReplicaSets that it made or that its input gave it. A ReplicaSet that
//! something else controls counts as nobody's.

pub mod controller_utils;
pub mod coverage;
pub mod cron_job;
pub mod daemon_set;
pub mod deployment;
pub mod disruption;
pub mod job;
pub mod replica_set;
mod stable_sort;
pub mod stateful_set;
