//! The Job controller (kube-controller-manager v1.28 to v1.36, with the gates of v1.32), as pure functions.
//!
//! | decides | in |
//! | --- | --- |
//! | what a Job asks for, and what is seen of its pods | [`spec`], [`pod`] |
//! | whether a failure counts, fails its index or the Job | [`failure_policy`] |
//! | how long to wait after failures | [`back_off`] |
//! | sets of completion indexes | [`indexes`] |
//! | how many pods are made and which are deleted | [`manage`] |
//! | one sync: verdict, counts, pods | [`sync`] |
//!
//! DIFFERENCE: counts are those after the sync whose writes all succeed; a sync that removes finalizers in several passes, or
//! that is refused in the midst, is not told apart.

pub mod back_off;
pub mod failure_policy;
pub mod indexes;
pub mod manage;
pub mod pod;
pub mod spec;
pub mod sync;

pub use indexes::Indexes;
pub use pod::{ContainerEnd, JobPod};
pub use spec::JobSpec;
