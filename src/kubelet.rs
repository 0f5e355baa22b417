//! What the kubelet decides about CPUs: CPU Manager, Topology Manager, device hints, admission.

pub mod machine;

pub use machine::{LogicalCpu, Machine, MachineError, NumaNode};
