//! A node's machine and the settings of its kubelet's managers.

use std::sync::Arc;

use crate::api::Symbol;
use crate::kubelet::Machine;
use crate::kubelet::cpu_manager::StaticPolicy;
use crate::kubelet::device_manager::DeviceResource;
use crate::kubelet::topology_manager::{NumaInfo, TopologyManagerConfig};

/// A machine with its kubelet's managers, checked; nodes of one kind share it.
#[derive(Clone, Debug)]
pub struct KubeletSetup {
    /// The place in `spec.kubelets` of the entry that it comes from.
    pub entry: usize,
    /// The machine.
    pub machine: Machine,
    /// Its NUMA nodes.
    pub numa: NumaInfo,
    /// The Topology Manager's settings.
    pub topology_manager: TopologyManagerConfig,
    /// The CPU Manager's static policy; `None`: the policy `none`.
    pub cpu_policy: Option<StaticPolicy>,
    /// Extended resources whose devices the node has, by name.
    pub devices: Vec<(Symbol, DeviceResource)>,
}

/// Other settings for a kubelet.
#[derive(Clone, Debug)]
pub struct KubeletChange {
    /// Its managers.
    pub setup: Arc<KubeletSetup>,
    /// The node's allocatable CPU under them, thousandths.
    pub allocatable_milli_cpu: i64,
}
