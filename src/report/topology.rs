//! A machine for people and for programs: its parts as a tree, the NUMA distances, the kubelet's sums, and
//! what is irregular about it.

mod distances;
mod facts;
mod json;
mod remarks;
mod tree;

use std::fmt::Write as _;

use facts::Facts;
use json::to_json;

use crate::machine_files::Described;
use crate::machine_files::catalogue::NamedMachine;
use crate::report::page::{Block, Item, List, Page, Section};
use crate::report::words::wrapped;

/// A machine.
pub fn page(described: &Described) -> Page<'_> {
    Page::new(sections(described), || to_json(described))
}

fn sections(described: &Described) -> Vec<Section> {
    let machine = &described.machine;
    let facts = Facts::of(machine);
    let mut sections = vec![
        vec![Block::Heading(format!("{} ({})", machine.name(), described.source))],
        vec![Block::Verbatim(tree::draw(machine))],
        vec![Block::Terms(facts.terms())],
    ];
    sections.extend(distances::section(machine));
    let remarks = remarks::of(machine, &facts);
    for (heading, sentences) in [("Remarks", &remarks), ("From the reader", &described.notes)] {
        if !sentences.is_empty() {
            let item = |sentence: &String| Item { mark: '-', text: sentence.clone() };
            let items = sentences.iter().map(item).collect();
            let list = List { indent: "", wrapped: true, items };
            sections.push(vec![Block::Heading(format!("{heading}:")), Block::List(list)]);
        }
    }
    sections
}

/// The catalogue, a machine a line.
pub fn catalogue(machines: &[NamedMachine]) -> String {
    let widest = machines.iter().map(|machine| machine.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for machine in machines {
        let shape = &machine.layout;
        let formula = format!(
            "{}s{}n{}c{}t",
            shape.sockets, shape.numa_per_socket, shape.cores_per_numa, shape.threads
        );
        let _ = writeln!(text, "{:widest$}  {formula:12}  {}", machine.name, machine.title);
    }
    let suffixes = "Any formula is a machine too: sockets, NUMA nodes of each, cores of each, threads of each, \
                    with suffixes for the numbering of CPUs (-linux, -compact, -round-robin) and of NUMA nodes \
                    (-socket-major, -interleaved) and for the cores that share a last-level cache (-uncore8).";
    let _ = write!(text, "\n{}", wrapped("", "", suffixes));
    text
}
