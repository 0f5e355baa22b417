//! What the models together declare of the fields of the store's objects, beside those that every object has.

use crate::api::coverage::Coverage::{Irrelevant, Object, Simulated};
use crate::api::coverage::metadata::{METADATA, NETWORK, OTHER_FINALIZERS};
use crate::api::coverage::{Field, Shape};
use crate::{controllers, kubelet, scheduler, service_ip};

const POD_SPEC: Shape = &[scheduler::coverage::POD_SPEC, kubelet::coverage::POD_SPEC];
const TEMPLATE: &[Field] = &[(
    "template",
    Object(&[&[("metadata", Object(&[METADATA, OTHER_FINALIZERS])), ("spec", Object(POD_SPEC))]]),
)];

/// Pods.
pub const POD: &[Field] = &[
    ("spec", Object(POD_SPEC)),
    ("status", Object(&[scheduler::coverage::POD_STATUS, kubelet::coverage::POD_STATUS])),
];
/// Nodes.
pub const NODE: &[Field] = &[
    ("spec", Object(&[scheduler::coverage::NODE_SPEC, kubelet::coverage::NODE_SPEC])),
    ("status", Object(&[scheduler::coverage::NODE_STATUS, kubelet::coverage::NODE_STATUS])),
];
/// Deployments.
pub const DEPLOYMENT: &[Field] =
    &[("spec", Object(&[controllers::coverage::DEPLOYMENT_SPEC, TEMPLATE])), ("status", Simulated)];
/// DaemonSets.
pub const DAEMON_SET: &[Field] =
    &[("spec", Object(&[controllers::coverage::DAEMON_SET_SPEC, TEMPLATE])), ("status", Simulated)];
/// ReplicaSets.
pub const REPLICA_SET: &[Field] =
    &[("spec", Object(&[controllers::coverage::REPLICA_SET_SPEC, TEMPLATE])), ("status", Simulated)];
/// Services.
pub const SERVICE: &[Field] =
    &[("spec", Object(&[service_ip::coverage::SERVICE_SPEC])), ("status", Irrelevant(NETWORK))];
