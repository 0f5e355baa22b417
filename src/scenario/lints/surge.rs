//! Rolling updates that cannot go on by arithmetic.

use kubecast_manifest::Tree;

use super::{Findings, Scene, text};
use crate::api::{Deployment, IntOrPercent, Strategy};

/// Surge and unavailable pods as the Deployment controller rounds them: both 0 make one unavailable.
fn room(deployment: &Deployment) -> Option<(i32, i32)> {
    let Strategy::RollingUpdate { max_surge, max_unavailable } = deployment.strategy else { return None };
    let scaled = |value: IntOrPercent, up| value.scaled(deployment.replicas, up);
    let (surge, unavailable) = (scaled(max_surge, true), scaled(max_unavailable, false));
    Some(if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) })
}

/// Every node that may take a pod has one of the Deployment, and each must stay until a new one is ready.
pub(super) fn anti_affinity(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    for (source, deployment) in scene.deployments() {
        let spec = &deployment.template.pod;
        if room(deployment).is_none_or(|(_, unavailable)| unavailable > 0) || deployment.replicas == 0 {
            continue;
        }
        for term in &spec.anti_affinity.required {
            let own = term.selector.as_ref().is_some_and(|selector| selector.matches(&spec.labels));
            let nodes = &scene.setup.nodes;
            let takes = |node: &&crate::api::Node| {
                let kept_away = node
                    .taints
                    .iter()
                    .any(|taint| taint.keeps_away() && !taint.is_tolerated_by(&spec.tolerations));
                !node.unschedulable && !kept_away
            };
            let domains: std::collections::BTreeSet<_> =
                nodes.iter().filter(takes).filter_map(|node| node.labels.get(term.topology_key)).collect();
            let domains = i32::try_from(domains.len()).unwrap_or(i32::MAX);
            if own && domains > 0 && deployment.replicas >= domains {
                let message = format!(
                    "{} replicas with required anti-affinity to each other on {domains} domains of {}: with maxUnavailable 0 a \
                     rolling update waits for ever for room for its first new pod",
                    deployment.replicas,
                    scene.setup.names.resolve(term.topology_key)
                );
                findings.note(source, "/spec/strategy", &message);
            }
        }
    }
}

/// A volume for one node or one pod, which the old pod holds while the new one comes.
pub(super) fn volume(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    for (source, deployment) in scene.deployments() {
        if room(deployment).is_none_or(|(surge, _)| surge == 0) {
            continue;
        }
        let volumes =
            source.tree.pointer("/spec/template/spec/volumes").and_then(Tree::as_seq).unwrap_or_default();
        for (index, volume) in volumes.iter().enumerate() {
            let Some(name) = text(volume, "/persistentVolumeClaim/claimName") else { continue };
            let claim = scene.of_kind("persistentvolumeclaim").find(|claim| {
                claim.reference.name == name && claim.reference.namespace == source.reference.namespace
            });
            let modes =
                claim.and_then(|claim| claim.tree.pointer("/spec/accessModes")).and_then(Tree::as_seq);
            let once = modes
                .unwrap_or_default()
                .iter()
                .filter_map(Tree::as_str)
                .all(|mode| mode.starts_with("ReadWriteOnce"));
            if modes.is_some() && once {
                let at = format!("/spec/template/spec/volumes/{index}");
                let message = format!(
                    "the claim {name} can be used on one node only: a new pod of a rolling update waits for it while the old one \
                     runs elsewhere; Recreate, or maxSurge 0, gives it free first"
                );
                findings.note(source, &at, &message);
            }
        }
    }
}

/// New pods become available after the deadline.
pub(super) fn deadline(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    for (source, deployment) in scene.deployments() {
        let spec = &deployment.template.pod;
        let delay = i64::from(deployment.min_ready_seconds) + spec.readiness_initial_delay_seconds;
        let Some(deadline) = deployment.progress_deadline_seconds else { continue };
        if delay >= i64::from(deadline) {
            let message = format!(
                "a pod is available after {delay} s at the earliest (initialDelaySeconds and minReadySeconds), and \
                 progressDeadlineSeconds is {deadline}: every rollout is reported as failed"
            );
            findings.note(source, "/spec/progressDeadlineSeconds", &message);
        }
    }
}
