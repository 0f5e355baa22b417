//! The plugins, one file each, and their registry. A new plugin is its file and a line in [`REGISTRY`].
//!
//! All default filters and scores of kube-scheduler v1.34 but those for volumes (VolumeRestrictions,
//! NodeVolumeLimits, VolumeBinding, VolumeZone) and dynamic resources.

pub mod default_normalize;
pub mod image_locality;
pub mod inter_pod_affinity;
pub mod node_affinity;
pub mod node_name;
pub mod node_ports;
pub mod node_resources_balanced_allocation;
pub mod node_resources_fit;
pub mod node_unschedulable;
pub mod pod_topology_spread;
pub mod resource_weights;
pub mod scheduling_gates;
pub mod taint_toleration;
pub mod topology_counts;

use super::framework::Descriptor;

/// Every plugin there is.
pub static REGISTRY: &[Descriptor] = &[
    scheduling_gates::DESCRIPTOR,
    node_unschedulable::DESCRIPTOR,
    node_name::DESCRIPTOR,
    taint_toleration::DESCRIPTOR,
    node_affinity::DESCRIPTOR,
    node_ports::DESCRIPTOR,
    node_resources_fit::DESCRIPTOR,
    pod_topology_spread::DESCRIPTOR,
    inter_pod_affinity::DESCRIPTOR,
    node_resources_balanced_allocation::DESCRIPTOR,
    image_locality::DESCRIPTOR,
];
