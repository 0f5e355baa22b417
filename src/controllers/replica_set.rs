//! The ReplicaSet controller (kube-controller-manager v1.32 to v1.34, `pkg/controller/replicaset`).
//!
//! [`sync()`] is one whole sync of one ReplicaSet; the other modules are its parts.

pub mod availability;
pub mod manage;
pub mod status;
pub mod sync;

pub use availability::is_available;
pub use sync::{ReplicaSetActions, ReplicaSetView, sync};

#[cfg(test)]
mod tests;
