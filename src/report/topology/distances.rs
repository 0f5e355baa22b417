//! NUMA distances, as a table while it is narrow, else by distance.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::api::CpuSet;
use crate::kubelet::Machine;
use crate::report::page::{Block, Section};
use crate::report::words::wrapped;

/// Nodes that still make a table of 80 columns.
const WIDEST_TABLE: usize = 16;

/// The distances with a heading; nothing where there is one node only.
pub(super) fn section(machine: &Machine) -> Option<Section> {
    if machine.numa_nodes().len() < 2 {
        return None;
    }
    if machine.distances().is_empty() {
        return Some(vec![Block::Note("NUMA distances are not known.".to_owned())]);
    }
    Some(vec![Block::Heading("NUMA distances:".to_owned()), Block::Verbatim(draw(machine))])
}

fn draw(machine: &Machine) -> String {
    let nodes = machine.numa_nodes();
    let mut text = String::new();
    if nodes.len() > WIDEST_TABLE {
        for (node, row) in nodes.iter().zip(machine.distances()) {
            let mut by_distance: BTreeMap<u32, CpuSet> = BTreeMap::new();
            for (to, distance) in nodes.iter().zip(row) {
                by_distance.entry(*distance).or_insert(CpuSet::EMPTY).insert(to.id);
            }
            let far = |(distance, to): (&u32, &CpuSet)| format!("{distance} to {to}");
            let line = by_distance.iter().map(far).collect::<Vec<_>>().join("; ");
            text.push_str(&wrapped(&format!("  {:>2}: ", node.id), "      ", &line));
        }
        return text;
    }
    let widest = machine.distances().iter().flatten().map(|distance| distance.to_string().len()).max();
    let width = widest.unwrap_or(0).max(2) + 1;
    text.push_str("    ");
    for node in nodes {
        let _ = write!(text, "{:>width$}", node.id);
    }
    text.push('\n');
    for (node, row) in nodes.iter().zip(machine.distances()) {
        let _ = write!(text, "  {:>2}", node.id);
        for distance in row {
            let _ = write!(text, "{distance:>width$}");
        }
        text.push('\n');
    }
    text
}
