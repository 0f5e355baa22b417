//! API objects to compact ones. Objects come in defaulted; validity is checked elsewhere: compiling
//! never fails, it takes what cannot be read as absent.

pub mod affinity;
pub mod budget;
pub mod containers;
pub mod metadata;
pub mod node;
pub mod pod;
pub mod requests;
pub mod selector;
pub mod spread;
pub mod workload;

use crate::api::{ApiServerBehaviour, PriorityClasses};

pub use budget::compile_disruption_budget;
pub use node::compile_node;
pub use pod::{CompiledPod, OwnerText, compile_pod, compile_pod_spec, merge_label_keys};
pub use workload::{
    compile_daemon_set, compile_deployment, compile_pod_template, compile_replica_set,
    compile_selector_owner, pod_of_replica_set,
};

/// What compiling depends on besides the object.
#[derive(Clone, Debug)]
pub struct CompileContext<'a> {
    /// Which fields the API server keeps.
    pub api_server: &'a ApiServerBehaviour,
    /// The priorities that pods can name.
    pub priorities: &'a PriorityClasses,
}
