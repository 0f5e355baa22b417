//! What a node lacks for a pod, in amounts: the numbers behind `Insufficient cpu`.

use super::{NodeResourcesFitArgs, is_ignored};
use crate::api::Pod;
use crate::kernel::Interner;
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::resource_weights::ResourceName;

/// What there is too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scarce {
    /// Places for pods.
    Pods,
    /// A resource that the pod requests.
    Resource(ResourceName),
}

/// There is too little of one thing on a node. Amounts are in its own unit (CPU: thousandths).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// Of what.
    pub what: Scarce,
    /// What the pod requests.
    pub wanted: i64,
    /// What the node has in all.
    pub allocatable: i64,
    /// What the pods on the node request.
    pub requested: i64,
}

impl Shortage {
    /// What is left on the node; below 0 where it holds more than it has.
    pub fn free(&self) -> i64 {
        self.allocatable - self.requested
    }

    /// By how much the pod misses.
    pub fn missing(&self) -> i64 {
        self.wanted - self.free()
    }
}

/// What a node lacks for a pod, in the order of the filter's reasons.
pub fn shortages(pod: &Pod, node: &NodeInfo, args: &NodeResourcesFitArgs, names: &Interner) -> Vec<Shortage> {
    let wanted = &pod.spec.requests.fit;
    let (allocatable, requested) = (&node.node().allocatable, node.requested());
    let places = Shortage {
        what: Scarce::Pods,
        wanted: 1,
        allocatable: allocatable.pods,
        requested: node.pods().len() as i64,
    };
    let mut resources = vec![ResourceName::Cpu, ResourceName::Memory, ResourceName::EphemeralStorage];
    let mut scalars: Vec<_> = wanted.scalar.iter().map(|pair| pair.0).collect();
    scalars.retain(|name| !is_ignored(args, *name, names));
    scalars.sort_by(|a, b| names.resolve(*a).cmp(names.resolve(*b)));
    resources.extend(scalars.into_iter().map(ResourceName::Scalar));
    let of_resource = |name: ResourceName| Shortage {
        what: Scarce::Resource(name),
        wanted: name.amount(wanted),
        allocatable: name.amount(allocatable),
        requested: name.amount(requested),
    };
    // A request of 0 is never too large, even where nothing is left.
    let asked = resources.into_iter().map(of_resource).filter(|line| line.wanted > 0);
    std::iter::once(places).chain(asked).filter(|line| line.missing() > 0).collect()
}
