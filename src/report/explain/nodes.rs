//! The tables of nodes: feasible ones with their scores, rejected ones with their reasons.

use super::setting::MOST_ROWS;
use crate::cluster::explanation::{Lack, NodeVerdict, Rejection, Scene, ScoreCell};
use crate::report::page::columns::{Columns, stacked};
use crate::report::page::{Block, Section};

/// Rows that are kept for rejected nodes where there are many feasible ones.
const REJECTED_ROWS: usize = 5;

pub(super) fn sections(scene: &Scene, all: bool) -> Vec<Section> {
    let looked_at = || scene.nodes.iter().filter(|node| node.looked_at);
    let feasible: Vec<&NodeVerdict> = looked_at().filter(|node| node.rejections.is_empty()).collect();
    let rejected: Vec<&NodeVerdict> = looked_at().filter(|node| !node.rejections.is_empty()).collect();
    let room = if all { usize::MAX } else { MOST_ROWS };
    let feasible_rows = feasible.len().min(room - rejected.len().min(REJECTED_ROWS));
    let rejected_rows = rejected.len().min(room - feasible_rows);
    let mut sections = Vec::new();
    if let Some(mut section) = feasible_section(scene, &feasible[..feasible_rows]) {
        section.extend(left_out(feasible.len() - feasible_rows, "feasible"));
        sections.push(section);
    }
    if let Some(mut section) = rejected_section(scene, &rejected[..rejected_rows]) {
        section.extend(left_out(rejected.len() - rejected_rows, "rejected"));
        sections.push(section);
    }
    if all {
        let unseen: Vec<&NodeVerdict> = scene.nodes.iter().filter(|node| !node.looked_at).collect();
        sections.extend(unseen_section(scene, &unseen));
    }
    sections
}

fn left_out(nodes: usize, kind: &str) -> Option<Block> {
    (nodes > 0).then(|| Block::Sentence(1, format!("… and {nodes} more {kind} ones (--all-nodes)")))
}

fn headings(scene: &Scene, last: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut headings = vec!["  node".to_owned()];
    headings.extend(scene.topology_keys.iter().cloned());
    headings.extend(last);
    headings
}

fn cells(node: &NodeVerdict, last: impl IntoIterator<Item = String>) -> Vec<String> {
    let mark = if node.chosen { "→ " } else { "  " };
    let mut cells = vec![format!("{mark}{}", node.name)];
    cells.extend(node.domains.iter().map(|value| value.clone().unwrap_or_else(|| "(no label)".to_owned())));
    cells.extend(last);
    cells
}

fn score_text(score: &ScoreCell) -> String {
    format!("{}→{}×{}", score.raw, score.normalized, score.weight)
}

/// Plugins that say the same of all these nodes stand in a line below, not in columns.
fn feasible_section(scene: &Scene, nodes: &[&NodeVerdict]) -> Option<Section> {
    let first = nodes.first()?;
    let tells_apart = |place: &usize| nodes.iter().any(|node| node.scores[*place] != first.scores[*place]);
    let (columns, equal): (Vec<usize>, Vec<usize>) = (0..first.scores.len()).partition(tells_apart);
    let plugins = columns.iter().map(|place| stacked(first.scores[*place].plugin));
    let mut table = Columns::new(headings(scene, plugins.chain(["total".to_owned()])));
    for node in nodes {
        let scores = columns.iter().map(|place| score_text(&node.scores[*place]));
        let total = node.total.map_or_else(String::new, |total| total.to_string());
        table.push(cells(node, scores.chain([total])));
    }
    let scores = match (first.scores.is_empty(), nodes) {
        (false, _) => "scores: raw→normalized×weight",
        (true, [_]) => "a single one is not scored",
        (true, _) => "without scores",
    };
    let chosen = if nodes.iter().any(|node| node.chosen) { "; → the chosen one" } else { "" };
    let heading = format!("Feasible nodes ({scores}{chosen}):");
    let mut section = vec![Block::Heading(heading), Block::Table(1, table)];
    if !equal.is_empty() {
        let equal: Vec<String> = equal
            .iter()
            .map(|place| format!("{} {}", first.scores[*place].plugin, score_text(&first.scores[*place])))
            .collect();
        let whose = if nodes.len() > 1 { "The same for each" } else { "Scores" };
        section.push(Block::Sentence(1, format!("{whose}: {}.", equal.join(", "))));
    }
    Some(section)
}

fn rejected_section(scene: &Scene, nodes: &[&NodeVerdict]) -> Option<Section> {
    if nodes.is_empty() {
        return None;
    }
    let mut table = Columns::new(headings(scene, ["rejected by".to_owned(), "also by".to_owned()]));
    for node in nodes {
        let (first, others) = node.rejections.split_first().expect("a rejected node has a reason");
        let amounts = |rejection: &Rejection| {
            if rejection.plugin == "NodeResourcesFit" { lacks(node) } else { String::new() }
        };
        let reason = format!("{}: {}{}", first.plugin, first.reasons.join(", "), amounts(first));
        let others: Vec<String> =
            others.iter().map(|other| format!("{}{}", other.plugin, amounts(other))).collect();
        table.push(cells(node, [reason, others.join(", ")]));
    }
    Some(vec![Block::Heading("Rejected nodes:".to_owned()), Block::Table(1, table)])
}

/// ` (cpu: asks for 3, 500m of 4 free)`.
fn lacks(node: &NodeVerdict) -> String {
    let of_resource = |lack: &Lack| {
        format!("{}: asks for {}, {} of {} free", lack.resource, lack.requested, lack.free, lack.allocatable)
    };
    let lacks: Vec<String> = node.lacks.iter().map(of_resource).collect();
    if lacks.is_empty() { String::new() } else { format!(" ({})", lacks.join("; ")) }
}

fn unseen_section(scene: &Scene, nodes: &[&NodeVerdict]) -> Option<Section> {
    if nodes.is_empty() {
        return None;
    }
    let mut table = Columns::new(headings(scene, ["would be".to_owned()]));
    for node in nodes {
        let verdict = match node.rejections.first() {
            None => "feasible".to_owned(),
            Some(rejection) => format!("rejected by {}: {}", rejection.plugin, rejection.reasons.join(", ")),
        };
        table.push(cells(node, [verdict]));
    }
    Some(vec![Block::Heading("Nodes that were not looked at:".to_owned()), Block::Table(1, table)])
}
