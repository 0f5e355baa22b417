//! How the pods of a Deployment's revisions start, where that is not as usual: they never become ready, or with a
//! probability, or their containers end after a while.

use crate::api::DeploymentId;
use crate::kernel::Distribution;

/// Which revisions of a Deployment a rule is for; a later one in this list goes before an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revisions {
    /// Every one.
    All,
    /// Those that come in the run: every ReplicaSet that was not there at time 0, but for the first one of a
    /// Deployment that had none.
    New,
    /// The one with this number in the annotation `deployment.kubernetes.io/revision`.
    Number(i64),
}

/// How the pods of some revisions start.
#[derive(Clone, Debug, PartialEq)]
pub struct StartUpRule {
    /// Whose pods.
    pub deployment: DeploymentId,
    /// Of which revisions.
    pub revisions: Revisions,
    /// The share of pods that ever become ready, from 0 to 1.
    pub probability: f64,
    /// From running to ready, beside the probe's initial delay; `None` is as for every pod.
    pub delay: Option<Distribution>,
    /// From the start of a container to its end; `None` is never.
    pub crash_after: Option<Distribution>,
}
