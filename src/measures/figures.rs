//! The figures of a run: named numbers, the same list for every command that reads them.

use std::sync::Arc;

/// Names of measures, with what they mean.
pub const MEASURES: [(&str, &str); 10] = [
    ("finalSkew", "max − min over the eligible domains at the end of a rollout, newest ReplicaSet only"),
    ("maxSkewDuring", "the largest max − min at any settled instant of a rollout, pods of all revisions"),
    ("timeAboveMaxSkewSeconds", "for how long the skew exceeded maxSkew during a rollout"),
    (
        "rolloutDurationSeconds",
        "from the change of the template until the rollout is complete; absent if blocked",
    ),
    ("rolloutBlocked", "1 if the rollout did not complete, else 0"),
    ("pendingPods", "pods without a node at the end"),
    ("scheduledPods", "pods with a node at the end"),
    ("pods", "pods in the API at the end"),
    ("surgePodsMax", "the largest number of pods above spec.replicas at any settled instant of a rollout"),
    ("unavailablePodsMax", "the largest number of ready pods missing to spec.replicas in a rollout"),
];

/// What a figure is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FigureKey {
    /// The measure, one of [`MEASURES`].
    pub measure: &'static str,
    /// `deployment/NAMESPACE/NAME`; empty for the whole cluster.
    pub workload: Arc<str>,
    /// The rollout: 0 is the creation (or the state taken over), 1 the first change of the template.
    pub rollout: Option<u32>,
    /// The constraint: `TOPOLOGY_KEY|WHEN_UNSATISFIABLE`; empty where it is not about one.
    pub constraint: Arc<str>,
}

/// A figure of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it is about.
    pub key: FigureKey,
    /// Its value.
    pub value: f64,
}
