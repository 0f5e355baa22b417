//! Faults of the kubelet itself, named when they happen.

use std::fmt;

use crate::api::{CpuSet, PodId};

/// What went wrong inside the kubelet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// CPUs were given to two containers.
    OverlappingExclusiveCpus,
    /// CPUs were given that were reserved, or not free.
    TakesUnavailableCpus,
    /// Fewer or more CPUs were given than asked for.
    WrongSizeAllocation,
    /// Other NUMA nodes were taken than those rated best.
    SliceAliasing,
    /// The allocation failed although there were enough CPUs.
    AccountingError,
    /// The kubelet would go round for ever, holding the CPU Manager's lock.
    WouldNotReturn,
}

impl FaultKind {
    /// Its name in tables and warnings.
    pub fn name(self) -> &'static str {
        match self {
            Self::OverlappingExclusiveCpus => "overlapping-exclusive-cpus",
            Self::TakesUnavailableCpus => "takes-unavailable-cpus",
            Self::WrongSizeAllocation => "wrong-size-allocation",
            Self::SliceAliasing => "slice-aliasing",
            Self::AccountingError => "accounting-error",
            Self::WouldNotReturn => "would-not-return",
        }
    }

    /// What brings it about, in a sentence.
    pub fn cause(self) -> &'static str {
        match self {
            Self::OverlappingExclusiveCpus | Self::TakesUnavailableCpus => {
                "cores or sockets differ in size (hybrid, offline or unequal): the kubelet compares free CPUs \
                 with the average size, and takes the whole core or socket"
            }
            Self::WrongSizeAllocation => {
                "NUMA nodes and sockets cross each other: the kubelet counts CPUs twice that it meets twice"
            }
            Self::SliceAliasing => {
                "distribute-cpus-across-numa over 4, 6 or 7 of more NUMA nodes: later combinations overwrite \
                 the best one in memory"
            }
            Self::AccountingError => {
                "distribute-cpus-across-numa asks a NUMA node for more CPUs than it has free, and does not \
                 look at the error"
            }
            Self::WouldNotReturn => {
                "distribute-cpus-across-numa with full-pcpus-only, and NUMA nodes whose free CPUs are not \
                 whole cores: the remainder is never handed out"
            }
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A fault of the kubelet, with the container that it befell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// The pod whose container was to get CPUs.
    pub pod: PodId,
    /// The container.
    pub container: usize,
    /// The CPUs concerned, where there are any.
    pub cpus: CpuSet,
}
