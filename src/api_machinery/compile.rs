//! API objects to compact ones. Objects come in defaulted; validity is checked elsewhere: compiling
//! never fails, it takes what cannot be read as absent.

pub mod affinity;
pub mod budget;
pub mod containers;
mod features;
pub mod metadata;
pub mod node;
pub mod pod;
pub mod requests;
pub mod selector;
pub mod spread;
pub mod workload;

use crate::api::{ApiServerBehaviour, Behaviour, PriorityClasses, SchedulerBehaviour};

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
    /// What the scheduler makes of them.
    pub scheduler: &'a SchedulerBehaviour,
    /// The priorities that pods can name.
    pub priorities: &'a PriorityClasses,
}

impl<'a> CompileContext<'a> {
    /// The context under a release.
    pub fn new(behaviour: &'a Behaviour, priorities: &'a PriorityClasses) -> Self {
        Self { api_server: &behaviour.api_server, scheduler: &behaviour.scheduler, priorities }
    }
}
