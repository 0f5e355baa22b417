//! The Device Manager's hints: from which NUMA nodes a number of devices could come.
//!
//! Source: kubelet v1.32, `topology_hints.go`, `generateDeviceTopologyHints`. There is a hint for every set
//! of NUMA nodes with enough available devices on them; it is preferred if its number of nodes is the
//! least that could ever give so many, all devices counted. Devices without topology count nowhere.

use std::cmp::Reverse;

use super::Ordinals;
use crate::kubelet::topology_manager::{NumaMask, ResourceHints, TopologyHint};

/// NUMA nodes of which all sets are gone through.
///
/// DIFFERENCE: of more nodes, only sets of those that hold devices of the resource are; if these are more
/// too, the resource has no preference.
pub const MOST_NODES: u32 = 12;

/// All hints for one request, by the number of nodes, then in the order of combinations of nodes.
pub(super) fn hints(
    nodes: NumaMask,
    devices: &[Option<u32>],
    available: &Ordinals,
    reusable: &Ordinals,
    request: usize,
) -> ResourceHints {
    let on_node = |node: u32, of: &Ordinals| of.iter().filter(|at| devices[**at] == Some(node)).count();
    let mut ids: Vec<u32> = nodes.ids().collect();
    if nodes.count() > MOST_NODES {
        ids.retain(|id| devices.contains(&Some(*id)));
        if ids.len() > MOST_NODES as usize {
            return ResourceHints::NoPreference;
        }
    }
    let totals = ids.iter().map(|id| devices.iter().filter(|node| **node == Some(*id)).count());
    let least = fewest_nodes(totals.collect(), request).unwrap_or(nodes.count() as usize);
    // Every set must have the nodes of all devices to be used again.
    let mut required = 0;
    let mut counted = 0;
    for node in reusable.iter().filter_map(|device| devices[*device]) {
        match ids.iter().position(|id| *id == node) {
            Some(place) => required |= 1_usize << place,
            None => return ResourceHints::List(Vec::new()),
        }
        counted += 1;
    }
    let free: Vec<usize> = ids.iter().map(|id| on_node(*id, available)).collect();
    let mut sums = vec![0; 1 << ids.len()];
    let mut enough = Vec::new();
    for places in 1..sums.len() {
        sums[places] = sums[places & (places - 1)] + free[places.trailing_zeros() as usize];
        if places & required == required && counted + sums[places] >= request {
            enough.push(places);
        }
    }
    enough.sort_unstable_by_key(|places| (places.count_ones(), Reverse(places.reverse_bits())));
    let hint = |places: usize| TopologyHint {
        affinity: Some((0..ids.len()).filter(|place| places >> place & 1 == 1).map(|at| ids[at]).collect()),
        preferred: places.count_ones() as usize == least,
    };
    ResourceHints::List(enough.into_iter().map(hint).collect())
}

/// The fewest nodes that together have so many; at least one.
fn fewest_nodes(mut totals: Vec<usize>, request: usize) -> Option<usize> {
    totals.sort_unstable_by_key(|total| Reverse(*total));
    let mut sum = 0;
    let enough = totals.iter().position(|total| {
        sum += total;
        sum >= request
    });
    enough.map(|at| at + 1)
}
