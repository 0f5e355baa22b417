//! Objects that pods are in: nodes and namespaces.

use super::{Labels, NamespaceId, NodeId, Resources, Taint, Timestamp};
use crate::kernel::Symbol;

/// A node as scheduler, controllers and kubelet see it.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its number.
    pub id: NodeId,
    /// `metadata.name`.
    pub name: Symbol,
    /// `metadata.labels`.
    pub labels: Labels,
    /// `spec.taints`, in order.
    pub taints: Vec<Taint>,
    /// `spec.unschedulable` (cordoned).
    pub unschedulable: bool,
    /// `status.allocatable`; pods included.
    pub allocatable: Resources,
    /// `status.images`: every name of an image on this node, with its size.
    pub images: Vec<NodeImage>,
    /// `status.declaredFeatures`.
    pub declared_features: Vec<Symbol>,
    /// `metadata.creationTimestamp`.
    pub created: Timestamp,
}

/// A namespace.
#[derive(Clone, Debug)]
pub struct Namespace {
    /// Its number.
    pub id: NamespaceId,
    /// `metadata.name`.
    pub name: Symbol,
    /// `metadata.labels`, with the name as `kubernetes.io/metadata.name`.
    pub labels: Labels,
}

/// A container image that a node holds, under one of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeImage {
    /// The name as the node reports it. (The scheduler adds `:latest` to the names in pods only.)
    pub name: Symbol,
    /// Size in bytes.
    pub size_bytes: i64,
}
