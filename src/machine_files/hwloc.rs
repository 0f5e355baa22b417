//! hwloc XML, as `lstopo --of xml` writes it, of the versions 1, 2 and 3.
//!
//! A CPU is a `PU`; its core, socket and caches are the objects around it. Its NUMA node is known by the
//! node's `cpuset` in every version: in version 1 the node is around the CPU, later beside it. Where several
//! nodes hold a CPU (memory of another kind near it), Linux counts it to one, taken to be the node with the
//! fewest CPUs, of these the lowest number; the others then have memory only.
//!
//! `cpuset` leaves out what is offline and, unless lstopo was told otherwise, what the exporting process was
//! not allowed; `complete_cpuset` and `complete_nodeset` hold that too. The kubelet sees every online CPU and
//! node: nodes are taken from the complete set, CPUs as far as the file describes them.

use roxmltree::{Document, Node, ParsingOptions};

use super::hwloc_xml::{kind, number, objects, place};
use super::parts::{CacheOfCpu, Caches, CpuPlace, Parts, caches_of, note_on_missing, set_of};
use super::{MachineFileError, bitmap, distances};
use crate::api::CpuSet;
use crate::kubelet::NumaNode;

/// A NUMA node as the file has it.
struct FileNode {
    id: u32,
    cpus: CpuSet,
    memory_bytes: Option<u64>,
}

pub(super) fn read(text: &str) -> Result<Parts, MachineFileError> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)?;
    let root = document.root_element();
    let wrong = |what: String| {
        MachineFileError::value(
            place(root),
            what,
            "hwloc's XML is <topology> around <object type=\"Machine\">",
        )
    };
    if !root.has_tag_name("topology") {
        return Err(wrong(format!("the outermost element is <{}>", root.tag_name().name())));
    }
    let machine = objects(root)
        .find(|object| ["Machine", "System"].contains(&kind(*object)))
        .ok_or_else(|| wrong("there is no object of type Machine".into()))?;
    let mut notes = Vec::new();
    let file_nodes = numa_nodes(machine)?;
    let (pus, offline) = online_pus(machine)?;
    let described = set_of(pus.iter().map(|(cpu, _)| *cpu))?;
    notes.extend(notes_on_cpus(machine, &described, offline)?);
    let complete = nodes_of(machine)?;
    let nodes = all_nodes(&file_nodes, complete.as_ref(), &mut notes);
    let core_ids = core_ids(&pus, &mut notes)?;
    let mut cpus = Vec::with_capacity(pus.len());
    for ((cpu, pu), core) in pus.iter().zip(core_ids) {
        let only = if file_nodes.is_empty() { nodes.first().map(|node| node.id) } else { None };
        let numa = node_of(*cpu, *pu, &file_nodes)?.or(only);
        cpus.push(CpuPlace { cpu: *cpu, core, socket: socket_of(*pu)?, numa });
    }
    let distances = distances::read(root, machine, &nodes, &mut notes)?;
    let caches = Caches::Hardware(caches_of(cache_pairs(machine, &pus)?.into_iter())?);
    Ok(Parts { name: None, cpus, nodes, distances, caches, notes })
}

fn mask(node: Node<'_, '_>, name: &str) -> Result<Option<CpuSet>, MachineFileError> {
    let Some(text) = node.attribute(name) else { return Ok(None) };
    bitmap::parse(text).map_err(|what| {
        let right = "a mask is 32-bit words such as 0x000000ff,0xffffffff";
        MachineFileError::value(place(node), format!("{name}: {what}"), right)
    })
}

fn is_socket(object: Node<'_, '_>) -> bool {
    // Version 1 said Socket until 1.10.
    ["Package", "Socket"].contains(&kind(object))
}

fn numa_nodes(machine: Node<'_, '_>) -> Result<Vec<FileNode>, MachineFileError> {
    let mut nodes: Vec<FileNode> = Vec::new();
    for object in objects(machine).filter(|object| ["NUMANode", "Node"].contains(&kind(*object))) {
        let id = number(object, "os_index")?.ok_or_else(|| {
            let right = "os_index is the number that Linux gives it";
            MachineFileError::value(place(object), "a NUMANode without os_index", right)
        })?;
        let cpus = mask(object, "cpuset")?.unwrap_or(CpuSet::EMPTY);
        nodes.push(FileNode { id, cpus, memory_bytes: number(object, "local_memory")? });
    }
    Ok(nodes)
}

/// The online PUs with their numbers, and those that version 1 shows though they are offline.
fn online_pus<'a, 'i>(machine: Node<'a, 'i>) -> Result<(Vec<(u32, Node<'a, 'i>)>, CpuSet), MachineFileError> {
    let online = mask(machine, "online_cpuset")?;
    let mut pus = Vec::new();
    let mut offline = CpuSet::EMPTY;
    for pu in objects(machine).filter(|object| kind(*object) == "PU") {
        let cpu: u32 = number(pu, "os_index")?.ok_or_else(|| {
            let right = "os_index is the CPU's number";
            MachineFileError::value(place(pu), "a PU without os_index", right)
        })?;
        if online.is_none_or(|online| online.contains(cpu)) {
            pus.push((cpu, pu));
        } else if cpu < CpuSet::CAPACITY {
            offline.insert(cpu);
        }
    }
    Ok((pus, offline))
}

fn notes_on_cpus(
    machine: Node<'_, '_>,
    described: &CpuSet,
    offline: CpuSet,
) -> Result<Vec<String>, MachineFileError> {
    let complete = mask(machine, "complete_cpuset")?.unwrap_or(CpuSet::EMPTY).difference(&offline);
    let why =
        "which the file counts but does not describe: they were offline, or outside the cgroup of lstopo";
    let mut notes = Vec::new();
    notes.extend(note_on_missing(&CpuSet::EMPTY, &offline, "which are offline"));
    notes.extend(note_on_missing(described, &complete, why));
    if let Some(allowed) = mask(machine, "allowed_cpuset")? {
        let disallowed = described.difference(&allowed);
        if !disallowed.is_empty() {
            notes.push(format!(
                "Part of the machine are the CPUs {disallowed}, which were outside the cgroup of lstopo: the \
                 kubelet sees every online CPU."
            ));
        }
    }
    Ok(notes)
}

fn nodes_of(object: Node<'_, '_>) -> Result<Option<CpuSet>, MachineFileError> {
    mask(object, "complete_nodeset")
}

/// The nodes of the file and those that it only counts.
fn all_nodes(file: &[FileNode], complete: Option<&CpuSet>, notes: &mut Vec<String>) -> Vec<NumaNode> {
    let mut nodes: Vec<NumaNode> =
        file.iter().map(|node| NumaNode { id: node.id, memory_bytes: node.memory_bytes }).collect();
    let mut counted = complete.copied().unwrap_or(CpuSet::EMPTY);
    counted = file
        .iter()
        .filter(|node| node.id < CpuSet::CAPACITY)
        .fold(counted, |rest, node| rest.difference(&[node.id].into_iter().collect()));
    nodes.extend(counted.iter().map(|id| NumaNode { id, memory_bytes: None }));
    if !counted.is_empty() && !file.is_empty() {
        notes.push(format!(
            "Part of the machine is NUMA node {counted}, which the file counts but does not describe, as outside \
             the cgroup of lstopo, with the CPUs that the file places there."
        ));
    }
    nodes
}

/// The node that Linux counts a CPU to.
fn node_of(cpu: u32, pu: Node<'_, '_>, nodes: &[FileNode]) -> Result<Option<u32>, MachineFileError> {
    let near = nodes.iter().filter(|node| node.cpus.contains(cpu));
    if let Some(node) = near.min_by_key(|node| (node.cpus.len(), node.id)) {
        return Ok(Some(node.id));
    }
    Ok(nodes_of(pu)?.and_then(|nodes| nodes.first()))
}

fn socket_of(pu: Node<'_, '_>) -> Result<Option<u32>, MachineFileError> {
    match pu.ancestors().find(|object| is_socket(*object)) {
        Some(socket) => number(socket, "os_index"),
        None => Ok(None),
    }
}

/// Each PU's core: Linux' core id, which may repeat; without cores in the file, each CPU is one.
fn core_ids(pus: &[(u32, Node<'_, '_>)], notes: &mut Vec<String>) -> Result<Vec<u32>, MachineFileError> {
    let core_of = |pu: Node<'_, '_>| -> Result<Option<u32>, MachineFileError> {
        match pu.ancestors().find(|object| kind(*object) == "Core") {
            Some(core) => number(core, "os_index"),
            None => Ok(None),
        }
    };
    let cores: Vec<Option<u32>> = pus.iter().map(|(_, pu)| core_of(*pu)).collect::<Result<_, _>>()?;
    if !pus.is_empty() && cores.iter().all(Option::is_none) {
        notes.push("The file has no cores: each CPU is taken for a core of its own.".into());
        return Ok(pus.iter().map(|(cpu, _)| *cpu).collect());
    }
    let told = |(core, (cpu, pu)): (&Option<u32>, &(u32, Node<'_, '_>))| {
        core.ok_or_else(|| {
            let right = "each PU is in an object of type Core with an os_index, or none is";
            MachineFileError::value(place(*pu), format!("CPU {cpu} has no core, others have"), right)
        })
    };
    cores.iter().zip(pus).map(told).collect()
}

/// The caches above level 2 with each of their CPUs. Linux' ids where the file has them, or else the order
/// in which the caches stand.
fn cache_pairs(
    machine: Node<'_, '_>,
    pus: &[(u32, Node<'_, '_>)],
) -> Result<Vec<CacheOfCpu>, MachineFileError> {
    let mut caches: Vec<(u32, Option<u32>, Node<'_, '_>)> = Vec::new();
    for object in objects(machine) {
        let level = match kind(object) {
            "L3Cache" => 3,
            "L4Cache" => 4,
            "L5Cache" => 5,
            "Cache" => number(object, "depth")?.unwrap_or(0),
            _ => continue,
        };
        // Memory that caches other memory is no cache of the CPUs' in sysfs.
        if level > 2 && object.attribute("subtype") != Some("MemorySideCache") {
            caches.push((level, number(object, "os_index")?, object));
        }
    }
    let numbered = caches.iter().all(|(_, id, _)| id.is_some());
    let mut pairs = Vec::new();
    for (cpu, pu) in pus {
        for object in pu.ancestors() {
            let found = caches.iter().position(|(.., cache)| *cache == object);
            if let Some((at, (level, id, _))) = found.map(|at| (at, &caches[at])) {
                let before = caches[..at].iter().filter(|(other, ..)| other == level).count() as u32;
                pairs.push(((*level, id.filter(|_| numbered).unwrap_or(before)), *cpu));
            }
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::super::{Described, read};
    use super::*;

    fn machine(inside: &str) -> Result<Described, MachineFileError> {
        read("m", &format!("<topology>{inside}</topology>"))
    }

    fn places(described: &Described) -> Vec<[u32; 4]> {
        described.machine.cpus().iter().map(|cpu| [cpu.cpu, cpu.core, cpu.socket, cpu.numa]).collect()
    }

    #[test]
    fn version_1_has_nodes_around_the_cpus_and_offline_ones_among_them() {
        let described = machine(
            "<object type=\"Machine\" complete_cpuset=\"0xf\" online_cpuset=\"0x7\" \
             complete_nodeset=\"0x3\"><object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x3\" \
             local_memory=\"4096\"><object type=\"Socket\" os_index=\"0\"><object type=\"Cache\" depth=\"3\">\
             <object type=\"Core\" os_index=\"0\"><object type=\"PU\" os_index=\"0\"/><object type=\"PU\" \
             os_index=\"1\"/></object></object></object></object><object type=\"NUMANode\" os_index=\"1\" \
             cpuset=\"0x4\"><object type=\"Socket\" os_index=\"1\"><object type=\"Cache\" depth=\"3\"><object \
             type=\"Core\" os_index=\"0\"><object type=\"PU\" os_index=\"2\"/><object type=\"PU\" \
             os_index=\"3\"/></object></object></object></object><distances nbobjs=\"2\" \
             relative_depth=\"1\" latency_base=\"10.000000\"><latency value=\"1.0\"/><latency \
             value=\"2.1\"/><latency value=\"2.1\"/><latency value=\"1.0\"/></distances></object>",
        )
        .expect("a machine");
        assert_eq!(places(&described), [[0, 0, 0, 0], [1, 0, 0, 0], [2, 0, 1, 1]]);
        assert_eq!(described.machine.numa_nodes()[0].memory_bytes, Some(4096));
        assert_eq!(described.machine.distances(), [[10, 21], [21, 10]]);
        assert_eq!(described.machine.caches().len(), 2);
        assert_eq!(described.notes, ["Left out are the CPUs 3, which are offline."]);
    }

    #[test]
    fn a_machine_without_sockets_nodes_and_cores() {
        let described = machine(
            "<object type=\"Machine\" complete_nodeset=\"0xf...f\"><object type=\"PU\" os_index=\"4\"/>\
             <object type=\"PU\" os_index=\"2\"/></object>",
        )
        .expect("a machine");
        assert_eq!(places(&described), [[2, 2, 0, 0], [4, 4, 0, 0]]);
        assert_eq!(described.notes.len(), 2);
    }

    #[test]
    fn of_several_nodes_the_nearest_counts() {
        let described = machine(
            "<object type=\"Machine\"><object type=\"NUMANode\" os_index=\"2\" cpuset=\"0x3\"/><object \
             type=\"NUMANode\" os_index=\"1\" cpuset=\"0x1\"/><object type=\"NUMANode\" os_index=\"0\" \
             cpuset=\"0x1\"/><object type=\"PU\" os_index=\"0\"/><object type=\"PU\" os_index=\"1\"/>\
             <object type=\"PU\" os_index=\"2\"/></object>",
        )
        .expect("a machine");
        assert_eq!(places(&described), [[0, 0, 0, 0], [1, 1, 0, 2]]);
        assert!(described.notes.iter().any(|note| note.contains("CPUs 2, which are on no NUMA node")));
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        let sockets = "<object type=\"Machine\"><object type=\"Package\" os_index=\"0\"><object \
                       type=\"PU\" os_index=\"0\"/></object>\n<object type=\"PU\" os_index=\"1\"/></object>";
        for (inside, message) in [
            ("<object type=\"Machine\"><object type=\"PU\"/></object>", "line 1, column 34: a PU without"),
            ("<object type=\"Machine\"/>", "no online CPU"),
            ("<object type=\"Machine\"><object type=\"PU\" os_index=\"-1\"/></object>", "os_index=\"-1\""),
            ("<object type=\"Machine\"><object type=\"PU\" os_index=\"5000\"/></object>", "CPU 5000"),
            ("<object type=\"Machine\" complete_cpuset=\"0xz\"/>", "complete_cpuset: \"0xz\" is no mask"),
            ("<object type=\"Package\"/>", "no object of type Machine"),
            (sockets, "CPUs 1 tell no socket"),
        ] {
            let error = machine(inside).expect_err(inside).to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
