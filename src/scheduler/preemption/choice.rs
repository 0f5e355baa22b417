//! Which candidate is the best (`pickOneNodeForPreemption`).

use super::Candidate;
use super::victims::start;

/// What the candidates are compared by, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// There is but one.
    OnlyCandidate,
    /// The fewest victims that a PodDisruptionBudget would keep.
    PdbViolations,
    /// The lowest priority of the most important victim.
    HighestPriority,
    /// The smallest sum of priorities, each raised by 2³¹ so that none is negative.
    PrioritySum,
    /// The fewest victims.
    VictimCount,
    /// The latest start: of the victims of the highest priority that which started first counts.
    StartTime,
    /// Nothing but chance.
    Random,
}

/// What a criterion says of a candidate; the least is the best.
type Cost = fn(&Candidate) -> i64;

const COSTS: [(Criterion, Cost); 5] = [
    (Criterion::PdbViolations, |candidate| candidate.violations as i64),
    (Criterion::HighestPriority, |candidate| i64::from(candidate.victims[0].spec.priority)),
    (Criterion::PrioritySum, |candidate| {
        let raised = |priority: i32| i64::from(priority) + (1 << 31);
        candidate.victims.iter().map(|pod| raised(pod.spec.priority)).sum()
    }),
    (Criterion::VictimCount, |candidate| candidate.victims.len() as i64),
    // The victims are sorted: the first has the highest priority, and started first among those.
    (Criterion::StartTime, |candidate| start(&candidate.victims[0]).saturating_neg()),
];

/// The places of the best candidates, in order, and the criterion that left no more of them.
pub(super) fn best(candidates: &[Candidate]) -> (Vec<usize>, Option<Criterion>) {
    let mut left: Vec<usize> = (0..candidates.len()).collect();
    match left.len() {
        0 => return (left, None),
        1 => return (left, Some(Criterion::OnlyCandidate)),
        _ => {}
    }
    for (criterion, cost) in COSTS {
        let least = left.iter().map(|place| cost(&candidates[*place])).min();
        left.retain(|place| Some(cost(&candidates[*place])) == least);
        if left.len() == 1 {
            return (left, Some(criterion));
        }
    }
    (left, Some(Criterion::Random))
}
