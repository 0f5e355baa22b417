//! What the constraints of a pod count: for explanations.

pub use super::counted::{ConstraintReport, DomainReport};
use super::filtering::HardState;
use super::scoring::SoftState;
use super::{PodTopologySpreadArgs, WhenUnsatisfiable};
use crate::api::NodeId;
use crate::scheduler::framework::CycleContext;

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
