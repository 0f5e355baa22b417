//! Topology spread constraints (`pod.spec.topologySpreadConstraints`, KEP-895, 3022, 3094, 3243).

use super::LabelSelector;
use crate::kernel::Symbol;

/// One constraint, as the scheduler reads it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SpreadConstraint {
    /// The node label whose values are the domains.
    pub topology_key: Symbol,
    /// Most pods by which a domain may exceed the smallest one.
    pub max_skew: i32,
    /// Filter or score.
    pub when_unsatisfiable: WhenUnsatisfiable,
    /// Which pods are counted; `None` (a missing selector) counts none.
    /// `matchLabelKeys` are merged in when a pod is created or compiled.
    pub selector: Option<LabelSelector>,
    /// The empty selector counts all pods of the namespace, not none (up to v1.26, and from v1.38 on).
    pub empty_selector_counts: bool,
    /// `matchLabelKeys` as written, for those who merge and for explanations.
    pub match_label_keys: Vec<Symbol>,
    /// Fewer domains than this and the minimum counts as 0; 1 where not given.
    pub min_domains: i32,
    /// Whether nodes that the pod's node affinity or selector excludes are left out.
    pub node_affinity_policy: InclusionPolicy,
    /// Whether nodes with taints that the pod does not tolerate are left out.
    pub node_taints_policy: InclusionPolicy,
}

impl SpreadConstraint {
    /// The selector of the pods that are there and count; `None`: none do.
    pub fn counted(&self) -> Option<&LabelSelector> {
        self.selector.as_ref().filter(|selector| self.empty_selector_counts || !selector.is_empty())
    }
}

/// What happens when the constraint cannot be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WhenUnsatisfiable {
    /// The node is refused.
    DoNotSchedule,
    /// The node scores less.
    ScheduleAnyway,
}

/// Whether a node property takes part in choosing the domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InclusionPolicy {
    /// Nodes that the pod may not use are no domains.
    Honor,
    /// They are domains all the same.
    Ignore,
}
