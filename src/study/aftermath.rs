//! What the end of runs shows to be left out of the simulation, or not to be finished: the second look at the
//! ledger.

use super::summary::VariantResult;
use crate::measures::Aftermath;
use crate::scenario::coverage::gap::{EVICTIONS, LOST_NODES};
use crate::scenario::{Gap, Ledger};

/// The ledger with what happened in the runs: the most of any run.
#[must_use]
pub fn with_what_happened(ledger: &Ledger, results: &[VariantResult]) -> Ledger {
    let runs = results.iter().flat_map(|result| &result.runs);
    let most = runs.map(|run| run.aftermath.clone()).fold(Aftermath::default(), Aftermath::max);
    let mut ledger = ledger.clone();
    for gap in gaps(&most) {
        ledger.add(gap.decisive(true));
    }
    ledger.unfinished = most.unfinished;
    ledger
}

fn gaps(end: &Aftermath) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let pods = |count: usize| format!("{count} {}", if count == 1 { "pod" } else { "pods" });
    if end.on_lost_nodes > 0 {
        let effect = "at the end they are bound to nodes that left; a cluster deletes them, and their controllers make \
                      new ones, here they stay";
        gaps.push(Gap::new(LOST_NODES, effect).counted(pods(end.on_lost_nodes)));
    }
    if end.to_evict > 0 {
        let effect = "at the end their node has a NoExecute taint that they do not tolerate, or not for long; a cluster \
                      evicts them, here they stay";
        gaps.push(Gap::new(EVICTIONS, effect).counted(pods(end.to_evict)));
    }
    gaps
}
