//! Smaller requests, larger nodes.

use super::case::Case;
use super::{Candidate, Change, Series, WHOLE};
use crate::api::NodeId;
use crate::scheduler::framework::WhatIf;
use crate::scheduler::plugins::node_resources_fit::{Scarce, Shortage, shortages};
use crate::scheduler::plugins::resource_weights::ResourceName;

/// Of each resource the largest request that some node can hold, and the smallest addition to a node.
/// Nodes that lack two things need two changes.
pub(super) fn series(case: &Case<'_>) -> Vec<Series> {
    let question = case.question;
    let args = question.profile.args.of();
    let lacking = |node: NodeId| {
        let lines = shortages(question.pod, case.info(node), args, question.names);
        <[Shortage; 1]>::try_from(lines).ok().map(|[line]| (node, line))
    };
    let short = case.rejected_only_by(|found| found == WhatIf::Resources);
    let short: Vec<(NodeId, Shortage)> = short.filter_map(|node| lacking(node.node)).collect();
    let mut kinds: Vec<Scarce> = Vec::new();
    for (_, line) in &short {
        if !kinds.contains(&line.what) {
            kinds.push(line.what);
        }
    }
    let mut series = Vec::new();
    for what in kinds {
        let lines = || short.iter().filter(move |pair| pair.1.what == what);
        if let Scarce::Resource(resource) = what {
            series.push(lower(resource, lines().map(|pair| pair.1)));
        }
        series.push(add(lines()));
    }
    series
}

fn lower(resource: ResourceName, lines: impl Iterator<Item = Shortage>) -> Series {
    // A request of 0 fits where nothing is left.
    let mut targets: Vec<(i64, i64)> = lines.map(|line| (line.free().max(0), line.wanted)).collect();
    targets.sort_unstable_by(|a, b| b.cmp(a));
    targets.dedup();
    let candidate = |(to, from): (i64, i64)| Candidate {
        change: Change::LowerRequest { resource, from, to },
        amount_ppm: share(from - to, from),
    };
    targets.into_iter().map(candidate).collect()
}

fn add<'s>(lines: impl Iterator<Item = &'s (NodeId, Shortage)>) -> Series {
    let mut additions: Series = lines
        .map(|&(node, line)| Candidate {
            change: Change::AddResource { node, what: line.what, amount: line.missing() },
            amount_ppm: share(line.missing(), line.allocatable),
        })
        .collect();
    additions.sort_by_key(|candidate| candidate.amount_ppm);
    additions
}

/// A part of a whole in millionths, rounded up; a whole more of what there was nothing of.
fn share(part: i64, whole: i64) -> u64 {
    if whole <= 0 {
        return WHOLE;
    }
    let millionths = (i128::from(part) * i128::from(WHOLE) + i128::from(whole) - 1) / i128::from(whole);
    u64::try_from(millionths).unwrap_or(u64::MAX)
}
