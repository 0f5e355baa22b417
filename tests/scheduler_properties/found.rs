//! Faults that random clusters brought to light, and cases too rare for them, kept with what Kubernetes
//! v1.34 does by its source.

use kubecast::conformance::scheduler_cycle;
use serde_json::{Value, json};

use super::agrees_with_the_twin;

/// Two nodes with room, `n0` with a pod of these labels, and a pod `app=web` to schedule.
fn cluster(existing: &Value, more: &Value) -> Value {
    let node = |name: &str| {
        json!({
            "metadata": { "name": name, "labels": { "kubernetes.io/hostname": name, "generation": "1" } },
            "status": { "allocatable": { "cpu": "4", "memory": "4Gi", "pods": "10" } },
        })
    };
    let container = json!([{ "name": "c0" }]);
    let mut vector = json!({
        "kind": "scheduler-cycle", "kubernetes": "v1.34.1", "labelKeys": "unmerged",
        "defaultConstraints": "System", "nodes": [node("n0"), node("n1")],
        "pods": [{
            "metadata": { "name": "p0", "namespace": "default", "labels": existing },
            "spec": { "containers": container, "nodeName": "n0" },
        }],
        "pod": {
            "metadata": { "name": "new", "namespace": "default", "labels": { "app": "web" } },
            "spec": { "containers": container },
        },
    });
    for (field, value) in more.as_object().expect("fields") {
        vector[field] = value.clone();
    }
    vector
}

fn owned_by(mut vector: Value, api_version: &str, kind: &str) -> Value {
    vector["pod"]["metadata"]["ownerReferences"] =
        json!([{ "apiVersion": api_version, "kind": kind, "name": "o", "uid": "u", "controller": true }]);
    vector
}

/// The library's answer, which must be the twin's too.
fn answer(vector: &Value) -> Value {
    agrees_with_the_twin(vector).expect("the twin's answer");
    scheduler_cycle::check(vector).expect("an answer")["expect"].take()
}

/// The raw spread scores of both nodes; null where there are none.
fn spread_scores(vector: &Value) -> Value {
    let answer = answer(vector);
    let raw = |node: &str| answer["scores"][node]["PodTopologySpread"]["raw"].clone();
    json!([raw("n0"), raw("n1")])
}

/// A preference that another takes back is still one: only a cluster without any makes the plugin skip.
#[test]
fn preferences_that_cancel_out_score_nothing_but_score() {
    let mut vector = cluster(&json!({ "app": "web" }), &json!({}));
    let term = json!({
        "topologyKey": "kubernetes.io/hostname", "labelSelector": { "matchLabels": { "app": "web" } },
    });
    let preferred = json!({
        "preferredDuringSchedulingIgnoredDuringExecution": [{ "weight": 7, "podAffinityTerm": term }],
    });
    vector["pod"]["spec"]["affinity"] = json!({ "podAffinity": preferred, "podAntiAffinity": preferred });
    let answer = answer(&vector);
    for node in ["n0", "n1"] {
        assert_eq!(
            answer["scores"][node]["InterPodAffinity"],
            json!({ "raw": 0, "normalized": 0 }),
            "{node}"
        );
    }
}

/// `DefaultSelector` compares group, version and kind. A controller of another group gives no selector.
#[test]
fn an_owner_is_known_by_its_group_too() {
    let set = json!({
        "metadata": { "name": "o", "namespace": "default" },
        "spec": { "selector": { "matchLabels": { "app": "web" } }, "serviceName": "s", "template": {} },
    });
    let vector = cluster(&json!({ "app": "web" }), &json!({ "statefulSets": [set] }));
    // System defaults, hostname: count · ln(2 + 2) + 3 − 1, so round(3.39) and 2; no zones.
    assert_eq!(spread_scores(&owned_by(vector.clone(), "apps/v1", "StatefulSet")), json!([3, 2]));
    let foreign = owned_by(vector, "apps.kruise.io/v1beta1", "StatefulSet");
    assert_eq!(spread_scores(&foreign), json!([null, null]));
}

/// `DefaultSelector` merges the map of a ReplicationController into that of the Services.
#[test]
fn a_replication_controller_replaces_keys_of_services() {
    let metadata = json!({ "name": "o", "namespace": "default" });
    let more = json!({
        "services": [{ "metadata": metadata, "spec": { "selector": { "app": "web" } } }],
        "replicationControllers": [{ "metadata": metadata, "spec": { "selector": { "app": "db" } } }],
    });
    let vector = cluster(&json!({ "app": "db" }), &more);
    assert_eq!(spread_scores(&vector), json!([2, 2]), "the Service's selector counts no pod");
    assert_eq!(spread_scores(&owned_by(vector, "v1", "ReplicationController")), json!([3, 2]));
}

/// `buildDefaultConstraints` overwrites the selector that `matchLabelKeys` were merged into.
#[test]
fn label_keys_of_default_constraints_have_no_effect() {
    let constraint = json!({
        "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
        "matchLabelKeys": ["pod-template-hash"],
    });
    let service = json!({
        "metadata": { "name": "s", "namespace": "default" }, "spec": { "selector": { "app": "web" } },
    });
    let more = json!({
        "defaultConstraints": "List", "defaultConstraintsList": [constraint], "services": [service],
    });
    let mut vector = cluster(&json!({ "app": "web", "pod-template-hash": "old" }), &more);
    vector["pod"]["metadata"]["labels"]["pod-template-hash"] = json!("new");
    // The pod of the old revision counts: round(ln 4) and 0.
    assert_eq!(spread_scores(&vector), json!([1, 0]));
}

/// `labels.NewRequirement` wants a bound to be an integer and a possible label value: no sign.
#[test]
fn a_bound_with_a_sign_cannot_be_read() {
    for (bound, fits) in [("0", true), ("00", true), ("-3", false), ("+0", false), ("x", false)] {
        let mut vector = cluster(&json!({}), &json!({}));
        let expression = json!({ "key": "generation", "operator": "Gt", "values": [bound] });
        let terms = json!([{ "matchExpressions": [expression] }]);
        vector["pod"]["spec"]["affinity"] = json!({ "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": terms },
        } });
        let feasible = if fits { json!(["n0", "n1"]) } else { json!([]) };
        assert_eq!(answer(&vector)["feasible"], feasible, "{bound}");
    }
}
