//! Features that a pod needs of its node (`k8s.io/component-helpers/nodedeclaredfeatures`, v1.35 and v1.36).
//!
//! They follow from the pod's fields. DIFFERENCE: features that releases after v1.36 add are not known here.

use k8s_openapi::api::core::v1 as core;

use super::CompileContext;
use crate::api::{Interner, Symbol};

const RESTART_ALL_CONTAINERS: &str = "RestartAllContainersOnContainerExits";
const USER_NAMESPACES_HOST_NETWORK: &str = "UserNamespacesHostNetworkSupport";

/// The features, by name; none where the scheduler does not look at them.
pub(super) fn required_features(
    spec: &core::PodSpec,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> Vec<Symbol> {
    if !context.scheduler.node_declared_features {
        return Vec::new();
    }
    let knows_user_namespaces = context.scheduler.user_namespaces_host_network_support;
    let needs = [
        (restarts_all_containers(spec), RESTART_ALL_CONTAINERS),
        (knows_user_namespaces && shares_network_only(spec), USER_NAMESPACES_HOST_NETWORK),
    ];
    needs.iter().filter(|need| need.0).map(|need| names.intern(need.1)).collect()
}

/// A rule of some container restarts all of them.
fn restarts_all_containers(spec: &core::PodSpec) -> bool {
    let containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    let mut rules = containers.flat_map(|container| container.restart_policy_rules.iter().flatten());
    rules.any(|rule| rule.action == "RestartAllContainers")
}

/// The pod is in the host's network, with users of its own.
fn shares_network_only(spec: &core::PodSpec) -> bool {
    spec.host_network == Some(true) && spec.host_users == Some(false)
}
