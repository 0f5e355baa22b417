//! What the kubelet decides about CPUs and devices when a pod arrives: CPU Manager, Topology Manager,
//! Device Manager, admission; and whether the node has room at all.
//!
//! The models follow kubelet v1.32.10, whose decisions are recorded; what changed up to 1.34 and in 1.37
//! is switched by [`crate::api::KubeletBehaviour`]. Of the Device Manager no decisions are recorded.
//! DIFFERENCE: the Memory Manager is not simulated; it would be one more [`admission::HintProvider`].

pub mod admission;
pub mod coverage;
pub mod cpu_manager;
pub mod crash_back_off;
pub mod demand;
pub mod device_manager;
pub mod general_admission;
pub mod machine;
pub mod topology_manager;

pub use machine::{LogicalCpu, Machine, MachineError, NumaNode};
