//! Nodes that can take nothing.

use super::{Findings, Scene};

pub(super) fn without_allocatable(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    for source in scene.of_kind("node") {
        let allocatable =
            source.tree.pointer("/status/allocatable").and_then(kubecast_manifest::Tree::as_map);
        let has =
            |name: &str| allocatable.is_some_and(|entries| entries.iter().any(|entry| entry.key == name));
        if allocatable.is_none_or(<[_]>::is_empty) {
            findings.note(source, "/status", "the node has no status.allocatable: no pod fits on it");
        } else if !has("pods") {
            findings.note(
                source,
                "/status/allocatable",
                "allocatable has no pods: the node takes none (usual is 110)",
            );
        }
    }
}
