//! A rollout when it is over, or cut off: one row of `rollouts.csv` a constraint.

use std::sync::Arc;

use super::domain_loss::ShareLeft;
use super::waiting::PendingTime;
use crate::kernel::SimTime;

/// A finished (or cut off) rollout.
#[derive(Clone, Debug)]
pub struct RolloutRow {
    /// `KIND/NAMESPACE/NAME`, such as `deployment/default/web`.
    pub workload: Arc<str>,
    /// 0 for the creation, then counting template changes.
    pub number: u32,
    /// It is the state that the workload was in at time 0, with its revisions; nothing was rolled.
    pub adopted: bool,
    /// The change of the template.
    pub started: SimTime,
    /// Its new ReplicaSet first had pods to make: what the ReplicaSet's creation, or an Event, tells of its beginning.
    pub scaled_up: Option<SimTime>,
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

/// Whose pods a constraint's figures count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// The workload's: the constraint has counted no others. At the end those of the newest revision.
    Own,
    /// All that the constraint's selector counts, as it counts others too, or misses the workload's own.
    /// The smallest domain is 0 while there are fewer than `minDomains`.
    Selected,
    /// The workload's, as in `Own`, beside a constraint with `Selected`.
    OwnBeside,
}

/// What the name of a workload's own spread ends in.
pub const OWN_SPREAD: &str = "|own spread";

/// The name of the workload's own spread beside a constraint.
pub(super) fn own_name(constraint: &str) -> Arc<str> {
    format!("{constraint}{OWN_SPREAD}").into()
}

/// A constraint over a rollout.
#[derive(Clone, Debug)]
pub struct ConstraintOutcome {
    /// `TOPOLOGY_KEY|WHEN_UNSATISFIABLE`; the workload's own spread has `|own spread` after it.
    pub name: Arc<str>,
    /// Whose pods are counted.
    pub counted: Counted,
    /// Allowed skew.
    pub max_skew: i32,
    /// Skew of the newest pods at the end, or of those that are selected.
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

impl ConstraintOutcome {
    /// The constraint's selector matches no pod at the end, and not because there is none.
    pub fn counts_nobody(&self) -> bool {
        self.counted == Counted::Selected && self.final_counts.iter().all(|&pods| pods == 0)
    }
}
