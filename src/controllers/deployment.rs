//! The Deployment controller (kube-controller-manager v1.32, `pkg/controller/deployment`).
//!
//! [`sync()`] is one whole sync of one Deployment. The other functions are its parts, public because
//! they are recorded and explained on their own.
//!
//! What a sync sees and what it writes:
//!
//! * ReplicaSets are read as stored at the beginning, status included; what the sync itself scales
//!   counts for the rest of its arithmetic, but the status that it writes is computed from the sizes
//!   *before* scaling.
//! * Annotations of the Deployment other than the revision are not copied to its ReplicaSets, and
//!   `revision-history` is not kept: nothing reads them.
//!
//! A sync that writes one object twice is refused the second write (it still holds the first version) and is
//! retried some milliseconds later, to the same end, where versions count ([`DeploymentView::versions_count`]).
//! DIFFERENCE: where they do not, the second write succeeds.
//!
//! DIFFERENCE: a Deployment that is being deleted is not synced; its ReplicaSets go with it.

pub mod actions;
pub mod annotations;
pub mod conditions;
pub mod fenceposts;
pub mod history;
pub mod member;
pub mod new_replica_set;
pub mod progress;
pub mod recreate;
pub mod rolling;
pub mod scale;
mod state;
pub mod status;
pub mod sync;
pub mod view;

pub use actions::{
    DeploymentActions, DeploymentUpdate, DeploymentWrite, NewReplicaSet, Recheck, ReplicaSetUpdate, SyncError,
};
pub use sync::sync;
pub use view::{DeploymentView, TakenName};

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;
