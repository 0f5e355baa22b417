//! Random clusters in the form of recorded vectors (kind `scheduler-cycle`), with a pod to schedule.
//!
//! What they are made of is few words, so that selectors, taints, ports and topologies meet often. All
//! parts are drawn side by side and put together at the end, so a failing case shrinks part by part.

mod affinity;
mod containers;
mod nodes;
mod owners;
pub(crate) mod preemption;
mod selectors;
mod words;

use proptest::prelude::*;
use serde_json::{Value, json};

use self::containers::Body;
use self::nodes::Trouble;
use self::words::{NAMESPACES, NODE_LABELS, POD_LABELS, in_percent, labels, object, or_null, word};

/// A pod that is on a node: the place of the node, modulo their number, and the pod without its name.
type Existing = (usize, Value);

fn namespace() -> impl Strategy<Value = String> {
    prop_oneof![6 => Just(NAMESPACES[0].to_owned()), 2 => word(NAMESPACES)]
}

fn spec_of(body: Body, more: &Value) -> Value {
    let mut spec = object([
        ("containers", json!(body.containers)),
        ("initContainers", json!(body.init)),
        ("overhead", body.overhead),
        ("resources", body.resources),
    ]);
    for (field, value) in more.as_object().expect("fields") {
        spec[field] = value.clone();
    }
    spec
}

fn existing_pod() -> impl Strategy<Value = Existing> {
    let affinity = in_percent(45, affinity::of_existing());
    let terminating = prop::bool::weighted(0.12);
    let resize = in_percent(6, containers::resize());
    (0_usize..12, namespace(), labels(POD_LABELS, 85), containers::body(15), affinity, terminating, resize)
        .prop_map(|(place, namespace, labels, body, affinity, terminating, resize)| {
            let deleted = if terminating { json!("2025-01-01T00:00:00Z") } else { Value::Null };
            let metadata = object([
                ("namespace", json!(namespace)),
                ("labels", json!(labels)),
                ("deletionTimestamp", deleted),
            ]);
            let spec = spec_of(body, &object([("affinity", or_null(affinity))]));
            (place, object([("metadata", metadata), ("spec", spec), ("status", or_null(resize))]))
        })
}

/// A pod to schedule.
pub(crate) fn incoming_pod() -> impl Strategy<Value = Value> {
    let affinity = in_percent(70, affinity::of_incoming());
    let spread = in_percent(50, prop::collection::vec(affinity::constraint(false), 1..4));
    let tolerations = in_percent(35, prop::collection::vec(selectors::toleration(), 1..3));
    let selector = in_percent(10, labels(&NODE_LABELS[..3], 30));
    let node_name = in_percent(8, word(&["n0", "n1", "elsewhere"]));
    let owner = in_percent(30, owners::owner());
    let spec = (containers::body(20), affinity, spread, tolerations, selector, node_name);
    (namespace(), labels(POD_LABELS, 85), owner, spec).prop_map(|(namespace, labels, owner, spec)| {
        let (body, affinity, spread, tolerations, selector, node_name) = spec;
        let metadata = object([
            ("name", json!("incoming")),
            ("namespace", json!(namespace)),
            ("labels", json!(labels)),
            ("ownerReferences", or_null(owner)),
        ]);
        let more = object([
            ("affinity", or_null(affinity)),
            ("topologySpreadConstraints", or_null(spread)),
            ("tolerations", or_null(tolerations)),
            ("nodeSelector", or_null(selector)),
            ("nodeName", or_null(node_name)),
        ]);
        json!({ "metadata": metadata, "spec": spec_of(body, &more) })
    })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let flags = (prop::bool::weighted(0.3), prop::bool::weighted(0.35), prop::bool::weighted(0.3));
    flags.prop_map(|(is_tight, has_hard_taints, has_cordons)| Trouble {
        is_tight,
        has_hard_taints,
        has_cordons,
    })
}

/// A node that comes or changes later: `n0`, with the trouble of its own kind.
pub(crate) fn node() -> impl Strategy<Value = Value> {
    (nodes::draft().boxed(), trouble()).prop_map(|(draft, trouble)| nodes::finish(0, draft, trouble))
}

/// A whole case.
pub(crate) fn case() -> impl Strategy<Value = Value> {
    let nodes = (prop::collection::vec(nodes::draft().boxed(), 1..9), trouble());
    let pods = prop::collection::vec(existing_pod().boxed(), 0..16);
    (nodes, pods, incoming_pod().boxed(), selectors::namespaces(), in_percent(40, owners::defaults()))
        .prop_map(|((nodes, trouble), pods, pod, namespaces, defaults)| {
            let nodes: Vec<Value> = nodes
                .into_iter()
                .enumerate()
                .map(|(place, node)| nodes::finish(place, node, trouble))
                .collect();
            let count = nodes.len();
            let bind = |(number, (place, mut pod)): (usize, Existing)| {
                pod["metadata"]["name"] = json!(format!("p{number}"));
                pod["spec"]["nodeName"] = json!(format!("n{}", place % count));
                pod
            };
            let pods: Vec<Value> = pods.into_iter().enumerate().map(bind).collect();
            let mut vector = json!({
                "id": "random", "kind": "scheduler-cycle", "kubernetes": "v1.34.1", "featureGates": {},
                "labelKeys": "unmerged", "defaultConstraints": "System",
                "nodes": nodes, "pods": pods, "pod": pod, "namespaces": namespaces,
            });
            if let Some(defaults) = defaults {
                defaults.put_into(&mut vector);
            }
            vector
        })
}
