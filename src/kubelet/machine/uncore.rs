//! Which last-level cache the kubelet is told for each CPU.
//!
//! After cAdvisor (`utils/sysinfo`, `addCacheInfo`) and the kubelet (`cm/cpumanager/topology`,
//! `getUncoreCacheID`). cAdvisor looks at each core by itself: a cache above level 2 whose number of online
//! CPUs is the NUMA node's cores times *this core's* threads is a cache of the node and is not told for the
//! core; any other is the core's uncore cache. The kubelet takes the first of a core, or else its socket.

use std::collections::BTreeMap;

use super::{Cache, LogicalCpu};

/// Levels up to this are a core's own.
const LAST_PRIVATE_LEVEL: u32 = 2;

/// What the kubelet is told for each CPU: `None` for all where no core has an uncore cache; where only some
/// have, the others carry their socket's number, as the kubelet puts it.
pub(super) fn told(cpus: &[LogicalCpu], caches: &[Cache]) -> Vec<Option<u32>> {
    let mut threads: BTreeMap<(u32, u32, u32), usize> = BTreeMap::new();
    for cpu in cpus {
        *threads.entry((cpu.numa, cpu.socket, cpu.core)).or_default() += 1;
    }
    let mut cores: BTreeMap<u32, usize> = BTreeMap::new();
    for (numa, ..) in threads.keys() {
        *cores.entry(*numa).or_default() += 1;
    }
    let mut shared: Vec<&Cache> = caches.iter().filter(|cache| cache.level > LAST_PRIVATE_LEVEL).collect();
    shared.sort_by_key(|cache| cache.level);
    let of = |cpu: &LogicalCpu| {
        let node = cores[&cpu.numa] * threads[&(cpu.numa, cpu.socket, cpu.core)];
        let mut its = shared.iter().filter(|cache| cache.cpus.contains(cpu.cpu));
        its.find(|cache| cache.cpus.len() != node).map(|cache| cache.id)
    };
    let mut told: Vec<Option<u32>> = cpus.iter().map(of).collect();
    if told.iter().any(Option::is_some) {
        told.iter_mut().zip(cpus).for_each(|(uncore, cpu)| *uncore = uncore.or(Some(cpu.socket)));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::CpuSet;

    fn machine(places: &[(u32, u32, u32)]) -> Vec<LogicalCpu> {
        let place = |(cpu, (core, socket, numa)): (usize, &(u32, u32, u32))| LogicalCpu {
            cpu: cpu as u32,
            core: *core,
            socket: *socket,
            numa: *numa,
            uncore: None,
        };
        places.iter().enumerate().map(place).collect()
    }

    fn cache(id: u32, cpus: &str) -> Cache {
        Cache { level: 3, id, cpus: CpuSet::parse(cpus).expect("a list") }
    }

    #[test]
    fn a_cache_of_a_whole_node_is_not_told() {
        let cpus = machine(&[(0, 0, 0), (1, 0, 0), (2, 1, 1), (3, 1, 1)]);
        assert_eq!(told(&cpus, &[cache(5, "0-1"), cache(6, "2-3")]), [None; 4]);
        // One cache over both nodes, and two in one node, are.
        assert_eq!(told(&cpus, &[cache(5, "0-3")]), [Some(5); 4]);
        let one_node = machine(&[(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0)]);
        assert_eq!(
            told(&one_node, &[cache(5, "0-1"), cache(6, "2-3")]),
            [Some(5), Some(5), Some(6), Some(6)]
        );
        assert_eq!(told(&one_node, &[]), [None; 4]);
    }

    #[test]
    fn a_core_without_its_sibling_changes_what_is_told() {
        // Cores 0 (CPUs 0, 1) and 1 (CPU 2 alone) share a cache of three CPUs: 2 cores of 2 threads would
        // be four, 2 cores of 1 thread two, so that the whole node's cache is told for both.
        let cpus = machine(&[(0, 0, 0), (0, 0, 0), (1, 0, 0)]);
        assert_eq!(told(&cpus, &[cache(7, "0-2")]), [Some(7); 3]);
        // Node 1's cache is a node's; its cores get the socket, since node 0's are told.
        let cpus = machine(&[(0, 0, 0), (1, 0, 0), (2, 4, 1), (3, 4, 1)]);
        let caches = [cache(8, "0"), cache(9, "1"), cache(7, "2-3")];
        assert_eq!(told(&cpus, &caches), [Some(8), Some(9), Some(4), Some(4)]);
    }
}
