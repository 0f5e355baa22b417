//! Regular machines by formula: `2s4n16c2t` is 2 sockets of 4 NUMA nodes of 16 cores of 2 threads.
//!
//! Suffixes, in any order: how CPUs are numbered (`-linux`, `-compact`, `-round-robin`), how NUMA nodes are
//! (`-socket-major`, `-interleaved`), and how many cores share a last-level cache (`-uncore8`).

use super::parts::{Caches, CpuPlace, Parts, caches_of};
use super::{MachineFileError, Source};
use crate::kubelet::NumaNode;

/// How logical CPUs are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuNumbering {
    /// The first threads of all cores, socket by socket, then the second threads: what Linux mostly makes of
    /// the order in which firmware lists CPUs.
    Linux,
    /// Siblings are adjacent.
    Compact,
    /// First threads dealt out over the NUMA nodes in turn, then the second threads: some firmware, such as
    /// Dell's.
    RoundRobin,
}

/// How NUMA nodes are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumaNumbering {
    /// Socket 0 has the first nodes.
    SocketMajor,
    /// Node 0 is on socket 0, node 1 on socket 1, and so on.
    Interleaved,
}

/// What shares a last-level cache, as far as Linux tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastLevelCache {
    /// Linux tells none.
    Unknown,
    /// So many cores of a socket.
    Cores(u32),
    /// The cores of a socket.
    Socket,
}

/// NUMA distances; to itself a node has 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distances {
    /// Not known.
    Unknown,
    /// On the same socket, and between sockets.
    Known(u32, u32),
}

/// A regular machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Sockets.
    pub sockets: u32,
    /// NUMA nodes of each.
    pub numa_per_socket: u32,
    /// Cores of each NUMA node.
    pub cores_per_numa: u32,
    /// Threads of each core.
    pub threads: u32,
    /// NUMA nodes with memory only, numbered after the others.
    pub memory_only: u32,
    /// How logical CPUs are numbered.
    pub cpus: CpuNumbering,
    /// How NUMA nodes are numbered.
    pub numa: NumaNumbering,
    /// What shares a last-level cache.
    pub cache: LastLevelCache,
    /// NUMA distances.
    pub distances: Distances,
}

impl Layout {
    /// Reads a formula. `None`: it does not look like one; an error: it does, but is no machine.
    pub fn parse(text: &str) -> Option<Result<Self, String>> {
        let mut rest = text;
        let mut number = |unit: char| -> Option<&str> {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (digits, after) = rest.split_at(end);
            rest = after.strip_prefix(unit)?;
            (!digits.is_empty()).then_some(digits)
        };
        let shape = [number('s')?, number('n')?, number('c')?, number('t')?];
        Some(Self::of(shape, rest))
    }

    fn of(shape: [&str; 4], suffixes: &str) -> Result<Self, String> {
        let [sockets, numa_per_socket, cores_per_numa, threads] =
            shape.map(|digits| digits.parse().ok().filter(|number| (1..=1024).contains(number)).unwrap_or(0));
        let mut layout = Self {
            sockets,
            numa_per_socket,
            cores_per_numa,
            threads,
            memory_only: 0,
            cpus: CpuNumbering::Linux,
            numa: NumaNumbering::SocketMajor,
            cache: LastLevelCache::Unknown,
            distances: Distances::Known(12, 32),
        };
        if shape
            .iter()
            .zip([sockets, numa_per_socket, cores_per_numa, threads])
            .any(|(_, number)| number == 0)
        {
            return Err("each number is from 1 to 1024".into());
        }
        let mut rest = suffixes;
        while !rest.is_empty() {
            rest = layout.suffix(rest)?;
        }
        let cores = u64::from(sockets) * u64::from(numa_per_socket) * u64::from(cores_per_numa);
        if cores * u64::from(threads) > 1024 || sockets * numa_per_socket > 64 {
            return Err("kubecast knows at most 1024 CPUs and 64 NUMA nodes".into());
        }
        match layout.cache {
            LastLevelCache::Cores(shared)
                if shared == 0 || (numa_per_socket * cores_per_numa) % shared > 0 =>
            {
                Err(format!(
                    "a socket's {} cores are no multiple of {shared}",
                    numa_per_socket * cores_per_numa
                ))
            }
            _ => Ok(layout),
        }
    }

    fn suffix<'t>(&mut self, text: &'t str) -> Result<&'t str, String> {
        let wrong = || {
            format!(
                "{text:?}: the suffixes are -linux, -compact, -round-robin, -socket-major, -interleaved and \
                 -uncore with a number of cores"
            )
        };
        let text = text.strip_prefix('-').ok_or_else(wrong)?;
        for (name, cpus) in [
            ("linux", CpuNumbering::Linux),
            ("compact", CpuNumbering::Compact),
            ("round-robin", CpuNumbering::RoundRobin),
        ] {
            if let Some(rest) = text.strip_prefix(name) {
                self.cpus = cpus;
                return Ok(rest);
            }
        }
        for (name, numa) in
            [("socket-major", NumaNumbering::SocketMajor), ("interleaved", NumaNumbering::Interleaved)]
        {
            if let Some(rest) = text.strip_prefix(name) {
                self.numa = numa;
                return Ok(rest);
            }
        }
        let digits = text.strip_prefix("uncore").ok_or_else(wrong)?;
        let (digits, rest) = digits.split_at(digits.find('-').unwrap_or(digits.len()));
        self.cache = LastLevelCache::Cores(digits.parse().map_err(|_| wrong())?);
        Ok(rest)
    }

    /// The machine of this layout.
    pub fn machine(&self, name: &str) -> Result<super::Described, MachineFileError> {
        let cores_per_socket = self.numa_per_socket * self.cores_per_numa;
        let all_cores = self.sockets * cores_per_socket;
        let nodes = self.sockets * self.numa_per_socket;
        let mut cpus = Vec::new();
        let mut pairs = Vec::new();
        for index in 0..all_cores {
            let (socket, core) = (index / cores_per_socket, index % cores_per_socket);
            let numa = self.numa_id(socket, core / self.cores_per_numa);
            for thread in 0..self.threads {
                let cpu = match self.cpus {
                    CpuNumbering::Linux => index + thread * all_cores,
                    CpuNumbering::Compact => index * self.threads + thread,
                    CpuNumbering::RoundRobin => {
                        core % self.cores_per_numa * nodes + numa + thread * all_cores
                    }
                };
                cpus.push(CpuPlace { cpu, core, socket: Some(socket), numa: Some(numa) });
                match self.cache {
                    LastLevelCache::Unknown => {}
                    LastLevelCache::Cores(shared) => pairs.push(((3, index / shared), cpu)),
                    LastLevelCache::Socket => pairs.push(((3, socket), cpu)),
                }
            }
        }
        let ids = 0..nodes + self.memory_only;
        let node = |id| NumaNode { id, memory_bytes: None };
        let parts = Parts {
            name: None,
            cpus,
            nodes: ids.map(node).collect(),
            distances: self.distances(),
            caches: Caches::Hardware(caches_of(pairs.into_iter())?),
            notes: Vec::new(),
        };
        let (machine, notes) = parts.finish(name)?;
        Ok(super::Described { machine, source: Source::Catalogue, notes })
    }

    fn numa_id(&self, socket: u32, within: u32) -> u32 {
        match self.numa {
            NumaNumbering::SocketMajor => socket * self.numa_per_socket + within,
            NumaNumbering::Interleaved => within * self.sockets + socket,
        }
    }

    fn distances(&self) -> Vec<Vec<u32>> {
        let Distances::Known(same, remote) = self.distances else { return Vec::new() };
        let nodes = self.sockets * self.numa_per_socket;
        let socket = |id: u32| match self.numa {
            NumaNumbering::SocketMajor => id / self.numa_per_socket,
            NumaNumbering::Interleaved => id % self.sockets,
        };
        let between = |from: u32, to: u32| match from == to {
            true => 10,
            false if socket(from) == socket(to) => same,
            false => remote,
        };
        (0..nodes).map(|from| (0..nodes).map(|to| between(from, to)).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpus_of(formula: &str, belongs: impl Fn(&crate::kubelet::LogicalCpu) -> bool) -> String {
        let layout = Layout::parse(formula).expect("a formula").expect("a machine");
        let machine = layout.machine(formula).expect("a machine").machine;
        let cpus: crate::api::CpuSet =
            machine.cpus().iter().filter(|cpu| belongs(cpu)).map(|cpu| cpu.cpu).collect();
        cpus.to_string()
    }

    #[test]
    fn numberings_are_as_their_names_say() {
        for (formula, core_1, numa_1, socket_1) in [
            ("2s2n2c2t", "1,9", "2-3,10-11", "4-7,12-15"),
            ("2s2n2c2t-compact", "2-3", "4-7", "8-15"),
            ("2s2n2c2t-interleaved", "1,9", "4-5,12-13", "4-7,12-15"),
            ("2s2n2c2t-round-robin", "4,12", "1,5,9,13", "2-3,6-7,10-11,14-15"),
            ("2s2n2c2t-round-robin-interleaved", "4,12", "1,5,9,13", "1,3,5,7,9,11,13,15"),
        ] {
            assert_eq!(cpus_of(formula, |cpu| cpu.core == 1 && cpu.socket == 0), core_1, "{formula}");
            assert_eq!(cpus_of(formula, |cpu| cpu.numa == 1), numa_1, "{formula}");
            assert_eq!(cpus_of(formula, |cpu| cpu.socket == 1), socket_1, "{formula}");
        }
        assert_eq!(cpus_of("1s1n8c2t-uncore4", |cpu| cpu.uncore == Some(1)), "4-7,12-15");
    }

    #[test]
    fn what_is_no_machine_is_said_so() {
        for (formula, message) in [
            ("2s4n16c9999999999999t", "1 to 1024"),
            ("0s4n16c2t", "1 to 1024"),
            ("2s4n99c2t", "at most 1024 CPUs"),
            ("1s65n1c1t", "64 NUMA nodes"),
            ("2s4n16c2t-", "suffixes are"),
            ("2s4n16c2tx", "suffixes are"),
            ("2s4n16c2t-uncore", "suffixes are"),
            ("1s1n6c2t-uncore4", "no multiple of 4"),
            ("1s1n6c2t-uncore0", "no multiple of 0"),
        ] {
            let error = Layout::parse(formula).expect("a formula").expect_err(formula);
            assert!(error.contains(message), "{formula}: {error}");
        }
        assert!(Layout::parse("epyc").is_none() && Layout::parse("2s4n").is_none());
    }
}
