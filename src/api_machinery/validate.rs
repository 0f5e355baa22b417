//! Validation, as the API server does when an object is created (core/validation, apps/validation,
//! batch/validation, scheduling/validation and apimachinery, v1.34), in its own words.
//!
//! Objects come in with their defaults ([`defaults`](super::defaults)). Fields that a feature gate drops
//! are dropped before anything looks at them, so they are not looked at here either. What a live
//! cluster shows goes through the same rules; only what can no longer be wrong in an object that exists
//! (it has a `uid`) is passed over: its deletion cost, the label keys merged into its selectors, the
//! containers of a pod. The status is not validated, except for the resources of nodes.
//!
//! Where the API server's path leads past the field, the message keeps it and [`Fault::path`] has the
//! right one.
//!
//! DIFFERENCE: kubecast takes less than the API server does; each module says what. In short: images,
//! a Service's ports and a ReplicationController's template may be missing, a node needs no resources,
//! a namespace is `default` where none is given, a priority may be a number. Not looked at are fields
//! that no model reads: volumes, environment, security contexts, lifecycle hooks, DNS settings, claims
//! of devices. But for the fields that gates drop, the rules are those of 1.34 in every release: the
//! `restartPolicy` of ordinary containers, which 1.35 allows, is refused. A selector that is given as
//! `{}` cannot be told from one that is missing; it is answered as missing.

mod affinity;
mod cluster;
mod containers;
mod fault;
mod label_keys;
mod labels;
mod metadata;
mod names;
#[cfg(test)]
mod never_panics;
mod passive;
mod path;
mod pod;
mod pod_resources;
mod probes;
mod quantities;
#[cfg(test)]
mod real_input;
mod rolling;
mod scope;
mod service;
mod spread;
#[cfg(test)]
pub(in crate::api_machinery) mod testing;
mod tolerations;
mod value;
mod workload;

use kubecast_manifest::Object;

use crate::api::ApiServerBehaviour;
use fault::Faults;

pub use fault::Fault;

/// Everything that the API server would refuse an object for; nothing if it would take it.
pub fn validate(object: &Object, behaviour: &ApiServerBehaviour) -> Vec<Fault> {
    let mut faults = Faults::default();
    let behaviour = *behaviour;
    match object {
        Object::Pod(pod) => pod::pod(pod, behaviour, &mut faults),
        Object::Node(node) => cluster::node(node, &mut faults),
        Object::Service(service) => service::service(service, &mut faults),
        Object::Namespace(namespace) => cluster::namespace(namespace, &mut faults),
        Object::ReplicationController(controller) => {
            workload::replication_controller(controller, behaviour, &mut faults);
        }
        Object::Deployment(deployment) => workload::deployment(deployment, behaviour, &mut faults),
        Object::ReplicaSet(set) => workload::replica_set(set, behaviour, &mut faults),
        Object::StatefulSet(set) => passive::stateful_set(set, behaviour, &mut faults),
        Object::DaemonSet(set) => passive::daemon_set(set, behaviour, &mut faults),
        Object::Job(job) => passive::job(job, behaviour, &mut faults),
        Object::PriorityClass(class) => cluster::priority_class(class, &mut faults),
        Object::PodDisruptionBudget(budget) => cluster::disruption_budget(budget, &mut faults),
        Object::Other { .. } => {}
    }
    faults.finish()
}
