//! Topology hints: sets of NUMA nodes, and whether they are preferred.
//!
//! Source: kubelet v1.32, `pkg/kubelet/cm/topologymanager`, `bitmask`.

use std::fmt;

/// A set of NUMA nodes by their ids, below 64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumaMask(pub u64);

impl NumaMask {
    /// The number of nodes.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether a node is in it.
    pub fn contains(self, id: u32) -> bool {
        id < 64 && self.0 >> id & 1 == 1
    }

    /// The ids, ascending.
    pub fn ids(self) -> impl Iterator<Item = u32> {
        (0..64).filter(move |id| self.contains(*id))
    }

    /// Fewer nodes, or as many and the smaller number.
    pub fn is_narrower_than(self, other: Self) -> bool {
        (self.count(), self.0) < (other.count(), other.0)
    }
}

impl FromIterator<u32> for NumaMask {
    fn from_iter<I: IntoIterator<Item = u32>>(ids: I) -> Self {
        Self(ids.into_iter().fold(0, |mask, id| mask | 1 << id))
    }
}

impl fmt::Display for NumaMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<String> = self.ids().map(|id| id.to_string()).collect();
        write!(f, "{{{}}}", ids.join(", "))
    }
}

/// Where a resource could come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopologyHint {
    /// The NUMA nodes; `None`: any.
    pub affinity: Option<NumaMask>,
    /// Whether there is nothing better.
    pub preferred: bool,
}
