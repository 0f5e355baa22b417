//! Topology spread constraints that do not spread.

use super::{Findings, Scene};
use crate::api::{LabelSelector, PodSpec, SpreadConstraint};

/// Whether a constraint counts the pods that carry it; label keys that are merged in match by themselves.
fn counts_its_own(constraint: &SpreadConstraint, spec: &PodSpec) -> Option<bool> {
    let selector = constraint.selector.as_ref()?;
    let own = |key| !constraint.match_label_keys.contains(&key);
    Some(selector.requirements.iter().filter(|one| own(one.key)).all(|one| one.matches(&spec.labels)))
}

pub(super) fn misses_own_labels(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    for (source, pointer, spec) in scene.specs() {
        for (index, constraint) in spec.spread_constraints.iter().enumerate() {
            if counts_its_own(constraint, spec) == Some(false) {
                let at = format!("{pointer}/topologySpreadConstraints/{index}/labelSelector");
                findings.note(
                    source,
                    &at,
                    "the selector of the spread constraint does not match the pod's own labels, so that its pods are not \
                     counted and all may go to one domain",
                );
            }
        }
    }
}

pub(super) fn key_on_no_node(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    let nodes = &scene.setup.nodes;
    if nodes.is_empty() {
        return;
    }
    for (source, pointer, spec) in scene.specs() {
        for (index, constraint) in spec.spread_constraints.iter().enumerate() {
            if nodes.iter().all(|node| node.labels.get(constraint.topology_key).is_none()) {
                let key = scene.setup.names.resolve(constraint.topology_key);
                let at = format!("{pointer}/topologySpreadConstraints/{index}/topologyKey");
                findings.note(
                    source,
                    &at,
                    &format!("no node has the label {key}, which the spread constraint is about"),
                );
            }
        }
    }
}

pub(super) fn without_effect(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    for (source, pointer, spec) in scene.specs() {
        for (index, constraint) in spec.spread_constraints.iter().enumerate() {
            let at = format!("{pointer}/topologySpreadConstraints/{index}");
            let selects_nobody = constraint.selector.as_ref().is_none_or(LabelSelector::is_empty);
            if selects_nobody && constraint.match_label_keys.is_empty() {
                findings.note(
                    source,
                    &at,
                    "the spread constraint has no labelSelector: it counts no pod and spreads none",
                );
            }
        }
    }
    for (source, deployment) in scene.deployments() {
        for (index, constraint) in deployment.template.pod.spread_constraints.iter().enumerate() {
            let replicas = deployment.replicas;
            if replicas > 1 && constraint.max_skew >= replicas {
                let at = format!("/spec/template/spec/topologySpreadConstraints/{index}/maxSkew");
                let message = format!(
                    "maxSkew {} lets all {replicas} replicas go to one domain: the spread constraint has no effect",
                    constraint.max_skew
                );
                findings.note(source, &at, &message);
            }
        }
    }
}
