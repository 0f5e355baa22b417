//! The tables of nodes: feasible ones with their scores, rejected ones with their reasons.

use std::fmt::Write as _;

use super::setting::MOST_ROWS;
use crate::cluster::explanation::{Lack, NodeVerdict, Rejection, Scene, ScoreCell};
use crate::report::as_text::table_text;
use crate::report::columns::{Columns, stacked};

/// Rows that are kept for rejected nodes where there are many feasible ones.
const REJECTED_ROWS: usize = 5;

pub(super) fn tables(scene: &Scene, all: bool) -> String {
    let looked_at = || scene.nodes.iter().filter(|node| node.looked_at);
    let feasible: Vec<&NodeVerdict> = looked_at().filter(|node| node.rejections.is_empty()).collect();
    let rejected: Vec<&NodeVerdict> = looked_at().filter(|node| !node.rejections.is_empty()).collect();
    let room = if all { usize::MAX } else { MOST_ROWS };
    let feasible_rows = feasible.len().min(room - rejected.len().min(REJECTED_ROWS));
    let rejected_rows = rejected.len().min(room - feasible_rows);
    let mut text = String::new();
    text.push_str(&feasible_table(scene, &feasible[..feasible_rows]));
    text.push_str(&left_out(feasible.len() - feasible_rows, "feasible"));
    text.push_str(&rejected_table(scene, &rejected[..rejected_rows]));
    text.push_str(&left_out(rejected.len() - rejected_rows, "rejected"));
    if all {
        let unseen: Vec<&NodeVerdict> = scene.nodes.iter().filter(|node| !node.looked_at).collect();
        text.push_str(&unseen_table(scene, &unseen));
    }
    text
}

fn left_out(nodes: usize, kind: &str) -> String {
    if nodes == 0 { String::new() } else { format!("  … and {nodes} more {kind} ones (--all-nodes)\n") }
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
fn feasible_table(scene: &Scene, nodes: &[&NodeVerdict]) -> String {
    let Some(first) = nodes.first() else { return String::new() };
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
    let mut text = format!("\nFeasible nodes ({scores}{chosen}):\n");
    text.push_str(&table_text(1, table));
    if !equal.is_empty() {
        let equal: Vec<String> = equal
            .iter()
            .map(|place| format!("{} {}", first.scores[*place].plugin, score_text(&first.scores[*place])))
            .collect();
        let whose = if nodes.len() > 1 { "The same for each" } else { "Scores" };
        let _ = writeln!(text, "  {whose}: {}.", equal.join(", "));
    }
    text
}

fn rejected_table(scene: &Scene, nodes: &[&NodeVerdict]) -> String {
    if nodes.is_empty() {
        return String::new();
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
    format!("\nRejected nodes:\n{}", table_text(1, table))
}

/// ` (cpu: asks for 3, 500m of 4 free)`.
fn lacks(node: &NodeVerdict) -> String {
    let of_resource = |lack: &Lack| {
        format!("{}: asks for {}, {} of {} free", lack.resource, lack.requested, lack.free, lack.allocatable)
    };
    let lacks: Vec<String> = node.lacks.iter().map(of_resource).collect();
    if lacks.is_empty() { String::new() } else { format!(" ({})", lacks.join("; ")) }
}

fn unseen_table(scene: &Scene, nodes: &[&NodeVerdict]) -> String {
    if nodes.is_empty() {
        return String::new();
    }
    let mut table = Columns::new(headings(scene, ["would be".to_owned()]));
    for node in nodes {
        let verdict = match node.rejections.first() {
            None => "feasible".to_owned(),
            Some(rejection) => format!("rejected by {}: {}", rejection.plugin, rejection.reasons.join(", ")),
        };
        table.push(cells(node, [verdict]));
    }
    format!("\nNodes that were not looked at:\n{}", table_text(1, table))
}
