//! The distributed allocator: CPUs evenly over as few NUMA nodes as can give them.
//!
//! Source: kubelet v1.32, `cpu_assignment.go`, `takeByTopologyNUMADistributed` (KEP-2902). The faults of
//! that code are kept: the best combination may be overwritten ([`super::combinations`]), CPUs may be
//! asked of NUMA nodes that have not enough, and some inputs make it go round for ever; the last is
//! found by a round that changes nothing.
//! From 1.37 on (pull request 139778) NUMA nodes of one socket are preferred under `align-by-socket`, and
//! a node is asked for no more than it has free.
//! DIFFERENCE: pull requests 139456 (the affinity's number of NUMA nodes as a floor) and 140730 (the
//! endless round) were merged when 1.37 was nearly out; they are not followed in any release.
//! DIFFERENCE: the standard deviation adds its terms by ascending NUMA node, Go in the random order of a
//! map; the result is rounded to three decimals, which hides the difference.

use std::ops::ControlFlow;

use super::accumulator::{Accumulator, SortingStrategy, TakeError, UncoreAlignment, take_packed};
use super::combinations::{Remembered, combinations};
use super::topology::CpuTopology;
use crate::api::CpuSet;

/// What the distributed allocator picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distributed {
    /// The CPUs.
    pub cpus: CpuSet,
    /// Whether the NUMA nodes are others than those rated best, because their memory was overwritten.
    pub aliased: bool,
}

/// How CPUs are distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// CPUs are handed out in groups of this size.
    pub group_size: usize,
    /// How single CPUs follow each other.
    pub strategy: SortingStrategy,
    /// NUMA nodes are never asked for more than they have free (1.37, pull request 139778).
    pub within_free: bool,
    /// NUMA nodes of one socket are preferred (`align-by-socket` in 1.37, the same pull request).
    pub by_socket: bool,
}

/// Picks so many of the available CPUs, distributed over NUMA nodes.
pub fn take_distributed(
    topology: &CpuTopology,
    available: &CpuSet,
    count: usize,
    how: Distribution,
) -> Result<Distributed, TakeError> {
    let Distribution { group_size, strategy, .. } = how;
    let packed = || {
        let cpus = take_packed(topology, available, count, strategy, UncoreAlignment::Off)?;
        Ok(Distributed { cpus, aliased: false })
    };
    if !count.is_multiple_of(group_size) {
        return packed();
    }
    let acc = Accumulator::start(topology, available, count)?;
    if acc.is_satisfied() {
        return Ok(Distributed { cpus: acc.taken, aliased: false });
    }
    let search = Search::new(topology, &acc, count, how);
    let (fewest, most) = search.range();
    for k in fewest..=most {
        if let Some(best) = search.best_of(k)? {
            return allocate(topology, acc, &search, &best);
        }
    }
    packed()
}

/// The combination to take from, as it stands after the search.
struct Best {
    nodes: Vec<usize>,
    remainder: Vec<usize>,
    aliased: bool,
}

struct Search {
    /// NUMA nodes with free CPUs, in the allocator's order, by their place among all.
    nodes: Vec<usize>,
    /// Free CPUs of each of them.
    free: Vec<i64>,
    count: i64,
    group: i64,
    all_cpus: i64,
    all_nodes: i64,
    how: Distribution,
    /// The sockets that each of the nodes is on.
    sockets: Vec<Vec<u32>>,
}

/// What the subsets of one combination came to.
struct Rated {
    balance: f64,
    remainder: Vec<usize>,
    aliased: bool,
}

impl Search {
    fn new(topology: &CpuTopology, acc: &Accumulator, count: usize, how: Distribution) -> Self {
        let nodes = acc.sorted_numa_nodes();
        let sockets = |node: &usize| {
            let cpus = &topology.numa_nodes()[*node].cpus;
            let on = topology.sockets().iter().filter(|socket| socket.any_free(cpus));
            on.map(|socket| socket.id).collect()
        };
        let free =
            nodes.iter().map(|node| topology.numa_nodes()[*node].free(&acc.available) as i64).collect();
        Self {
            sockets: nodes.iter().map(sockets).collect(),
            nodes,
            free,
            count: count as i64,
            group: how.group_size as i64,
            all_cpus: topology.all().len() as i64,
            all_nodes: topology.numa_nodes().len() as i64,
            how,
        }
    }

    /// The fewest and the most NUMA nodes that could give so many groups.
    fn range(&self) -> (usize, usize) {
        let rounded_up = |value: i64, by: i64| (value - 1) / by + 1;
        let groups = rounded_up(self.all_cpus, self.group);
        let groups_a_node = rounded_up(groups, self.all_nodes);
        let needed = rounded_up(self.count, self.group);
        // Nodes that stand twice in the order (sockets and NUMA nodes that cross) count once.
        let mut with_free = self.nodes.clone();
        with_free.sort_unstable();
        with_free.dedup();
        (rounded_up(needed, groups_a_node) as usize, (needed as usize).min(with_free.len()))
    }

    /// CPUs that each of the nodes gives before the remainder; not more than the least of them has, if
    /// that is asked for.
    fn share(&self, combination: &[usize], within_free: bool) -> i64 {
        let share = self.count / combination.len() as i64 / self.group * self.group;
        let least = combination.iter().map(|place| self.free[*place] / self.group * self.group).min();
        if within_free { share.min(least.unwrap_or(share)) } else { share }
    }

    /// Whether the nodes are all on one socket.
    fn on_one_socket(&self, combination: &[usize]) -> bool {
        let mut sockets: Vec<u32> =
            combination.iter().flat_map(|place| self.sockets[*place].iter().copied()).collect();
        sockets.sort_unstable();
        sockets.dedup();
        sockets.len() == 1
    }

    fn best_of(&self, k: usize) -> Result<Option<Best>, TakeError> {
        let by_socket = self.how.by_socket;
        let (mut balance, mut one_socket) = (f64::MAX, false);
        let mut nodes = Remembered::default();
        let mut remainder = (Vec::new(), false);
        let mut hangs = false;
        combinations(self.nodes.len(), k, |combination| {
            nodes.overwrite(combination);
            if balance == 0.0 && (!by_socket || one_socket) {
                return ControlFlow::Break(());
            }
            let rated = match self.rate(combination) {
                Ok(Some(rated)) => rated,
                Ok(None) => return ControlFlow::Continue(()),
                Err(_) => {
                    hangs = true;
                    return ControlFlow::Break(());
                }
            };
            let this_one_socket = by_socket && self.on_one_socket(combination);
            let better =
                if this_one_socket == one_socket { rated.balance < balance } else { this_one_socket };
            if better {
                (balance, one_socket) = (rated.balance, this_one_socket);
                remainder = (rated.remainder, rated.aliased);
                nodes.choose(combination);
            }
            ControlFlow::Continue(())
        });
        if hangs {
            return Err(TakeError::WouldNotReturn);
        }
        Ok(nodes.places().map(|places| Best {
            nodes: places.to_vec(),
            remainder: remainder.0,
            aliased: nodes.is_overwritten() || remainder.1,
        }))
    }

    /// How even the NUMA nodes are left if these give the CPUs; `None` if they cannot.
    fn rate(&self, combination: &[usize]) -> Result<Option<Rated>, TakeError> {
        let free = |place: &usize| self.free[*place];
        let share = self.share(combination, self.how.by_socket);
        let mut distinct: Vec<usize> = combination.iter().map(|place| self.nodes[*place]).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let once = |node: &usize| self.nodes.iter().position(|other| other == node);
        let cpus: i64 = distinct.iter().filter_map(once).map(|place| self.free[place]).sum();
        let groups: i64 = combination.iter().map(|place| free(place) / self.group).sum();
        if cpus < self.count
            || groups * self.group < self.count
            || combination.iter().any(|place| free(place) < share)
        {
            return Ok(None);
        }
        let mut left = self.free.clone();
        for place in combination {
            self.lessen(&mut left, *place, share);
        }
        let remainder = self.count - share * combination.len() as i64;
        if remainder == 0 {
            let balance = standard_deviation(&self.by_node(&left));
            return Ok(Some(Rated { balance, remainder: Vec::new(), aliased: false }));
        }
        let candidates: Vec<usize> =
            combination.iter().copied().filter(|place| left[*place] >= self.group).collect();
        self.best_remainder(&left, &candidates, remainder).map(Some)
    }

    /// The subset of the candidates that leaves the NUMA nodes most even when it gives the remainder.
    fn best_remainder(&self, left: &[i64], candidates: &[usize], remainder: i64) -> Result<Rated, TakeError> {
        let mut balance = f64::MAX;
        let mut best = Remembered::default();
        let mut hangs = false;
        for k in (1..=candidates.len()).rev() {
            combinations(candidates.len(), k, |places| {
                best.overwrite(places);
                let subset: Vec<usize> = places.iter().map(|place| candidates[*place]).collect();
                match self.hand_out(left.to_vec(), &subset, remainder) {
                    Err(_) => {
                        hangs = true;
                        return ControlFlow::Break(());
                    }
                    Ok(Some(after)) => {
                        let this = standard_deviation(&self.by_node(&after));
                        if this < balance {
                            balance = this;
                            best.choose(places);
                        }
                    }
                    Ok(None) => {}
                }
                ControlFlow::Continue(())
            });
            if hangs {
                return Err(TakeError::WouldNotReturn);
            }
        }
        let aliased = best.is_overwritten();
        let remainder = best.places().unwrap_or(&[]).iter().map(|place| candidates[*place]).collect();
        Ok(Rated { balance, remainder, aliased })
    }

    /// What the nodes have left after a subset gave the remainder group by group in turns; `None` if the
    /// subset has not enough.
    fn hand_out(
        &self,
        mut left: Vec<i64>,
        subset: &[usize],
        mut remainder: i64,
    ) -> Result<Option<Vec<i64>>, TakeError> {
        if subset.iter().map(|place| left[*place]).sum::<i64>() < remainder {
            return Ok(None);
        }
        while remainder > 0 {
            let before = remainder;
            for place in subset {
                if remainder == 0 {
                    break;
                }
                if left[*place] >= self.group {
                    self.lessen(&mut left, *place, self.group);
                    remainder -= self.group;
                }
            }
            if remainder == before {
                return Err(TakeError::WouldNotReturn);
            }
        }
        Ok(Some(left))
    }

    /// Takes CPUs off a node, wherever it stands in the order.
    fn lessen(&self, left: &mut [i64], place: usize, by: i64) {
        for (other, node) in self.nodes.iter().enumerate() {
            if *node == self.nodes[place] {
                left[other] -= by;
            }
        }
    }

    /// One number for each node, by ascending node.
    fn by_node(&self, left: &[i64]) -> Vec<i64> {
        let mut values: Vec<(usize, i64)> = self.nodes.iter().copied().zip(left.iter().copied()).collect();
        values.sort_unstable();
        values.dedup_by_key(|(node, _)| *node);
        values.into_iter().map(|(_, left)| left).collect()
    }
}

/// The population standard deviation; mean and result rounded to three decimals.
fn standard_deviation(values: &[i64]) -> f64 {
    let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
    let count = values.len() as f64;
    let mean = rounded(values.iter().map(|value| *value as f64).sum::<f64>() / count);
    let squares: f64 = values.iter().map(|value| (*value as f64 - mean) * (*value as f64 - mean)).sum();
    rounded((squares / count).sqrt())
}

/// Takes the shares, then the remainder, from the nodes chosen.
fn allocate(
    topology: &CpuTopology,
    mut acc: Accumulator,
    search: &Search,
    best: &Best,
) -> Result<Distributed, TakeError> {
    let (group, strategy) = (search.group as usize, search.how.strategy);
    let share = search.share(&best.nodes, search.how.within_free);
    let node = |place: usize| &topology.numa_nodes()[search.nodes[place]];
    for place in &best.nodes {
        let free = acc.available.intersection(&node(*place).cpus);
        // A node that has not enough gives nothing, and nobody looks at the error.
        let cpus = take_packed(topology, &free, share as usize, strategy, UncoreAlignment::Off)
            .unwrap_or(CpuSet::EMPTY);
        acc.take(&cpus);
    }
    let mut remainder = search.count - share * best.nodes.len() as i64;
    while remainder > 0 {
        let before = remainder;
        for place in &best.remainder {
            if remainder == 0 {
                break;
            }
            let free = acc.available.intersection(&node(*place).cpus);
            if free.len() < group {
                continue;
            }
            acc.take(
                &take_packed(topology, &free, group, strategy, UncoreAlignment::Off).unwrap_or(CpuSet::EMPTY),
            );
            remainder -= search.group;
        }
        if remainder == before {
            return Err(TakeError::WouldNotReturn);
        }
    }
    match acc.needed {
        0 => Ok(Distributed { cpus: acc.taken, aliased: best.aliased }),
        remaining => Err(TakeError::Accounting { remaining }),
    }
}
