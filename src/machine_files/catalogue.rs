//! Named machines: public shapes of real servers, as data.
//!
//! A row says what decisions hang on: sockets, NUMA nodes, cores, threads, who shares a last-level cache,
//! and NUMA distances where they are published. CPU numbers follow from the numbering, which firmware may
//! choose otherwise: of a machine at hand, read its own file. Ids of cores and caches are numbered through;
//! Linux' own may have gaps, which changes no decision. `docs/machines.md` lists the rows with their sources.

use std::fmt;

use super::layout::{CpuNumbering, Distances, LastLevelCache, Layout, NumaNumbering};
use super::{Described, MachineFileError};

/// A row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct NamedMachine {
    /// What it is called.
    pub name: &'static str,
    /// What it is, in words.
    pub title: &'static str,
    /// Its shape.
    pub layout: Layout,
    /// Where the shape is published.
    pub source: &'static str,
}

/// Why a name gives no machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameError {
    /// There is none of this name; these are alike, the nearest first.
    Unknown(Vec<&'static str>),
    /// The formula is no machine.
    Formula(String),
    /// The parts do not hang together.
    NotAMachine(MachineFileError),
}

impl fmt::Display for NameError {
    /// What is wrong, without the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(alike) => {
                let near = match &alike[..] {
                    [] => String::new(),
                    alike => format!("; did you mean {}?", alike.join(", ")),
                };
                write!(
                    f,
                    "there is no such file, and no such machine in the catalogue{near} (`kubecast topology \
                     --list` shows all)"
                )
            }
            Self::Formula(what) => f.write_str(what),
            Self::NotAMachine(error) => error.fmt(f),
        }
    }
}

/// Sockets, NUMA nodes a socket, cores a node, threads; numbered in the most common way.
const fn regular(shape: [u32; 4], cache: LastLevelCache, distances: Distances) -> Layout {
    Layout {
        sockets: shape[0],
        numa_per_socket: shape[1],
        cores_per_numa: shape[2],
        threads: shape[3],
        memory_only: 0,
        cpus: CpuNumbering::Linux,
        numa: NumaNumbering::SocketMajor,
        cache,
        distances,
    }
}

/// AMD EPYC: `shared` cores have an L3 cache in common; distances as two-socket servers publish them.
const fn epyc(shape: [u32; 4], shared: u32) -> Layout {
    regular(shape, LastLevelCache::Cores(shared), Distances::Known(12, 32))
}

/// Intel Xeon: one L3 cache a socket to Linux, with sub-NUMA clustering too.
const fn xeon(shape: [u32; 4], distances: Distances) -> Layout {
    regular(shape, LastLevelCache::Socket, distances)
}

const fn row(name: &'static str, title: &'static str, layout: Layout, source: &'static str) -> NamedMachine {
    NamedMachine { name, title, layout, source }
}

const ROME: &str = "AMD EPYC 7742 specification; Dell, NUMA Configuration settings on AMD EPYC 2nd Generation \
                    (4 cores share an L3); numactl of PDC Dardel's 2 x 64-core nodes (node 0 is 0-15,128-143; \
                    10/12/32)";
const MILAN: &str = "AMD EPYC 7763 specification; AMD EPYC 7003 overview (8 cores share an L3); numactl of 2 x EPYC 7713 (10/12/32)";
const GENOA: &str = "AMD EPYC 9654 specification (12 dies of 8 cores); OpenMoonRay's table of a 2 x 96-core machine (node \
                     0 is 0-23,192-215); numactl of 2 x EPYC 9375F (10/32, egandro/proxmox-cpu-affinity issue 58)";
const BERGAMO: &str = "AMD EPYC 9754 specification (8 dies of two 8-core complexes with an L3 each)";
const TURIN: &str = "AMD EPYC 9755 specification (16 dies of 8 cores)";
const TURIN_DENSE: &str = "AMD EPYC 9965 specification (12 dies of 16 cores)";
const CASCADE_LAKE: &str = "Intel ARK; numactl of 2 x Xeon Platinum 8269CY and Gold 6248 with SNC (10/11/21)";
const ICE_LAKE: &str = "Intel ARK, Xeon Platinum 8380";
const SAPPHIRE: &str = "Intel ARK, Xeon Platinum 8480+; numactl listings of 2 x 8480+ with SNC4, among them CINECA \
                        Leonardo's (node 0 is 0-13; 10/12/21)";
const GOLD: &str = "Intel ARK; cAdvisor MachineInfo of 2 x Gold 6230 with SNC (ffromani/cpumgrx)";
const GOLD_DELL: &str = "hwloc test data memorysidecaches (Dell PowerEdge R740, 2 x Gold 6230 with SNC: nodes 0 and 2 \
                         on socket 0, node 0 is 0,4,8,...; 10/11/21)";
const ADVANCED: &str = "Intel ARK, Xeon Platinum 9242 (48 cores on two dies)";
const GRACE: &str = "NVIDIA Grace data sheet; BSC MareNostrum 5 overview (one NUMA node and one L3 a socket)";
const GRACE_HOPPER: &str = "lscpu of a GH200 (bytedance/xpu-perf issue 129: 9 nodes, CPUs on node 0 only)";
const ALTRA: &str = "Ampere Altra Max data sheet; Altra BIOS setting ANC (monolithic, hemisphere, quadrant)";
const GRAVITON: &str = "AWS Graviton Getting Started (cores, L3, NUMA nodes of each generation)";
const RYZEN: &str =
    "AMD Ryzen 5 1600 specification (two complexes of 3 cores); cAdvisor MachineInfo (ffromani/cpumgrx)";
const SIENA: &str =
    "lscpu of an EPYC 8434P with L3 as NUMA domain (sustainable-computing-io/kepler pull request 1288)";

const UNKNOWN: Distances = Distances::Unknown;

/// The machines, by vendor and age.
pub const CATALOGUE: &[NamedMachine] = &[
    row("epyc-7742-2s-nps1", "2 x AMD EPYC 7742 (Rome), NPS1", epyc([2, 1, 64, 2], 4), ROME),
    row("epyc-7742-2s-nps2", "2 x AMD EPYC 7742 (Rome), NPS2", epyc([2, 2, 32, 2], 4), ROME),
    row("epyc-7742-2s-nps4", "2 x AMD EPYC 7742 (Rome), NPS4", epyc([2, 4, 16, 2], 4), ROME),
    row("epyc-7763-2s-nps1", "2 x AMD EPYC 7763 (Milan), NPS1", epyc([2, 1, 64, 2], 8), MILAN),
    row("epyc-7763-2s-nps2", "2 x AMD EPYC 7763 (Milan), NPS2", epyc([2, 2, 32, 2], 8), MILAN),
    row("epyc-7763-2s-nps4", "2 x AMD EPYC 7763 (Milan), NPS4", epyc([2, 4, 16, 2], 8), MILAN),
    row(
        "epyc-7763-2s-l3numa",
        "2 x AMD EPYC 7763 (Milan), each L3 a NUMA node",
        regular([2, 8, 8, 2], LastLevelCache::Cores(8), UNKNOWN),
        MILAN,
    ),
    row("epyc-9654-2s-nps1", "2 x AMD EPYC 9654 (Genoa), NPS1", epyc([2, 1, 96, 2], 8), GENOA),
    row("epyc-9654-2s-nps2", "2 x AMD EPYC 9654 (Genoa), NPS2", epyc([2, 2, 48, 2], 8), GENOA),
    row("epyc-9654-2s-nps4", "2 x AMD EPYC 9654 (Genoa), NPS4", epyc([2, 4, 24, 2], 8), GENOA),
    row("epyc-9754-2s-nps1", "2 x AMD EPYC 9754 (Bergamo), NPS1", epyc([2, 1, 128, 2], 8), BERGAMO),
    row("epyc-9754-2s-nps4", "2 x AMD EPYC 9754 (Bergamo), NPS4", epyc([2, 4, 32, 2], 8), BERGAMO),
    row("epyc-9755-2s-nps1", "2 x AMD EPYC 9755 (Turin), NPS1", epyc([2, 1, 128, 2], 8), TURIN),
    row("epyc-9755-2s-nps2", "2 x AMD EPYC 9755 (Turin), NPS2", epyc([2, 2, 64, 2], 8), TURIN),
    row("epyc-9755-2s-nps4", "2 x AMD EPYC 9755 (Turin), NPS4", epyc([2, 4, 32, 2], 8), TURIN),
    row("epyc-9965-2s-nps1", "2 x AMD EPYC 9965 (Turin dense), NPS1", epyc([2, 1, 192, 2], 16), TURIN_DENSE),
    row("epyc-9965-2s-nps4", "2 x AMD EPYC 9965 (Turin dense), NPS4", epyc([2, 4, 48, 2], 16), TURIN_DENSE),
    row(
        "epyc-8434p-l3numa",
        "AMD EPYC 8434P (Siena), each L3 a NUMA node",
        regular([1, 8, 6, 2], LastLevelCache::Cores(6), UNKNOWN),
        SIENA,
    ),
    row("ryzen-5-1600", "AMD Ryzen 5 1600", regular([1, 1, 6, 2], LastLevelCache::Cores(3), ONE_NODE), RYZEN),
    row(
        "xeon-8280-2s",
        "2 x Intel Xeon Platinum 8280 (Cascade Lake)",
        xeon([2, 1, 28, 2], CLX),
        CASCADE_LAKE,
    ),
    row("xeon-8280-2s-snc2", "2 x Intel Xeon Platinum 8280, SNC2", xeon([2, 2, 14, 2], CLX), CASCADE_LAKE),
    row("xeon-6230-2s", "2 x Intel Xeon Gold 6230 (Cascade Lake)", xeon([2, 1, 20, 2], CLX), GOLD),
    row("xeon-6230-2s-snc2", "2 x Intel Xeon Gold 6230, SNC2", xeon([2, 2, 10, 2], CLX), GOLD),
    row(
        "xeon-6230-2s-snc2-interleaved",
        "2 x Intel Xeon Gold 6230, SNC2, as Dell numbers it",
        Layout {
            cpus: CpuNumbering::RoundRobin,
            numa: NumaNumbering::Interleaved,
            ..xeon([2, 2, 10, 2], CLX)
        },
        GOLD_DELL,
    ),
    row(
        "xeon-9242-2s",
        "2 x Intel Xeon Platinum 9242 (Cascade Lake AP)",
        regular([2, 2, 24, 2], LastLevelCache::Cores(24), UNKNOWN),
        ADVANCED,
    ),
    row("xeon-8380-2s", "2 x Intel Xeon Platinum 8380 (Ice Lake)", xeon([2, 1, 40, 2], UNKNOWN), ICE_LAKE),
    row("xeon-8380-2s-snc2", "2 x Intel Xeon Platinum 8380, SNC2", xeon([2, 2, 20, 2], UNKNOWN), ICE_LAKE),
    row(
        "xeon-8480-2s",
        "2 x Intel Xeon Platinum 8480+ (Sapphire Rapids)",
        xeon([2, 1, 56, 2], SPR),
        SAPPHIRE,
    ),
    row("xeon-8480-2s-snc2", "2 x Intel Xeon Platinum 8480+, SNC2", xeon([2, 2, 28, 2], SPR), SAPPHIRE),
    row("xeon-8480-2s-snc4", "2 x Intel Xeon Platinum 8480+, SNC4", xeon([2, 4, 14, 2], SPR), SAPPHIRE),
    row("grace", "NVIDIA Grace", xeon([1, 1, 72, 1], ONE_NODE), GRACE),
    row("grace-superchip", "NVIDIA Grace CPU Superchip", xeon([2, 1, 72, 1], UNKNOWN), GRACE),
    row(
        "gh200",
        "NVIDIA GH200: Grace, and 8 nodes of GPU memory",
        Layout { memory_only: 8, ..xeon([1, 1, 72, 1], UNKNOWN) },
        GRACE_HOPPER,
    ),
    row("altra-max-128-1s", "Ampere Altra Max M128, monolithic", altra([1, 1, 128, 1]), ALTRA),
    row("altra-max-128-1s-hemisphere", "Ampere Altra Max M128, hemisphere", altra([1, 2, 64, 1]), ALTRA),
    row("altra-max-128-1s-quadrant", "Ampere Altra Max M128, quadrant", altra([1, 4, 32, 1]), ALTRA),
    row("altra-max-128-2s", "2 x Ampere Altra Max M128, monolithic", altra([2, 1, 128, 1]), ALTRA),
    row("altra-max-128-2s-hemisphere", "2 x Ampere Altra Max M128, hemisphere", altra([2, 2, 64, 1]), ALTRA),
    row("altra-max-128-2s-quadrant", "2 x Ampere Altra Max M128, quadrant", altra([2, 4, 32, 1]), ALTRA),
    row("graviton3", "AWS Graviton3 (c7g.metal)", xeon([1, 1, 64, 1], ONE_NODE), GRAVITON),
    row("graviton4-2s", "2 x AWS Graviton4 (r8g.metal-48xl)", xeon([2, 1, 96, 1], UNKNOWN), GRAVITON),
];

/// One node has no other to be far from.
const ONE_NODE: Distances = Distances::Known(10, 10);
const CLX: Distances = Distances::Known(11, 21);
const SPR: Distances = Distances::Known(12, 21);

/// Altra: Linux may tell the system-level cache as L3 or not; a socket's is what the kubelet falls back to.
const fn altra(shape: [u32; 4]) -> Layout {
    regular(shape, LastLevelCache::Unknown, if shape[0] * shape[1] == 1 { ONE_NODE } else { UNKNOWN })
}

/// The machine of a name of the catalogue, or of a formula.
pub fn find(name: &str) -> Result<Described, NameError> {
    let wanted = name.to_lowercase();
    let row = CATALOGUE.iter().find(|machine| machine.name == wanted);
    let layout = match row {
        Some(machine) => machine.layout,
        None => match Layout::parse(&wanted) {
            Some(layout) => layout.map_err(NameError::Formula)?,
            None => return Err(NameError::Unknown(alike(&wanted))),
        },
    };
    let mut described = layout.machine(&wanted).map_err(NameError::NotAMachine)?;
    described.notes.extend(row.map(|machine| {
        format!("{}. Source: {}. Firmware may number CPUs otherwise.", machine.title, machine.source)
    }));
    Ok(described)
}

/// At most three names that are like one.
fn alike(wanted: &str) -> Vec<&'static str> {
    let holds = |name: &str| !wanted.is_empty() && name.contains(wanted);
    let likeness = |name: &str| if holds(name) { 1.0 } else { strsim::jaro_winkler(name, wanted) };
    let mut near: Vec<(f64, &str)> =
        CATALOGUE.iter().map(|machine| (likeness(machine.name), machine.name)).collect();
    near.retain(|(likeness, _)| *likeness >= 0.8);
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_machine_of_its_name() {
        for row in CATALOGUE {
            let described = find(row.name).unwrap_or_else(|error| panic!("{}: {error:?}", row.name));
            assert_eq!(described.machine.name(), row.name);
            assert!(!row.title.is_empty() && !row.source.is_empty());
        }
        let mut names: Vec<&str> = CATALOGUE.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CATALOGUE.len(), "each name is there once");
    }

    #[test]
    fn names_and_formulas_are_found_and_others_suggested() {
        assert!(find("EPYC-7763-2S-NPS4").is_ok());
        assert_eq!(find("2s4n16c2t").map(|described| described.machine.cpus().len()), Ok(256));
        let near = |name| match find(name) {
            Err(NameError::Unknown(near)) => near,
            other => panic!("{other:?}"),
        };
        assert_eq!(near("epyc-7763-2s-nps3")[0], "epyc-7763-2s-nps1");
        assert_eq!(near("9754"), ["epyc-9754-2s-nps1", "epyc-9754-2s-nps4"]);
        assert!(near("zzz").is_empty() && near("").is_empty());
        assert!(matches!(find("2s4n16c2t-dense"), Err(NameError::Formula(_))));
    }
}
