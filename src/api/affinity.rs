//! Inter-pod affinity and anti-affinity.

use super::LabelSelector;
use crate::kernel::Symbol;

/// `podAffinity` or `podAntiAffinity` of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PodAffinity {
    /// `requiredDuringSchedulingIgnoredDuringExecution`.
    pub required: Vec<AffinityTerm>,
    /// `preferredDuringSchedulingIgnoredDuringExecution`.
    pub preferred: Vec<WeightedAffinityTerm>,
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AffinityTerm {
    /// Which pods; `None` (a missing selector) matches no pod, the empty one matches every pod.
    /// `matchLabelKeys` and `mismatchLabelKeys` are merged in when a pod is created.
    pub selector: Option<LabelSelector>,
    /// Namespaces by name. Where neither these nor a namespace selector are given, compiling puts
    /// the pod's own namespace here.
    pub namespaces: Vec<Symbol>,
    /// Namespaces by label; `None` if not given, the empty one matches every namespace.
    pub namespace_selector: Option<LabelSelector>,
    /// The term means pods of every namespace where it is the incoming pod's own: with the empty selector; from v1.34
    /// on (a fault) with any that matches no labels at all (`NotIn`, `DoesNotExist`), as it is asked about none once
    /// its namespaces are resolved.
    pub every_namespace_if_incoming: bool,
    /// The node label whose values are the domains.
    pub topology_key: Symbol,
    /// `matchLabelKeys` as written; `api_machinery::compile::merge_label_keys`
    /// puts them into the selector.
    pub match_label_keys: Vec<Symbol>,
    /// `mismatchLabelKeys` as written, merged likewise.
    pub mismatch_label_keys: Vec<Symbol>,
}

/// A preferred term with its weight (1 to 100).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WeightedAffinityTerm {
    /// The weight.
    pub weight: i32,
    /// The term.
    pub term: AffinityTerm,
}
