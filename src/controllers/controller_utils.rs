//! What controllers share (`pkg/controller/controller_utils.go` and its neighbours of kube-controller-manager
//! v1.34): expectations, the growing batches of creations, the ranking of pods to delete.

pub mod expectations;
pub mod ranking;
pub mod slow_start;

pub use expectations::Expectations;
