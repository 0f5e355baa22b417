//! Random Services and controllers, which give the selector of default constraints, and pods' owners.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::affinity::constraint;
use super::selectors::label_selector;
use super::words::{NAMESPACES, POD_LABELS, in_percent, labels, object, or_null, weighted, word};

/// The fields of a vector about default constraints.
#[derive(Clone, Debug)]
pub(crate) struct Defaults {
    /// `defaultConstraintsList`, where the defaulting is `List`.
    pub(crate) list: Option<Vec<Value>>,
    /// `services`.
    pub(crate) services: Vec<Value>,
    /// `replicationControllers`, `replicaSets`, `statefulSets`.
    pub(crate) controllers: [Vec<Value>; 3],
}

impl Defaults {
    /// Writes them into a vector.
    pub(crate) fn put_into(self, vector: &mut Value) {
        let fields = ["replicationControllers", "replicaSets", "statefulSets"];
        for (field, objects) in fields.into_iter().zip(self.controllers) {
            vector[field] = json!(objects);
        }
        vector["services"] = json!(self.services);
        if let Some(list) = self.list {
            vector["defaultConstraints"] = json!("List");
            vector["defaultConstraintsList"] = json!(list);
        }
    }
}

fn namespace() -> impl Strategy<Value = String> {
    prop_oneof![5 => Just(NAMESPACES[0].to_owned()), 1 => word(NAMESPACES)]
}

fn service() -> impl Strategy<Value = Value> {
    let map = prop_oneof![3 => labels(&POD_LABELS[..1], 90), 1 => labels(POD_LABELS, 50)];
    (namespace(), in_percent(92, map)).prop_map(|(namespace, selector)| {
        let spec = selector.map_or(json!({}), |selector| json!({ "selector": selector }));
        json!({ "metadata": { "name": "{name}", "namespace": namespace }, "spec": spec })
    })
}

fn replication_controller() -> impl Strategy<Value = Value> {
    (namespace(), labels(POD_LABELS, 60)).prop_map(|(namespace, selector)| {
        json!({ "metadata": { "name": "{name}", "namespace": namespace }, "spec": { "selector": selector } })
    })
}

fn set(more: Value) -> impl Strategy<Value = Value> {
    (namespace(), label_selector()).prop_map(move |(namespace, selector)| {
        let mut spec = json!({ "selector": selector, "template": { "metadata": {} } });
        for (field, value) in more.as_object().expect("fields") {
            spec[field] = value.clone();
        }
        json!({ "metadata": { "name": "{name}", "namespace": namespace }, "spec": spec })
    })
}

/// Gives objects names by their place.
fn named(objects: Vec<Value>) -> Vec<Value> {
    let name = |(place, mut object): (usize, Value)| {
        object["metadata"]["name"] = json!(format!("o{place}"));
        object
    };
    objects.into_iter().enumerate().map(name).collect()
}

/// Services, controllers, and which default constraints there are.
pub(crate) fn defaults() -> impl Strategy<Value = Defaults> {
    let list = in_percent(30, prop::collection::vec(constraint(true), 0..3));
    let services = prop::collection::vec(service(), 0..3);
    let sets = set(json!({ "serviceName": "s" }));
    let controllers = (
        prop::collection::vec(replication_controller(), 0..2),
        prop::collection::vec(set(json!({})), 0..2),
        prop::collection::vec(sets, 0..2),
    );
    (list, services, controllers).prop_map(|(list, services, (replication, replica, stateful))| Defaults {
        list,
        services: named(services),
        controllers: [named(replication), named(replica), named(stateful)],
    })
}

/// `ownerReferences` of a pod.
pub(crate) fn owner() -> impl Strategy<Value = Value> {
    let kind = weighted(&[
        (3, "v1 ReplicationController"),
        (4, "apps/v1 ReplicaSet"),
        (3, "apps/v1 StatefulSet"),
        (1, "apps.kruise.io/v1beta1 StatefulSet"),
        (1, "extensions/v1beta1 ReplicaSet"),
        (1, "batch/v1 Job"),
    ]);
    (kind, word(&["o0", "o1"]), prop_oneof![8 => Just(Some(true)), 1 => Just(Some(false)), 1 => Just(None)])
        .prop_map(|(kind, name, controller)| {
            let (version, kind) = kind.split_once(' ').expect("two words");
            json!([object([
                ("apiVersion", json!(version)),
                ("kind", json!(kind)),
                ("name", json!(name)),
                ("uid", json!("u")),
                ("controller", or_null(controller)),
            ])])
        })
}
