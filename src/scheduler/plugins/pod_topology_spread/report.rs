//! What the constraints of a pod count: for explanations.

use super::filtering::HardState;
use super::scoring::SoftState;
use super::{PodTopologySpreadArgs, WhenUnsatisfiable};
use crate::api::{NodeId, SpreadConstraint};
use crate::kernel::Symbol;
use crate::scheduler::framework::CycleContext;

/// A constraint with the pods of each domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintReport {
    /// The constraint, its selector as it counts.
    pub constraint: SpreadConstraint,
    /// The pod has none of its own; this is one of the profile's.
    pub is_default: bool,
    /// The pod itself counts once it is placed.
    pub matches_itself: bool,
    /// What a domain is compared with: the smallest count, or 0 where there are fewer domains than
    /// `minDomains`. `None` for `ScheduleAnyway`, which compares with nothing.
    pub minimum: Option<i64>,
    /// The domains, by name.
    pub domains: Vec<DomainReport>,
}

/// A domain of a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DomainReport {
    /// The value of the topology key.
    pub value: Symbol,
    /// Matching pods there.
    pub pods: i64,
    /// Whether the constraint lets the pod go there; `ScheduleAnyway` always does.
    pub allowed: bool,
}

/// The constraints that hold for a pod, hard ones first. `scored` are the nodes that are scored: the
/// soft ones have the domains of those alone.
pub fn constraints(
    args: &PodTopologySpreadArgs,
    cycle: &CycleContext<'_>,
    scored: &[NodeId],
) -> Vec<ConstraintReport> {
    let is_default = cycle.pod.spec.spread_constraints.is_empty();
    let of_kind = |kind| args.constraints_of(cycle.pod, cycle.cache, kind);
    let mut hard = HardState::default();
    hard.count(of_kind(WhenUnsatisfiable::DoNotSchedule), cycle);
    let mut soft = SoftState::default();
    let all_keys_required = !is_default || !args.system_defaulted;
    soft.count(of_kind(WhenUnsatisfiable::ScheduleAnyway), all_keys_required, cycle, scored);
    let mut reports = hard.report(cycle.pod);
    reports.extend(soft.report(cycle, scored));
    for report in &mut reports {
        report.is_default = is_default;
        let name = |domain: &DomainReport| cycle.names.resolve(domain.value);
        report.domains.sort_by(|a, b| name(a).cmp(name(b)));
    }
    reports
}
