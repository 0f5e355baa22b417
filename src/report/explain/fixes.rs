//! What would make the pod fit.

use std::fmt::Write as _;

use crate::cluster::explanation::{Rejection, Scene, WhatIf};
use crate::report::as_text::table_text;
use crate::report::columns::Columns;
use crate::report::words::{counted, listed};

/// Nodes that a row names at most.
const MOST_NODES: usize = 3;

pub(super) fn table(scene: &Scene) -> String {
    let Some(what_if) = &scene.what_if else { return String::new() };
    if what_if.fixes.is_empty() {
        return no_change(what_if);
    }
    let mut table = Columns::new(["change", "touches", "the pod then fits on"]);
    for fix in &what_if.fixes {
        let touches = match fix.touches {
            "nothing" => "nothing",
            "pod" => "this pod",
            "node" => "a node",
            "otherPod" => "another pod",
            _ => "the number of nodes",
        };
        let nodes =
            if fix.fits_on.is_empty() { "the new node".to_owned() } else { listed(&fix.fits_on, MOST_NODES) };
        table.push(vec![fix.text.clone(), touches.to_owned(), nodes]);
    }
    let count = counted(what_if.fixes.len(), "kind of change", "kinds of change");
    format!("\nWhat would make it fit, each tried ({count}, the smallest first):\n{}", table_text(1, table))
}

fn no_change(what_if: &WhatIf) -> String {
    let mut text = String::from("\nNo single change makes it fit");
    let Some((node, rejections)) = &what_if.nearest else {
        text.push_str(".\n");
        return text;
    };
    if rejections.iter().map(|rejection| rejection.reasons.len()).sum::<usize>() > 1 {
        text.push_str(": each node is refused for several reasons");
    }
    let reason = |rejection: &Rejection| format!("{} ({})", rejection.plugin, rejection.reasons.join(", "));
    let reasons: Vec<String> = rejections.iter().map(reason).collect();
    let _ = writeln!(text, ". The nearest is {node}, refused by {}.", listed(&reasons, usize::MAX));
    text
}
