//! A rollout when it is over, or cut off: one row of `rollouts.csv` a constraint.

use std::sync::Arc;

use super::domain_loss::ShareLeft;
use super::waiting::PendingTime;
use crate::kernel::SimTime;

/// A finished (or cut off) rollout.
#[derive(Clone, Debug)]
pub struct RolloutRow {
    /// `deployment/NAMESPACE/NAME`.
    pub workload: Arc<str>,
    /// 0 for the creation, then counting template changes.
    pub number: u32,
    /// It is the state that the Deployment was in at time 0, with its ReplicaSets; nothing was rolled.
    pub adopted: bool,
    /// The change of the template.
    pub started: SimTime,
    /// Complete; `None` if it was not by the end (of the run, or the next template change).
    pub completed: Option<SimTime>,
    /// Most pods above `spec.replicas` at a settled instant.
    pub surge_max: u32,
    /// Most pods missing to `spec.replicas` ready ones at a settled instant.
    pub unavailable_max: u32,
    /// How long the pods that were created in it had no node.
    pub pending: PendingTime,
    /// Why it did not complete; `None` if it did.
    pub blocked: Option<Arc<str>>,
    /// What became of each constraint of the template.
    pub constraints: Vec<ConstraintOutcome>,
}

/// A constraint over a rollout.
#[derive(Clone, Debug)]
pub struct ConstraintOutcome {
    /// `TOPOLOGY_KEY|WHEN_UNSATISFIABLE`.
    pub name: Arc<str>,
    /// Allowed skew.
    pub max_skew: i32,
    /// Skew of the newest pods at the end.
    pub final_skew: u32,
    /// Newest pods per domain at the end, most first.
    pub final_counts: Vec<u32>,
    /// The same with the domains' names, in the order of first appearance; empty where there are more than
    /// [`MOST_DOMAINS_NAMED`](super::spread::MOST_DOMAINS_NAMED).
    pub final_domains: Vec<(Arc<str>, u32)>,
    /// Largest skew of all pods at a settled instant.
    pub max_skew_during: u32,
    /// Nanoseconds with more skew (of all pods) than allowed.
    pub time_above_max_skew_ns: u64,
    /// What the loss of any one domain would leave of the ready pods, at the worst settled instant.
    pub ready_left_min: Option<ShareLeft>,
    /// The same at the end.
    pub ready_left: Option<ShareLeft>,
}
