//! What kube-scheduler v1.34 decides: which node a pod goes to, and when it is tried.
//!
//! The cycle ([`cycle`]) asks the plugins ([`plugins`]) of a profile ([`profile`]), through the framework
//! ([`framework`]), about the nodes and pods that the scheduler has seen ([`cache`]). The queue
//! ([`queue`]) says which pod is next. Who feeds cache and queue from the watch log, and carries
//! bindings out, is the cluster's business.
//!
//! Where no node fits, preemption ([`preemption`]) seeks pods of lower priority that can make room.
//!
//! DIFFERENCE: volumes, dynamic resources and extenders are not simulated.

pub mod cache;
pub mod coverage;
pub mod cycle;
pub mod fast;
pub mod framework;
pub mod node_info;
pub mod plugins;
pub mod preemption;
pub mod profile;
pub mod queue;
pub mod well_known;
pub mod what_if;
