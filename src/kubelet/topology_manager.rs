//! The Topology Manager: one hint out of those of all providers, and whether a pod may run with it.
//!
//! Source: kubelet v1.32, `pkg/kubelet/cm/topologymanager`. A pod's containers are admitted in order,
//! init containers first, each with its own hint (scope `container`) or all with that of the pod (scope
//! `pod`); every provider then allocates. The first container that fails ends it.

mod hint;
mod merge;
mod options;

pub use hint::{NumaMask, TopologyHint};
pub use options::{PolicyName, Scope, TopologyManagerConfig};

use super::Machine;
use super::cpu_manager::CpuHints;

/// What a provider says about one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceHints {
    /// It may come from anywhere.
    NoPreference,
    /// It may come from these; from nowhere, if there are none.
    List(Vec<TopologyHint>),
    /// CPUs, which may come from so many combinations that they are not listed unless they must.
    Cpus(CpuHints),
}

/// What a provider says about a container, or about a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderHints {
    /// No preference about any resource.
    NoPreference,
    /// One entry for each resource.
    Resources(Vec<ResourceHints>),
}

/// The machine's NUMA nodes, those without CPUs included, and how far they are from each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumaInfo {
    all: NumaMask,
    ids: Vec<u32>,
    distances: Vec<Vec<u32>>,
}

impl NumaInfo {
    /// Of a machine.
    pub fn new(machine: &Machine) -> Self {
        Self::of_nodes(machine.numa_nodes().iter().map(|node| node.id), machine.distances().to_vec())
    }

    /// Of NUMA nodes by ascending id, with rows and columns of distances in that order.
    pub fn of_nodes(ids: impl IntoIterator<Item = u32>, distances: Vec<Vec<u32>>) -> Self {
        let ids: Vec<u32> = ids.into_iter().collect();
        Self { all: ids.iter().copied().collect(), ids, distances }
    }

    /// All of them.
    pub fn all(&self) -> NumaMask {
        self.all
    }

    /// Fewer nodes; of as many, those that are closer on the average, themselves and both directions
    /// counted; of these, the smaller number.
    fn is_closer(&self, one: NumaMask, other: NumaMask) -> bool {
        if one.count() != other.count() {
            return one.count() < other.count();
        }
        let (near, far) = (self.distance(one), self.distance(other));
        // Counts are the same, so sums compare as averages do.
        if near == far { one.0 < other.0 } else { near < far }
    }

    fn distance(&self, nodes: NumaMask) -> u64 {
        let places = || (0..self.ids.len()).filter(|place| nodes.contains(self.ids[*place]));
        let of = |row: usize, column: usize| self.distances.get(row).and_then(|row| row.get(column)).copied();
        let pairs = places().flat_map(|row| places().map(move |column| (row, column)));
        pairs.map(|(row, column)| u64::from(of(row, column).unwrap_or(0))).sum()
    }
}

/// Merges the hints of all providers, and says whether the policy admits with the result.
pub fn merge_hints(
    info: &NumaInfo,
    config: TopologyManagerConfig,
    providers: &[ProviderHints],
) -> (TopologyHint, bool) {
    match config.policy {
        PolicyName::None => (TopologyHint { affinity: None, preferred: false }, true),
        policy => {
            let merged = merge::merge(info, policy, config.prefer_closest_numa_nodes, providers);
            (merged, policy == PolicyName::BestEffort || merged.preferred)
        }
    }
}
