//! The merge of the hints of all providers into one.
//!
//! Source: kubelet v1.32, `policy.go`. The kubelet compares the merged hint of every permutation, one
//! hint from each resource. The comparison puts merged hints in one order, so that only which ones occur
//! matters. Preferred ones come of equal hints alone, and are found by looking for these in all lists; the
//! others are built up resource by resource as a set.

use std::collections::BTreeSet;

use super::hint::{NumaMask, TopologyHint};
use super::options::PolicyName;
use super::{NumaInfo, ProviderHints, ResourceHints};

/// Merges hints under a policy other than `none`.
pub(super) fn merge(
    info: &NumaInfo,
    policy: PolicyName,
    prefer_closest: bool,
    providers: &[ProviderHints],
) -> TopologyHint {
    let single = policy == PolicyName::SingleNumaNode;
    let closest = prefer_closest && !single;
    let merged = match by_summary(info, single, closest, providers) {
        Some(merged) => merged,
        None => {
            let mut lists = listed(providers);
            if single {
                for list in &mut lists {
                    list.retain(|hint| is_single_node(*hint));
                }
            }
            best(info, closest, &lists)
        }
    };
    // A single-node machine has no other choice; the policy calls that no affinity.
    if single && merged.affinity == Some(info.all) {
        TopologyHint { affinity: None, ..merged }
    } else {
        merged
    }
}

fn is_single_node(hint: TopologyHint) -> bool {
    hint.preferred && hint.affinity.is_none_or(|nodes| nodes.count() == 1)
}

/// What the merge comes to if one resource of all has a preference, and its hints are told as a whole.
fn by_summary(
    info: &NumaInfo,
    single: bool,
    closest: bool,
    providers: &[ProviderHints],
) -> Option<TopologyHint> {
    if closest {
        return None;
    }
    let mut resources = providers
        .iter()
        .filter_map(|provider| match provider {
            ProviderHints::NoPreference => None,
            ProviderHints::Resources(resources) => Some(resources),
        })
        .flatten()
        .filter(|hints| **hints != ResourceHints::NoPreference);
    let (Some(ResourceHints::Cpus(hints)), None) = (resources.next(), resources.next()) else {
        return None;
    };
    let found = if single { hints.single_node() } else { hints.narrowest() };
    Some(found.unwrap_or(TopologyHint { affinity: Some(info.all), preferred: false }))
}

/// One list for each resource; no preference is a preferred hint without affinity, and a request that
/// cannot be satisfied one that is not preferred.
fn listed(providers: &[ProviderHints]) -> Vec<Vec<TopologyHint>> {
    let any = |preferred| vec![TopologyHint { affinity: None, preferred }];
    let of = |hints: &ResourceHints| match hints {
        ResourceHints::NoPreference => any(true),
        ResourceHints::List(list) if list.is_empty() => any(false),
        ResourceHints::List(list) => list.clone(),
        ResourceHints::Cpus(hints) => {
            let list = hints.list();
            if list.is_empty() { any(false) } else { list }
        }
    };
    let mut lists = Vec::new();
    for provider in providers {
        match provider {
            ProviderHints::NoPreference => lists.push(any(true)),
            ProviderHints::Resources(resources) if resources.is_empty() => lists.push(any(true)),
            ProviderHints::Resources(resources) => lists.extend(resources.iter().map(of)),
        }
    }
    lists
}

/// The best of the permutations that merge to preferred: those of preferred hints for one and the same set of
/// nodes, or for any. They need no going through all permutations, and none of the others is better.
fn best_preferred(info: &NumaInfo, closest: bool, lists: &[Vec<TopologyHint>]) -> Option<NumaMask> {
    if lists.is_empty() {
        return Some(info.all);
    }
    let preferred: Vec<BTreeSet<Option<NumaMask>>> = lists
        .iter()
        .map(|list| list.iter().filter(|hint| hint.preferred).map(|hint| hint.affinity).collect())
        .collect();
    let wanted: BTreeSet<Option<NumaMask>> = preferred.iter().flatten().copied().collect();
    let in_all =
        |nodes: &Option<NumaMask>| preferred.iter().all(|list| list.contains(nodes) || list.contains(&None));
    let masks = wanted.into_iter().filter(in_all).map(|nodes| nodes.unwrap_or(info.all));
    let masks = masks.map(|nodes| NumaMask(nodes.0 & info.all.0)).filter(|nodes| nodes.count() > 0);
    masks.reduce(|best, nodes| if narrower(info, closest, nodes, best) { nodes } else { best })
}

fn narrower(info: &NumaInfo, closest: bool, one: NumaMask, other: NumaMask) -> bool {
    if closest { info.is_closer(one, other) } else { one.is_narrower_than(other) }
}

fn best(info: &NumaInfo, closest: bool, lists: &[Vec<TopologyHint>]) -> TopologyHint {
    if let Some(nodes) = best_preferred(info, closest, lists) {
        return TopologyHint { affinity: Some(nodes), preferred: true };
    }
    // The largest, over resources, of the narrowest hint's number of nodes.
    let target = lists
        .iter()
        .filter_map(|list| list.iter().filter_map(|hint| hint.affinity).map(NumaMask::count).min())
        .max()
        .unwrap_or(0);
    let mut merged = BTreeSet::from([info.all]);
    for list in lists {
        let of = |hint: &TopologyHint| hint.affinity.unwrap_or(info.all);
        merged = merged
            .iter()
            .flat_map(|so_far| list.iter().map(move |hint| NumaMask(so_far.0 & of(hint).0)))
            .collect();
    }
    let found = merged.into_iter().filter(|nodes| nodes.count() > 0);
    let best =
        found.reduce(|best, nodes| if is_better(info, closest, target, nodes, best) { nodes } else { best });
    TopologyHint { affinity: Some(best.unwrap_or(info.all)), preferred: false }
}

/// Whether nodes that are not preferred take the place of the best so far: as close to the target as can be
/// from below, else as narrow as can be.
fn is_better(info: &NumaInfo, closest: bool, target: u32, nodes: NumaMask, best: NumaMask) -> bool {
    let (one, other) = (nodes.count(), best.count());
    match (one <= target, other <= target) {
        (true, false) => true,
        (false, true) => false,
        (true, true) if one != other => one > other,
        _ => narrower(info, closest, nodes, best),
    }
}
