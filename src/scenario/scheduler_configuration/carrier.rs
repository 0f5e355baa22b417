//! Arguments that have the types of a pod's fields (node affinity, topology spread constraints) are decoded
//! as those of a pod that carries them, by the one decoder of Kubernetes' types.

use k8s_openapi::api::core::v1 as core;
use kubecast_manifest::{Object, Tree, decode_object};
use serde_json::json;

use super::decode::below;
use super::faults::{At, Faults};

/// `defaultConstraints`, at `at`.
pub(super) fn constraints(
    tree: &Tree,
    at: &At,
    faults: &mut Faults<'_>,
) -> Vec<core::TopologySpreadConstraint> {
    let spec = carried("topologySpreadConstraints", tree, at, faults);
    spec.and_then(|spec| spec.topology_spread_constraints).unwrap_or_default()
}

/// `addedAffinity`, at `at`.
pub(super) fn node_affinity(tree: &Tree, at: &At, faults: &mut Faults<'_>) -> Option<core::NodeAffinity> {
    carried("affinity.nodeAffinity", tree, at, faults)?.affinity?.node_affinity
}

/// The spec of a pod with a tree in a field.
fn carried(field: &str, tree: &Tree, at: &At, faults: &mut Faults<'_>) -> Option<core::PodSpec> {
    let path = format!("spec.{field}");
    let mut pod = Tree::from_json(&json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "carrier"}, "spec": {"containers": []},
    }));
    pod.set(&format!("/{}", path.replace('.', "/")), tree.clone()).expect("mappings lead to the field");
    let own = |written: &str| {
        let rest = written.strip_prefix(path.as_str()).unwrap_or_default();
        match rest.strip_prefix('.') {
            Some(rest) => below(at, rest),
            None => format!("{}{rest}", at.place()),
        }
    };
    match decode_object(&pod) {
        Err(mut error) => {
            error.path = own(&error.path);
            faults.at_line((error.line, error.column), error);
            None
        }
        Ok(decoded) => {
            for mut unknown in decoded.unknown_fields {
                unknown.path = own(&unknown.path);
                faults.at_line((unknown.line, unknown.column), unknown);
            }
            let Object::Pod(pod) = decoded.object else { return None };
            pod.spec
        }
    }
}
