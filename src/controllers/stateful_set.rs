//! The StatefulSet controller (`pkg/controller/statefulset` of kube-controller-manager v1.28 to v1.37): pods with stable names,
//! made and replaced in the order of their ordinals.
//!
//! Finished pods are handled as from v1.31 on. DIFFERENCE: before that a failed pod was made anew in the sync that deleted it.
//! DIFFERENCE: volume claims are not simulated.

pub mod history;
pub mod ordinals;
pub mod rolling;
pub mod status;
pub mod sync;
#[cfg(test)]
mod tests;
pub mod view;

pub use sync::{StatefulSetActions, sync};
pub use view::{Doomed, StatefulSetView, Write};
