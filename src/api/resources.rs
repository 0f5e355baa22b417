//! Amounts of resources, and what a pod asks for.

use crate::kernel::Symbol;

/// Amounts of each resource, as the scheduler's `framework.Resource`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Resources {
    /// CPU in thousandths of a core.
    pub milli_cpu: i64,
    /// Memory in bytes.
    pub memory: i64,
    /// Local ephemeral storage in bytes.
    pub ephemeral_storage: i64,
    /// Places for pods (meaningful in a node's allocatable).
    pub pods: i64,
    /// Extended resources and huge pages, sorted by the number of the name, each once.
    pub scalar: Vec<(Symbol, i64)>,
}

/// What a pod asks for, summed by the scheduler's several rules (kube-scheduler v1.34:
/// `resourcehelper.PodRequests` and its callers).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PodRequests {
    /// What the filter NodeResourcesFit and BalancedAllocation hold against a node for this pod.
    pub fit: Resources,
    /// What the pod takes from a node it is bound to (`status` of resized containers considered).
    pub usage: Resources,
    /// As `usage`, with 100m CPU for every container that requests none; thousandths.
    pub usage_non_zero_milli_cpu: i64,
    /// As `usage`, with 200Mi memory for every container that requests none; bytes.
    pub usage_non_zero_memory: i64,
    /// CPU for scoring this pod as the incoming one, with the same stand-ins; thousandths.
    pub score_non_zero_milli_cpu: i64,
    /// Memory for scoring this pod as the incoming one, with the same stand-ins; bytes.
    pub score_non_zero_memory: i64,
    /// CPU of `fit` that scores leave out, in thousandths (0 from v1.27 on).
    pub unscored_milli_cpu: i64,
    /// kube-scheduler panics when it adds the pod up on its node (v1.33.0 to v1.33.3).
    pub panics: bool,
}

impl Resources {
    /// The amount of an extended resource; 0 if there is none.
    pub fn scalar_amount(&self, name: Symbol) -> i64 {
        self.scalar.binary_search_by_key(&name, |pair| pair.0).map_or(0, |place| self.scalar[place].1)
    }

    /// Adds to an extended resource.
    pub fn add_scalar(&mut self, name: Symbol, amount: i64) {
        match self.scalar.binary_search_by_key(&name, |pair| pair.0) {
            Ok(place) => self.scalar[place].1 += amount,
            Err(place) => self.scalar.insert(place, (name, amount)),
        }
    }

    /// Adds all amounts of another, `times` being 1 or -1.
    pub fn add(&mut self, other: &Self, times: i64) {
        self.milli_cpu += times * other.milli_cpu;
        self.memory += times * other.memory;
        self.ephemeral_storage += times * other.ephemeral_storage;
        self.pods += times * other.pods;
        for &(name, amount) in &other.scalar {
            self.add_scalar(name, times * amount);
        }
    }
}
