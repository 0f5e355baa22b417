//! The merge of the hints of all providers into one.
//!
//! Source: kubelet v1.32, `policy.go`. The kubelet compares the merged hint of every permutation, one
//! hint from each resource. The comparison puts merged hints in one order, so that only which ones occur
//! matters: they are built up resource by resource as a set, and the best is the least of them.

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

/// What a permutation has come to so far.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Partial {
    nodes: NumaMask,
    /// The affinity that all hints so far share, if any has one.
    common: Option<NumaMask>,
    preferred: bool,
}

fn best(info: &NumaInfo, closest: bool, lists: &[Vec<TopologyHint>]) -> TopologyHint {
    // The largest, over resources, of the narrowest hint's number of nodes.
    let target = lists
        .iter()
        .filter_map(|list| list.iter().filter_map(|hint| hint.affinity).map(NumaMask::count).min())
        .max()
        .unwrap_or(0);
    let start = Partial { nodes: info.all, common: None, preferred: true };
    let mut partial = BTreeSet::from([start]);
    for list in lists {
        partial = partial.iter().flat_map(|so_far| list.iter().map(|hint| so_far.with(*hint))).collect();
    }
    let candidates = partial.iter().filter(|merged| merged.nodes.count() > 0);
    let mut best: Option<Partial> = None;
    for candidate in candidates {
        if best.is_none_or(|current| is_better(info, closest, target, *candidate, current)) {
            best = Some(*candidate);
        }
    }
    match best {
        Some(best) => TopologyHint { affinity: Some(best.nodes), preferred: best.preferred },
        None => TopologyHint { affinity: Some(info.all), preferred: false },
    }
}

impl Partial {
    fn with(self, hint: TopologyHint) -> Self {
        let Some(nodes) = hint.affinity else {
            return Self { preferred: self.preferred && hint.preferred, ..self };
        };
        // Hints with different nodes never merge to a preferred one.
        let alike = self.common.is_none_or(|common| common == nodes);
        Self {
            nodes: NumaMask(self.nodes.0 & nodes.0),
            common: self.common.or(Some(nodes)),
            preferred: self.preferred && hint.preferred && alike,
        }
    }
}

/// Whether a candidate takes the place of the current best.
fn is_better(info: &NumaInfo, closest: bool, target: u32, candidate: Partial, current: Partial) -> bool {
    if candidate.preferred != current.preferred {
        return candidate.preferred;
    }
    let narrower = || {
        if closest {
            info.is_closer(candidate.nodes, current.nodes)
        } else {
            candidate.nodes.is_narrower_than(current.nodes)
        }
    };
    if candidate.preferred {
        return narrower();
    }
    // As close to the target as can be from below; else as narrow as can be.
    let (one, other) = (candidate.nodes.count(), current.nodes.count());
    match (one <= target, other <= target) {
        (true, false) => true,
        (false, true) => false,
        (true, true) if one != other => one > other,
        _ => narrower(),
    }
}
