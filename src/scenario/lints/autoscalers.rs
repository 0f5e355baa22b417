//! HorizontalPodAutoscalers that scale nothing.

use kubecast_manifest::Value;

use super::{Findings, Scene, text};
use crate::scenario::reference::Reference;

/// Kinds that a dump or a chart brings whole: one that is missing is not there.
const TARGETS: [&str; 4] = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

pub(super) fn without_target(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    for source in scene.of_kind("horizontalpodautoscaler") {
        for field in ["/spec/minReplicas", "/spec/maxReplicas"] {
            let written = source.tree.pointer(field).map(|tree| &tree.value);
            if !matches!(written, None | Some(Value::Number(_) | Value::Null)) {
                findings.note(
                    source,
                    field,
                    "a whole number is wanted: the API server refuses anything else",
                );
            }
        }
        let (Some(kind), Some(name)) = (
            text(&source.tree, "/spec/scaleTargetRef/kind"),
            text(&source.tree, "/spec/scaleTargetRef/name"),
        ) else {
            continue;
        };
        let target = Reference::new(kind, Some(&source.reference.namespace), name);
        let is_there = scene.plan.objects.iter().any(|other| other.reference == target);
        if TARGETS.contains(&kind) && !is_there {
            let message = format!("there is no {target} in the input: the autoscaler scales nothing");
            findings.note(source, "/spec/scaleTargetRef", &message);
        }
    }
}
