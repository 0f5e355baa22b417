//! Resources by name, with weights: what the scoring of resources is configured with.

use crate::api::Resources;
use crate::kernel::Symbol;

/// A resource that can be scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceName {
    /// `cpu`.
    Cpu,
    /// `memory`.
    Memory,
    /// `ephemeral-storage`.
    EphemeralStorage,
    /// An extended resource or huge pages.
    Scalar(Symbol),
}

/// A resource with its weight among the others (at least 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceWeight {
    /// The resource.
    pub name: ResourceName,
    /// The weight.
    pub weight: i64,
}

/// CPU and memory, weight 1 each: the default.
pub fn cpu_and_memory() -> Vec<ResourceWeight> {
    [ResourceName::Cpu, ResourceName::Memory].map(|name| ResourceWeight { name, weight: 1 }).to_vec()
}

impl ResourceName {
    /// The amount among others, in the resource's own unit (CPU: thousandths).
    pub fn amount(self, resources: &Resources) -> i64 {
        match self {
            Self::Cpu => resources.milli_cpu,
            Self::Memory => resources.memory,
            Self::EphemeralStorage => resources.ephemeral_storage,
            Self::Scalar(name) => resources.scalar_amount(name),
        }
    }

    /// Whether scoring leaves the resource out for a pod that asks for none of it.
    pub fn is_scalar(self) -> bool {
        matches!(self, Self::Scalar(_))
    }
}
