//! The fields of workloads that their controllers decide by.

use crate::api::coverage::Coverage::{Irrelevant, Simulated};
use crate::api::coverage::Field;

/// `spec` of Deployments, but for the template.
pub const DEPLOYMENT_SPEC: &[Field] = &[
    ("minReadySeconds", Simulated),
    ("paused", Simulated),
    ("progressDeadlineSeconds", Simulated),
    ("replicas", Simulated),
    ("revisionHistoryLimit", Simulated),
    ("selector", Simulated),
    ("strategy", Simulated),
];

/// `spec` of DaemonSets, but for the template.
pub const DAEMON_SET_SPEC: &[Field] = &[
    ("minReadySeconds", Simulated),
    ("revisionHistoryLimit", Irrelevant("no revision is ever cleaned up here, and none is rolled back to")),
    ("selector", Simulated),
    ("updateStrategy", Simulated),
];

/// `spec` of ReplicaSets, but for the template.
pub const REPLICA_SET_SPEC: &[Field] =
    &[("minReadySeconds", Simulated), ("replicas", Simulated), ("selector", Simulated)];
