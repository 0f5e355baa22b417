//! What would make the pod fit.

use crate::cluster::explanation::{Rejection, Scene, WhatIf};
use crate::report::page::columns::Columns;
use crate::report::page::{Block, Section};
use crate::report::words::{counted, listed};

/// Nodes that a row names at most.
const MOST_NODES: usize = 3;

pub(super) fn section(scene: &Scene) -> Option<Section> {
    let what_if = scene.what_if.as_ref()?;
    if what_if.fixes.is_empty() {
        return Some(vec![Block::Sentence(0, no_change(what_if))]);
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
    let heading = format!("What would make it fit, each tried ({count}, the smallest first):");
    Some(vec![Block::Heading(heading), Block::Table(1, table)])
}

fn no_change(what_if: &WhatIf) -> String {
    let none = "No single change makes it fit";
    let Some((node, rejections)) = &what_if.nearest else { return format!("{none}.") };
    let several = rejections.iter().map(|rejection| rejection.reasons.len()).sum::<usize>() > 1;
    let why = if several { ": each node is refused for several reasons" } else { "" };
    let reason = |rejection: &Rejection| format!("{} ({})", rejection.plugin, rejection.reasons.join(", "));
    let reasons: Vec<String> = rejections.iter().map(reason).collect();
    format!("{none}{why}. The nearest is {node}, refused by {}.", listed(&reasons, usize::MAX))
}
