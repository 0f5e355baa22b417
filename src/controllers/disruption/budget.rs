//! The status of a budget (`trySync` of the disruption controller): who counts as healthy, how many have to be, and how
//! many may go.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::api::{IntOrPercent, PodPhase, Timestamp};

/// What a budget asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `spec.minAvailable`.
    MinAvailable(IntOrPercent),
    /// `spec.maxUnavailable`.
    MaxUnavailable(IntOrPercent),
}

/// A PodDisruptionBudget.
#[derive(Clone, Debug)]
pub struct Budget {
    /// What it asks for; `None` asks for nothing.
    pub limit: Option<Limit>,
    /// `status.disruptedPods`: pods whose eviction was allowed, and when.
    pub disrupted_pods: BTreeMap<String, Timestamp>,
}

/// What says how many pods there should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Nobody: the pod has no controller.
    Unmanaged,
    /// A controller that does not exist, or has no scale.
    Missing,
    /// The `spec.replicas` of the topmost controller; a Deployment's, not its ReplicaSet's.
    Of {
        /// Which, among the controllers of the budget's pods.
        controller: u32,
        /// How many it wants.
        replicas: i32,
    },
}

/// A pod that the budget's selector matches.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its condition `Ready` is true.
    pub ready: bool,
    /// It is being deleted.
    pub terminating: bool,
    /// `status.phase`.
    pub phase: PodPhase,
    /// Who wants it.
    pub scale: Scale,
}

/// `status` of a PodDisruptionBudget.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BudgetStatus {
    /// Pods that are ready, stay, and are not about to go.
    pub current_healthy: i32,
    /// How many have to be.
    pub desired_healthy: i32,
    /// How many there should be.
    pub expected_pods: i32,
    /// How many may go now.
    pub disruptions_allowed: i32,
    /// Pods whose eviction was allowed, and that are still there; after two minutes they are forgotten.
    pub disrupted_pods: BTreeMap<String, Timestamp>,
    /// Pods without a controller. Where these had to be looked for, an event tells of them.
    pub unmanaged: Vec<String>,
}

impl BudgetStatus {
    /// The reason of the condition `DisruptionAllowed`, which is true where some may go.
    pub const fn reason(&self) -> &'static str {
        if self.disruptions_allowed > 0 { "SufficientPods" } else { "InsufficientPods" }
    }
}

/// A pod's controller was not found: the sync fails, and no disruption is allowed (`SyncFailed`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoController {
    /// The pod.
    pub pod: String,
}

impl fmt::Display for NoController {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "found no controllers for pod {:?}", self.pod)
    }
}

/// How long an allowed eviction may take until the pod counts again (`DeletionTimeout`).
const DELETION_TIMEOUT_NS: i64 = 120 * Timestamp::NANOS;

/// The status that a sync writes. The error leaves the old one, with no disruption allowed.
pub fn status(budget: &Budget, pods: &[Member<'_>], now: Timestamp) -> Result<BudgetStatus, NoController> {
    let (expected_pods, desired_healthy, unmanaged) = expectation(budget.limit, pods)?;
    let about_to_go = |pod: &Member<'_>| {
        budget.disrupted_pods.get(pod.name).is_some_and(|since| now.nanos_since(*since) < DELETION_TIMEOUT_NS)
    };
    let stays = |pod: &&Member<'_>| !pod.terminating;
    let healthy = pods.iter().filter(stays).filter(|pod| pod.ready && !about_to_go(pod)).count();
    let current_healthy = i32::try_from(healthy).unwrap_or(i32::MAX);
    let spare = current_healthy.saturating_sub(desired_healthy).max(0);
    let kept = |pod: &&Member<'_>| {
        let since = budget.disrupted_pods.get(pod.name);
        since.is_some_and(|since| now.nanos_since(*since) <= DELETION_TIMEOUT_NS)
    };
    let disrupted = pods.iter().filter(stays).filter(kept);
    Ok(BudgetStatus {
        current_healthy,
        desired_healthy,
        expected_pods,
        disruptions_allowed: if expected_pods > 0 { spare } else { 0 },
        disrupted_pods: disrupted.map(|pod| (pod.name.to_owned(), budget.disrupted_pods[pod.name])).collect(),
        unmanaged,
    })
}

/// How many pods there should be, how many of them healthy, and the pods without controller, where that was asked. Both
/// kinds of percentages are rounded up.
fn expectation(limit: Option<Limit>, pods: &[Member<'_>]) -> Result<(i32, i32, Vec<String>), NoController> {
    match limit {
        None => Ok((0, 0, Vec::new())),
        Some(Limit::MinAvailable(IntOrPercent::Int(wanted))) => {
            Ok((i32::try_from(pods.len()).unwrap_or(i32::MAX), wanted, Vec::new()))
        }
        Some(Limit::MinAvailable(share)) => {
            let (expected, unmanaged) = expected_scale(pods)?;
            Ok((expected, share.scaled(expected, true), unmanaged))
        }
        Some(Limit::MaxUnavailable(share)) => {
            let (expected, unmanaged) = expected_scale(pods)?;
            Ok((expected, expected.saturating_sub(share.scaled(expected, true)).max(0), unmanaged))
        }
    }
}

/// The sum of what the pods' controllers want, each taken once, and the pods without one.
fn expected_scale(pods: &[Member<'_>]) -> Result<(i32, Vec<String>), NoController> {
    let (mut seen, mut expected, mut unmanaged) = (BTreeSet::new(), 0_i32, Vec::new());
    for pod in pods {
        match pod.scale {
            Scale::Unmanaged => unmanaged.push(pod.name.to_owned()),
            Scale::Missing => return Err(NoController { pod: pod.name.to_owned() }),
            Scale::Of { controller, replicas } => {
                if seen.insert(controller) {
                    expected = expected.saturating_add(replicas);
                }
            }
        }
    }
    Ok((expected, unmanaged))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, scale: Scale) -> Member<'_> {
        Member { name, ready: true, terminating: false, phase: PodPhase::Running, scale }
    }

    #[test]
    fn two_minutes_after_its_eviction_was_allowed_a_pod_that_stays_counts_again() {
        let of = Scale::Of { controller: 0, replicas: 3 };
        let pods = [pod("a", of), pod("b", of), pod("c", of)];
        let budget = Budget {
            limit: Some(Limit::MinAvailable(IntOrPercent::Int(2))),
            disrupted_pods: [("a".to_owned(), Timestamp::from_unix_seconds(1000))].into(),
        };
        let at =
            |seconds| status(&budget, &pods, Timestamp::from_unix_seconds(seconds)).expect("controllers");
        // 1 of 3 is about to go: 2 are healthy, 2 have to be.
        assert_eq!((at(1119).current_healthy, at(1119).disruptions_allowed), (2, 0));
        // After 120 s all 3 are healthy: one may go. In the instant itself it is still listed.
        assert_eq!((at(1120).current_healthy, at(1120).disruptions_allowed), (3, 1));
        assert_eq!((at(1120).disrupted_pods.len(), at(1121).disrupted_pods.len()), (1, 0));
    }

    #[test]
    fn a_controller_that_is_gone_fails_the_sync_unless_only_a_number_is_asked_for() {
        let pods = [pod("a", Scale::Missing)];
        let with = |limit| {
            let budget = Budget { limit: Some(limit), disrupted_pods: BTreeMap::new() };
            status(&budget, &pods, Timestamp(0))
        };
        let error = with(Limit::MaxUnavailable(IntOrPercent::Int(1))).expect_err("no controller");
        assert_eq!(error.to_string(), "found no controllers for pod \"a\"");
        assert!(with(Limit::MinAvailable(IntOrPercent::Percent(50))).is_err());
        // 1 healthy, 0 have to be: one may go.
        let allowed = with(Limit::MinAvailable(IntOrPercent::Int(0))).expect("a number needs no controller");
        assert_eq!(allowed.disruptions_allowed, 1);
    }
}
