//! Every leaf of a recorded phase is looked at: a changed one is seen.

use serde_json::{Value, json};

use super::compare::Comparison;
use super::scene::Scene;
use super::simulate;

/// Five pods on three nodes, one rollout, 400 runs; what is expected is filled in from the simulation.
fn scene() -> (Scene, Value) {
    let node = |name: &str| {
        json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": { "name": name, "labels": { "kubernetes.io/hostname": name } },
            "status": { "allocatable": { "cpu": "4", "memory": "8Gi", "pods": "110" } },
        })
    };
    let vector = json!({
        "nodes": [node("node-1"), node("node-2"), node("node-3")],
        "existing": [], "services": [],
        "deployment": {
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web", "namespace": "default" },
            "spec": {
                "replicas": 5,
                "selector": { "matchLabels": { "app": "web" } },
                "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" } },
                "template": {
                    "metadata": { "labels": { "app": "web" } },
                    "spec": {
                        "containers": [{ "name": "c", "image": "web", "resources": { "requests": { "cpu": "100m" } } }],
                        "topologySpreadConstraints": [{
                            "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule",
                            "labelSelector": { "matchLabels": { "app": "web" } },
                        }],
                    },
                },
            },
        },
        "startupMs": { "uniform": [2000, 12000] },
        "graceMs": 30000, "gapMs": 600_000, "horizonMs": 3_600_000, "rollouts": 1, "runs": 400,
        "expectCreate": {
            "finalSkew": { "kubernetes.io/hostname|DoNotSchedule": {} },
            "finalCounts": { "kubernetes.io/hostname": {} },
        },
    });
    (Scene::new(&vector).expect("a valid configuration"), vector)
}

/// The paths of all leaves.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                leaves(inner, &format!("{path}/{key}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

#[test]
fn a_changed_leaf_is_seen() {
    let (scene, _) = scene();
    let phases = simulate(&scene);
    let rollout = &phases[1];
    // Nothing recorded: the answer is what came out.
    let mut own = Comparison::new(&scene).phase(&Value::Null, rollout);
    own["durationMs"] =
        Comparison::new(&scene).phase(&json!({ "durationMs": {} }), rollout)["durationMs"].clone();
    own["blocked"] = json!(rollout.blocked);
    assert_eq!(Comparison::new(&scene).phase(&own, rollout), own, "a sample agrees with itself");
    let skews = own["finalSkew"]["kubernetes.io/hostname|DoNotSchedule"].as_object().expect("a histogram");
    assert!(skews.len() > 1, "a third of the rollouts ends lopsided: {skews:?}");
    let mut paths = Vec::new();
    leaves(&own, "", &mut paths);
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        let mut changed = own.clone();
        let leaf = changed.pointer_mut(&path).expect("a path of this value");
        // Half of all runs elsewhere, or a duration half as long again.
        let value = leaf.as_f64().expect("numbers all");
        let is_max = path.ends_with("/max");
        *leaf = if path.contains("durationMs") {
            json!(if is_max { value / 1.5 } else { value * 1.5 })
        } else {
            json!(value as u64 + 200)
        };
        assert_ne!(Comparison::new(&scene).phase(&changed, rollout), changed, "{path} was changed unseen");
    }
}
