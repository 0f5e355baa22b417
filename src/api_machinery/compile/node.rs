//! Nodes.

use k8s_openapi::api::core::v1 as core;

use super::requests::resources_of;
use super::selector::{labels, taints};
use crate::api::{Interner, Node, NodeId, NodeImage, Timestamp};

/// A node. `default_created` stands for a creation time that is not there.
pub fn compile_node(node: &core::Node, id: NodeId, default_created: Timestamp, names: &mut Interner) -> Node {
    let spec = node.spec.as_ref();
    let status = node.status.as_ref();
    let allocatable = status.and_then(|status| status.allocatable.as_ref());
    let images = status.and_then(|status| status.images.as_deref()).unwrap_or_default();
    let declared = status.and_then(|status| status.declared_features.as_deref()).unwrap_or_default();
    let mut held = Vec::new();
    for image in images {
        for name in image.names.iter().flatten() {
            let size_bytes = image.size_bytes.unwrap_or(0);
            held.push(NodeImage { name: names.intern(name), size_bytes });
        }
    }
    Node {
        id,
        name: names.intern(node.metadata.name.as_deref().unwrap_or("")),
        labels: labels(node.metadata.labels.as_ref(), names),
        taints: taints(spec.and_then(|spec| spec.taints.as_deref()), names),
        unschedulable: spec.and_then(|spec| spec.unschedulable).unwrap_or(false),
        allocatable: resources_of(allocatable, names),
        images: held,
        declared_features: declared.iter().map(|name| names.intern(name)).collect(),
        created: node
            .metadata
            .creation_timestamp
            .as_ref()
            .map_or(default_created, super::metadata::timestamp),
    }
}
