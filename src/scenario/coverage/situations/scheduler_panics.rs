//! Inputs on which the release's kube-scheduler panics: it starts anew and panics again, and nothing is scheduled.

use super::{Scene, counted};
use crate::api::{NodeSelectorOperator, NodeSelectorTerm, Pod};
use crate::cluster::setup::ClusterSetup;
use crate::scenario::coverage::gap::Gap;
use crate::scheduler::cycle::crash;

pub(super) fn gaps(scene: &Scene<'_>) -> Vec<Gap> {
    let setup = scene.setup;
    let told = |what: &str, panic: &str, pods: usize| {
        let effect = format!(
            "kube-scheduler of this release panics on them ({panic}), starts anew and panics again; here no pod is scheduled \
             either where it does"
        );
        Gap::new(what, effect).counted(counted(pods, "pod", "pods")).decisive(true)
    };
    let active = || setup.pods.iter().filter(|pod| !pod.is_finished());
    let unset = active().filter(|pod| pod.node.is_some() && pod.spec.requests.panics).count();
    let lost = active().filter(|pod| pod.node.is_none() && names_no_node(pod, setup)).count();
    let panics = setup.behaviour.scheduler.no_named_node_panics;
    let mut gaps = Vec::new();
    if unset > 0 {
        gaps.push(told("containers whose status has requests that they do not make", crash::NIL_MAP, unset));
    }
    if panics && lost > 0 {
        gaps.push(told("node affinity to nodes that are not there", crash::DIVIDE_BY_ZERO, lost));
    }
    gaps
}

/// Whether every term names nodes, none of which is there.
fn names_no_node(pod: &Pod, setup: &ClusterSetup) -> bool {
    let Some(terms) = pod.spec.required_node_terms.as_ref().filter(|terms| !terms.is_empty()) else {
        return false;
    };
    let names_absent = |term: &NodeSelectorTerm| {
        term.fields.iter().any(|field| {
            field.operator == NodeSelectorOperator::In
                && !setup.nodes.iter().any(|node| field.values.contains(&node.name))
        })
    };
    terms.iter().all(names_absent)
}
