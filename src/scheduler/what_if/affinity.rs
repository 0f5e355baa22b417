//! Requirements of the pod on nodes and neighbours, given up one at a time; labels for nodes.

use super::case::Case;
use super::{Candidate, Change, Series, WHOLE};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::framework::WhatIf;

pub(super) fn series(case: &Case<'_>) -> Vec<Series> {
    let spec = &case.pod().spec;
    let whole = |changes: Vec<Change>| -> Series {
        changes.into_iter().map(|change| Candidate { change, amount_ppm: WHOLE }).collect()
    };
    let mut series = Vec::new();
    if case.rejects(WhatIf::HostPorts) {
        series.push(whole(spec.host_ports.iter().map(|&port| Change::DropHostPort { port }).collect()));
    }
    if case.rejects(WhatIf::NodeAffinity) {
        let labels = spec.node_selector.iter();
        series.push(whole(labels.map(|(key, value)| Change::DropNodeSelector { key, value }).collect()));
        series.push(whole(requirements(case)));
        if spec.required_node_terms.is_some() {
            series.push(whole(vec![Change::DropNodeAffinity]));
        }
        series.push(whole(labels_for_nodes(case)));
    }
    if case.rejects(WhatIf::PodAffinity) {
        let terms = 0..spec.affinity.required.len();
        series.push(whole(terms.map(|term| Change::DropAffinityTerm { term }).collect()));
        let terms = 0..spec.anti_affinity.required.len();
        series.push(whole(terms.map(|term| Change::DropAntiAffinityTerm { term }).collect()));
    }
    series
}

/// Requirements that do not stand alone in their term: a term without any matches nothing.
fn requirements(case: &Case<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (term, content) in case.pod().spec.required_node_terms.iter().flatten().enumerate() {
        if content.expressions.len() + content.fields.len() > 1 {
            let places = 0..content.expressions.len();
            changes.extend(places.map(|expression| Change::DropNodeRequirement { term, expression }));
        }
    }
    changes
}

/// Nodes that miss one label of the node selector and nothing else.
fn labels_for_nodes(case: &Case<'_>) -> Vec<Change> {
    let selector = &case.pod().spec.node_selector;
    let change = |node: &crate::scheduler::cycle::NodeRejections| {
        let labels = &case.info(node.node).node().labels;
        let missing: Vec<(Symbol, Symbol)> =
            selector.iter().filter(|&(key, value)| labels.get(key) != Some(value)).collect();
        match missing[..] {
            [(key, value)] if is_free(key, case.question.names) => {
                Some(Change::LabelNode { node: node.node, key, value })
            }
            _ => None,
        }
    };
    case.rejected_only_by(|found| found == WhatIf::NodeAffinity).filter_map(change).collect()
}

/// Whether a label says what its owner likes; Kubernetes' own say where and what a node is.
fn is_free(key: Symbol, names: &Interner) -> bool {
    let key = names.resolve(key);
    let domain = key.split_once('/').map_or("", |parts| parts.0);
    domain == "node-role.kubernetes.io"
        || !(domain == "kubernetes.io" || domain == "k8s.io" || domain.ends_with(".kubernetes.io"))
}
