//! One node more.

use super::case::Case;
use super::{Candidate, Change, MOST_TRIALS, Series, WHOLE};
use crate::api::{Labels, Node, NodeId, WhenUnsatisfiable};
use crate::kernel::Symbol;

/// Kinds of nodes that are told apart at most; the rest of the trials is for new domains.
const MOST_KINDS: usize = MOST_TRIALS * 3 / 4;

/// One of every kind of node (labels but the host name, taints, size), those with the fewest rejecting
/// plugins first; then the first of them in a domain of its own.
pub(super) fn series(case: &Case<'_>) -> Vec<Series> {
    let kinds = kinds(case);
    let same = kinds.iter().map(|&like| Change::AddNode { like, apart: None });
    let mut changes: Vec<Change> = same.collect();
    for key in keys_of_domains(case) {
        changes.extend(kinds.first().map(|&like| Change::AddNode { like, apart: Some(key) }));
    }
    vec![changes.into_iter().map(|change| Candidate { change, amount_ppm: WHOLE }).collect()]
}

fn kinds(case: &Case<'_>) -> Vec<NodeId> {
    let hostname = case.question.cache.known().hostname;
    let mut kinds: Vec<(NodeId, Labels, &Node)> = Vec::new();
    let nearest = case.rejections.nearest_first();
    // A PreFilter that rejects the pod as a whole leaves no node to be asked; any may do then.
    let order: Vec<NodeId> = if nearest.is_empty() {
        case.question.cache.nodes().to_vec()
    } else {
        nearest.iter().map(|node| node.node).collect()
    };
    for id in order {
        if kinds.len() == MOST_KINDS {
            break;
        }
        let node = case.info(id).node();
        let mut labels = node.labels.clone();
        labels.remove(hostname);
        let same = |(_, known, other): &(NodeId, Labels, &Node)| {
            *known == labels && other.taints == node.taints && other.allocatable == node.allocatable
        };
        if !kinds.iter().any(same) {
            kinds.push((id, labels, node));
        }
    }
    kinds.into_iter().map(|kind| kind.0).collect()
}

/// The keys of the pod's hard constraints and required anti-affinity. Every new node is a new host.
fn keys_of_domains(case: &Case<'_>) -> Vec<Symbol> {
    let spec = &case.pod().spec;
    let constraints = spec.spread_constraints.iter();
    let hard = constraints.filter(|line| line.when_unsatisfiable == WhenUnsatisfiable::DoNotSchedule);
    let apart = spec.anti_affinity.required.iter().map(|term| term.topology_key);
    let mut keys: Vec<Symbol> = Vec::new();
    for key in hard.map(|line| line.topology_key).chain(apart) {
        if key != case.question.cache.known().hostname && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}
