//! What a kubelet with a machine decided about a pod.

use std::sync::Arc;

use crate::api::CpuSet;
use crate::kubelet::admission::Refusal;
use crate::kubelet::cpu_manager::Fault;
use crate::kubelet::topology_manager::NumaMask;

/// What a kubelet decided about a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Why it refused the pod, if it did.
    pub refusal: Option<Refusal>,
    /// The containers that have exclusive CPUs, by their place, with these; none where it refused.
    pub assigned: Arc<[(usize, CpuSet)]>,
    /// The containers that have devices, by their place, with the NUMA nodes that these sit on.
    pub device_nodes: Arc<[(usize, NumaMask)]>,
    /// Faults of the kubelet on the way.
    pub faults: Vec<Fault>,
    /// The pod was admitted before; the kubelet has restarted since.
    pub again: bool,
}
