//! What a constraint counts: for explanations.

use crate::api::SpreadConstraint;
use crate::kernel::Symbol;

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
