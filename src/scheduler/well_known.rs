//! Labels and taints whose names Kubernetes gives a meaning.

use crate::kernel::{Interner, Symbol};

/// Symbols of the names that the scheduler itself looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WellKnown {
    /// The empty string.
    pub empty: Symbol,
    /// `kubernetes.io/hostname`.
    pub hostname: Symbol,
    /// `topology.kubernetes.io/zone`.
    pub zone: Symbol,
    /// `topology.kubernetes.io/region`.
    pub region: Symbol,
    /// `failure-domain.beta.kubernetes.io/zone`, the older name, which wins where both are there.
    pub zone_beta: Symbol,
    /// `failure-domain.beta.kubernetes.io/region`.
    pub region_beta: Symbol,
    /// The taint of a cordoned node, `node.kubernetes.io/unschedulable`.
    pub unschedulable: Symbol,
}

impl WellKnown {
    /// Looks the names up, adding those that are missing.
    pub fn new(names: &mut Interner) -> Self {
        Self {
            empty: names.intern(""),
            hostname: names.intern("kubernetes.io/hostname"),
            zone: names.intern("topology.kubernetes.io/zone"),
            region: names.intern("topology.kubernetes.io/region"),
            zone_beta: names.intern("failure-domain.beta.kubernetes.io/zone"),
            region_beta: names.intern("failure-domain.beta.kubernetes.io/region"),
            unschedulable: names.intern("node.kubernetes.io/unschedulable"),
        }
    }
}
