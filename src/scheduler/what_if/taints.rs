//! Tolerations, taints and cordons.

use super::case::Case;
use super::{Candidate, Change, Series, WHOLE};
use crate::api::{Node, Taint, TaintEffect};
use crate::scheduler::framework::WhatIf;

/// A toleration more, a cordon or a taint less.
pub(super) fn series(case: &Case<'_>) -> Vec<Series> {
    let kept_away = case.rejected_only_by(|found| found == WhatIf::Taints);
    let kept_away: Vec<&Node> = kept_away.map(|node| case.info(node.node).node()).collect();
    let whole = |change| Candidate { change, amount_ppm: WHOLE };
    let uncordoned = kept_away.iter().filter(|node| node.unschedulable);
    let tainted = kept_away.iter().filter(|node| !node.unschedulable).filter_map(|node| {
        // A node with several taints needs several changes.
        let [taint] = &untolerated(case, node)[..] else { return None };
        Some(Change::RemoveTaint { node: node.id, taint: taint.clone() })
    });
    vec![
        tolerations(case, &kept_away),
        uncordoned.map(|node| whole(Change::Uncordon { node: node.id })).collect(),
        tainted.map(whole).collect(),
    ]
}

/// Taints that keep the pod away, that of a cordon included, whether it is there yet or not.
fn untolerated(case: &Case<'_>, node: &Node) -> Vec<Taint> {
    let known = case.question.cache.known();
    let cordon =
        Taint { key: known.unschedulable, value: known.empty, number: None, effect: TaintEffect::NoSchedule };
    let mut taints: Vec<Taint> = node.taints.iter().filter(|taint| taint.keeps_away()).cloned().collect();
    if node.unschedulable && !taints.contains(&cordon) {
        taints.push(cordon);
    }
    taints.retain(|taint| !taint.is_tolerated_by(&case.pod().spec.tolerations));
    taints
}

/// The taints that alone keep the pod away from a node; those of the most nodes first.
fn tolerations(case: &Case<'_>, kept_away: &[&Node]) -> Series {
    let mut taints: Vec<(usize, Taint)> = Vec::new();
    for node in kept_away {
        let [taint] = &untolerated(case, node)[..] else { continue };
        match taints.iter_mut().find(|(_, known)| known == taint) {
            Some((nodes, _)) => *nodes += 1,
            None => taints.push((1, taint.clone())),
        }
    }
    taints.sort_by_key(|(nodes, _)| std::cmp::Reverse(*nodes));
    taints
        .into_iter()
        .map(|(_, taint)| Candidate { change: Change::Tolerate { taint }, amount_ppm: WHOLE })
        .collect()
}
