//! What is irregular about a machine, and what that does to the kubelet's options.
//!
//! After kubelet v1.32: the CPU Manager divides CPUs by cores and sockets and then takes whole ones; the
//! Topology Manager refuses more than eight NUMA nodes unless told how many; align-by-socket widens the
//! lowest preferred mask to the sockets that it touches.

use std::collections::BTreeSet;

use super::facts::Facts;
use crate::api::CpuSet;
use crate::kubelet::Machine;

/// What the Topology Manager takes without `max-allowable-numa-nodes`.
const MOST_NUMA_NODES: usize = 8;

/// The remarks, as sentences.
pub(super) fn of(machine: &Machine, facts: &Facts) -> Vec<String> {
    let mut remarks = Vec::new();
    remarks.extend(holes(facts));
    remarks.extend(memory_only(facts));
    remarks.extend(unequal(facts));
    remarks.extend(across_sockets(facts));
    remarks.extend(caches(machine, facts));
    if facts.all_nodes() > MOST_NUMA_NODES {
        remarks.push(format!(
            "{} NUMA nodes: a Topology Manager policy other than none needs the policy option \
             max-allowable-numa-nodes, at least {}.",
            facts.all_nodes(),
            facts.all_nodes()
        ));
    }
    remarks.push(align_by_socket(facts));
    remarks
}

fn listed<'n>(numbers: impl IntoIterator<Item = &'n u32>) -> String {
    let numbers: Vec<u32> = numbers.into_iter().copied().collect();
    if numbers.iter().all(|number| *number < CpuSet::CAPACITY) {
        numbers.into_iter().collect::<CpuSet>().to_string()
    } else {
        numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
    }
}

fn holes(facts: &Facts) -> Option<String> {
    let last = facts.cpus.iter().last()?;
    let missing = (0..=last).collect::<CpuSet>().difference(&facts.cpus);
    (!missing.is_empty()).then(|| {
        format!(
            "The CPU numbers have holes ({missing}): an offline CPU is no part of the kubelet's topology."
        )
    })
}

fn memory_only(facts: &Facts) -> Option<String> {
    let nodes = &facts.memory_only;
    (!nodes.is_empty()).then(|| {
        format!(
            "Without CPUs is NUMA node {}: the Topology Manager counts such nodes, the CPU Manager does not know \
             them.",
            listed(nodes)
        )
    })
}

/// Cores, NUMA nodes or sockets of unequal size.
fn unequal(facts: &Facts) -> Vec<String> {
    let sizes =
        |sets: &mut dyn Iterator<Item = &CpuSet>| -> BTreeSet<usize> { sets.map(CpuSet::len).collect() };
    let mut remarks = Vec::new();
    for (what, sizes, taken) in [
        ("cores", sizes(&mut facts.cores.values()), Some(("core", facts.cpus_per_core()))),
        ("NUMA nodes", sizes(&mut facts.nodes.values()), None),
        ("sockets", sizes(&mut facts.sockets.values()), Some(("socket", facts.cpus_per_socket()))),
    ] {
        if sizes.len() < 2 {
            continue;
        }
        let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
        let (last, first) = sizes.split_last().expect("at least two sizes");
        let kubelet = taken.map_or_else(String::new, |(one, size)| {
            format!(
                " The kubelet reckons with {size} for every {one} and then takes all of its CPUs, so that it \
                 may hand out CPUs that are not free."
            )
        });
        remarks.push(format!("The {what} have {} or {last} CPUs.{kubelet}", first.join(", ")));
    }
    remarks
}

fn across_sockets(facts: &Facts) -> Option<String> {
    let across = |node: &&u32| facts.sockets_of(&[**node]).len() > 1;
    let nodes: Vec<&u32> = facts.nodes.keys().filter(across).collect();
    (!nodes.is_empty()).then(|| format!("CPUs of several sockets are on NUMA node {}.", listed(nodes)))
}

fn caches(machine: &Machine, facts: &Facts) -> Vec<String> {
    let mut remarks = Vec::new();
    let shared = machine.caches().len();
    if facts.uncore.is_empty() && shared > facts.sockets.len() {
        remarks.push(format!(
            "{shared} last-level caches, each of a whole NUMA node: cAdvisor tells such a cache with the node, \
             not with the core, and the kubelet takes the socket in its place, so that \
             prefer-align-cpus-by-uncorecache aligns to sockets."
        ));
    }
    let apart = |cpus: &CpuSet| {
        let on = facts.sockets.values().filter(|socket| socket.common(cpus) > 0).count();
        on > 1
    };
    let repeated: Vec<&u32> = facts.uncore.iter().filter(|(_, cpus)| apart(cpus)).map(|(id, _)| id).collect();
    if !repeated.is_empty() {
        remarks.push(format!(
            "CPUs of several sockets have the last-level cache id {}: the kubelet takes them for one cache.",
            listed(repeated)
        ));
    }
    remarks
}

/// What align-by-socket does here: it prefers every hint of the least number of nodes, takes the lowest, and
/// widens it to the sockets touched.
fn align_by_socket(facts: &Facts) -> String {
    let (sockets, nodes) = (facts.sockets.len(), facts.nodes.len());
    if sockets > nodes {
        return format!(
            "align-by-socket is refused: {sockets} sockets are more than {nodes} NUMA nodes with CPUs."
        );
    }
    if sockets == 1 {
        return match nodes {
            1 => "One socket of one NUMA node: align-by-socket changes nothing.".into(),
            _ => {
                "One socket: with align-by-socket every hint is preferred, so restricted refuses no pod for \
                  where its CPUs are."
                    .into()
            }
        };
    }
    let each = facts.nodes_per_socket();
    let whole = facts.nodes_of_socket.values().all(|its| its.len() == each) && nodes == each * sockets;
    if !whole {
        return "The NUMA nodes do not divide evenly into sockets: what align-by-socket takes for a socket's \
                share is an integer division."
            .into();
    }
    if each == 1 {
        return "Each socket is one NUMA node: align-by-socket changes nothing.".into();
    }
    let of_socket = |(socket, its): (&u32, &BTreeSet<u32>)| format!("socket {socket}: {}", listed(its));
    let places = facts.nodes_of_socket.iter().map(of_socket).collect::<Vec<_>>().join("; ");
    let ids: Vec<u32> = facts.nodes.keys().copied().collect();
    let widened = (2..=each).map(|number| (number, facts.sockets_of(&ids[..number])));
    match widened.into_iter().find(|(_, touched)| touched.len() > 1) {
        Some((number, touched)) => format!(
            "NUMA nodes are numbered across sockets ({places}). A container that needs {number} NUMA nodes gets \
             the lowest preferred hint, nodes {} on an empty machine, and align-by-socket widens it to all CPUs \
             of sockets {}: here the option makes placement worse.",
            listed(&ids[..number]),
            listed(&touched)
        ),
        None => format!(
            "NUMA nodes are numbered socket by socket ({places}): on an empty machine the lowest preferred hint \
             of up to {each} nodes lies on one socket, and align-by-socket widens it to that socket."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine_files::catalogue;

    fn remarks(name: &str) -> Vec<String> {
        let machine = catalogue::find(name).expect("a machine").machine;
        of(&machine, &Facts::of(&machine))
    }

    fn without(name: &str, offline: &str) -> Vec<String> {
        let machine = catalogue::find(name).expect("a machine").machine;
        let machine = machine.without(&CpuSet::parse(offline).expect("a list")).expect("CPUs are left");
        of(&machine, &Facts::of(&machine))
    }

    #[test]
    fn the_numbering_of_nodes_decides_about_align_by_socket() {
        for (name, says) in [
            ("2s4n16c2t", "numbered socket by socket (socket 0: 0-3; socket 1: 4-7)"),
            (
                "2s4n16c2t-interleaved",
                "needs 2 NUMA nodes gets the lowest preferred hint, nodes 0-1 on an empty",
            ),
            ("2s1n16c2t", "Each socket is one NUMA node"),
            ("1s1n16c2t", "changes nothing"),
            ("1s4n16c2t", "every hint is preferred"),
            ("gh200", "Without CPUs is NUMA node 1-8"),
            ("gh200", "9 NUMA nodes: a Topology Manager policy other than none needs"),
            ("epyc-7763-2s-l3numa", "16 last-level caches, each of a whole NUMA node"),
        ] {
            let remarks = remarks(name);
            assert!(remarks.iter().any(|remark| remark.contains(says)), "{name}: {remarks:#?}");
        }
    }

    #[test]
    fn irregular_machines() {
        let lacks_a_sibling = without("2s2n4c2t", "1");
        let lacks_a_node = without("2s2n4c2t", "0-3,16-19");
        for (remarks, says) in [
            (&lacks_a_sibling, "have holes (1)"),
            (&lacks_a_sibling, "The cores have 1 or 2 CPUs. The kubelet reckons with 1 for every core"),
            (&lacks_a_sibling, "The NUMA nodes have 7 or 8 CPUs."),
            (&lacks_a_node, "Without CPUs is NUMA node 0:"),
            (&lacks_a_node, "The sockets have 8 or 16 CPUs"),
            (&lacks_a_node, "do not divide evenly"),
        ] {
            assert!(remarks.iter().any(|remark| remark.contains(says)), "{says}: {remarks:#?}");
        }
    }
}
