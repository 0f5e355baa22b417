//! The CPU Manager's hints: from which NUMA nodes a number of CPUs could come.
//!
//! Source: kubelet v1.32, `policy_static.go`, `generateCPUTopologyHints`. There is a hint for every set
//! of NUMA nodes with enough available CPUs; it is preferred if its number of nodes is the least that
//! could ever give so many, all CPUs counted. What the merge of one provider's hints comes to is found
//! without listing them: there are 2ⁿ − 1 of them.

use super::combinations::advance;
use super::topology::CpuTopology;
use crate::api::CpuSet;
use crate::kubelet::topology_manager::{NumaMask, TopologyHint};

/// All hints for one request, as the numbers that decide about each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpuHints {
    request: usize,
    nodes: Vec<NodeCpus>,
    /// Nodes that every hint must contain, by their place: those of the CPUs to be used again.
    required: u64,
    reusable: usize,
    least_nodes: usize,
    /// With `align-by-socket`: on how many sockets a preferred hint is.
    least_sockets: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NodeCpus {
    id: u32,
    available: usize,
    /// The sockets that it is on, a bit for each.
    sockets: u64,
}

impl CpuHints {
    /// The hints for a request; `reusable` are CPUs of the pod's own that are counted besides.
    pub fn new(
        topology: &CpuTopology,
        available: &CpuSet,
        reusable: &CpuSet,
        request: usize,
        align_by_socket: bool,
    ) -> Self {
        let groups = topology.numa_nodes();
        let mut totals: Vec<usize> = groups.iter().map(super::topology::CpuGroup::size).collect();
        totals.sort_unstable_by(|a, b| b.cmp(a));
        let mut sum = 0;
        let enough = totals.iter().position(|total| {
            sum += total;
            sum >= request
        });
        let least_nodes = enough.map_or(groups.len(), |at| at + 1);
        let nodes: Vec<NodeCpus> = groups
            .iter()
            .map(|node| NodeCpus {
                id: node.id,
                available: node.free(available),
                sockets: if align_by_socket { sockets_of(topology, &node.cpus) } else { 0 },
            })
            .collect();
        let required = if reusable.is_empty() {
            0
        } else {
            bits((0..groups.len()).filter(|node| groups[*node].any_free(reusable)))
        };
        let nodes_a_socket = groups.len() / topology.sockets().len();
        let least_sockets =
            (align_by_socket && nodes_a_socket > 0).then(|| least_nodes.div_ceil(nodes_a_socket));
        Self { request, nodes, required, reusable: reusable.len(), least_nodes, least_sockets }
    }

    /// Every hint: by the number of nodes, then in the order of combinations of nodes.
    pub fn list(&self) -> Vec<TopologyHint> {
        (1..=self.nodes.len()).flat_map(|count| self.of_size(count)).map(|places| self.hint(places)).collect()
    }

    /// How many hints there are, how many are preferred, and the fewest nodes of any.
    pub fn summary(&self) -> (usize, usize, u32) {
        let list = self.list();
        let preferred = list.iter().filter(|hint| hint.preferred).count();
        let fewest = list.iter().filter_map(|hint| hint.affinity).map(NumaMask::count).min();
        (list.len(), preferred, fewest.unwrap_or(0))
    }

    /// The narrowest preferred hint, or else the narrowest of all; `None` if there is no hint.
    pub fn narrowest(&self) -> Option<TopologyHint> {
        let mut first = None;
        for count in 1..=self.nodes.len() {
            // Whether a hint of this size is preferred does not depend on its nodes, but for sockets.
            if count == self.least_nodes || self.least_sockets.is_none() {
                if let Some(places) = self.lowest_of_size(count) {
                    let hint = self.hint(places);
                    if hint.preferred {
                        return Some(hint);
                    }
                    first = first.or(Some(hint));
                }
                continue;
            }
            let mut preferred: Option<u64> = None;
            for places in self.of_size(count) {
                let hint = self.hint(places);
                if hint.preferred {
                    preferred = Some(preferred.map_or(places, |lowest| lowest.min(places)));
                }
                if first.is_none_or(|narrowest: TopologyHint| hint.affinity_below(&narrowest)) {
                    first = Some(hint);
                }
            }
            if let Some(places) = preferred {
                return Some(self.hint(places));
            }
        }
        first
    }

    /// The single-node hint that is preferred, lowest first.
    pub fn single_node(&self) -> Option<TopologyHint> {
        self.of_size(1).map(|places| self.hint(places)).find(|hint| hint.preferred)
    }

    fn hint(&self, places: u64) -> TopologyHint {
        let members = || self.nodes.iter().enumerate().filter(move |(place, _)| places >> place & 1 == 1);
        let count = places.count_ones() as usize;
        let aligned = self.least_sockets.is_some_and(|least| {
            members().fold(0, |sockets, (_, node)| sockets | node.sockets).count_ones() as usize == least
        });
        TopologyHint {
            affinity: Some(members().map(|(_, node)| node.id).collect()),
            preferred: aligned || count == self.least_nodes,
        }
    }

    fn has_enough(&self, places: u64) -> bool {
        if places & self.required != self.required {
            return false;
        }
        let members = self.nodes.iter().enumerate().filter(|(place, _)| places >> place & 1 == 1);
        self.reusable + members.map(|(_, node)| node.available).sum::<usize>() >= self.request
    }

    /// The sets of so many nodes that have enough, in lexicographic order.
    fn of_size(&self, count: usize) -> impl Iterator<Item = u64> + '_ {
        combinations(self.nodes.len(), count).filter(|places| self.has_enough(*places))
    }

    /// Of the sets of so many nodes that have enough, the one that is least as a number: from the highest
    /// node down, each is left out if the lower ones suffice.
    fn lowest_of_size(&self, count: usize) -> Option<u64> {
        let mut taken = 0_u64;
        let mut open = self.nodes.len();
        if !self.can_complete(taken, open, count) {
            return None;
        }
        while open > 0 {
            open -= 1;
            if !self.can_complete(taken, open, count) {
                taken |= 1 << open;
            }
        }
        Some(taken)
    }

    /// Whether these nodes with some of the first `open` ones make a set of so many that has enough.
    fn can_complete(&self, taken: u64, open: usize, count: usize) -> bool {
        let below = self.required & ((1_u64 << open) - 1);
        if (self.required & !taken) != below {
            return false;
        }
        let chosen = taken.count_ones() as usize + below.count_ones() as usize;
        let optional = open - below.count_ones() as usize;
        if chosen > count || chosen + optional < count {
            return false;
        }
        let fixed = taken | below;
        let mut sum = self.reusable;
        let mut others = [0_usize; 64];
        let mut length = 0;
        for (place, node) in self.nodes.iter().enumerate() {
            if fixed >> place & 1 == 1 {
                sum += node.available;
            } else if place < open {
                others[length] = node.available;
                length += 1;
            }
        }
        let others = &mut others[..length];
        others.sort_unstable_by(|a, b| b.cmp(a));
        sum + others[..count - chosen].iter().sum::<usize>() >= self.request
    }
}

impl TopologyHint {
    /// Whether its nodes are narrower than another's.
    fn affinity_below(&self, other: &Self) -> bool {
        match (self.affinity, other.affinity) {
            (Some(one), Some(other)) => one.is_narrower_than(other),
            _ => false,
        }
    }
}

fn bits(places: impl Iterator<Item = usize>) -> u64 {
    places.fold(0, |mask, place| mask | 1 << place)
}

fn sockets_of(topology: &CpuTopology, cpus: &CpuSet) -> u64 {
    let sockets = topology.sockets();
    bits((0..sockets.len()).filter(|socket| sockets[*socket].any_free(cpus)))
}

/// The sets of `k` out of the first `n` places, as bits, in lexicographic order of the ascending places.
fn combinations(n: usize, k: usize) -> impl Iterator<Item = u64> {
    let mut next: Option<Vec<usize>> = (k <= n).then(|| (0..k).collect());
    std::iter::from_fn(move || {
        let places = next.as_mut()?;
        let this = bits(places.iter().copied());
        if !advance(places, n) {
            next = None;
        }
        Some(this)
    })
}
