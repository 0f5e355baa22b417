//! Random clusters in the form of recorded vectors of kind `scheduler-preemption`: those of the cycles, with priorities,
//! starts, nominations and budgets. In most of them every node holds as many pods as it may.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::words::{in_percent, object, or_null, word};
use super::{case, incoming_pod, namespace, selectors};

const PRIORITIES: [i64; 5] = [-7, 0, 3, 10, 20];
/// Most pods that a case has: as many as Go sorts by insertion, so that those that are level stay in their order.
const MOST_PODS: usize = 12;

fn priority() -> impl Strategy<Value = i64> {
    prop::sample::select(&PRIORITIES[..])
}

/// What a pod on a node has besides: its priority, and whether the scheduler preempts it.
fn more() -> impl Strategy<Value = (i64, bool)> {
    (priority(), prop::bool::weighted(0.3))
}

/// When pods started, six at a time; perhaps one has not started.
fn starts() -> impl Strategy<Value = (Vec<usize>, Option<usize>)> {
    let order = Just((0..MOST_PODS).collect::<Vec<_>>()).prop_shuffle();
    (order, prop::option::weighted(0.3, 0..MOST_PODS))
}

fn budget() -> impl Strategy<Value = Value> {
    let selector = in_percent(90, prop_oneof![8 => selectors::label_selector(), 1 => Just(json!({}))]);
    let disrupted = in_percent(25, word(&["p0", "p1", "p2", "p3", "p4"]));
    (namespace(), selector, 0_i64..3, disrupted).prop_map(|(namespace, selector, allowed, disrupted)| {
        let disrupted = disrupted.map(|name| json!({ name: "2025-01-01T00:00:00Z" }));
        let status = object([("disruptionsAllowed", json!(allowed)), ("disruptedPods", or_null(disrupted))]);
        json!({
            "metadata": { "namespace": namespace },
            "spec": object([("selector", or_null(selector))]),
            "status": status,
        })
    })
}

/// A pod that waits for a node which it is nominated for: the place of the node, its priority, and the pod.
fn nominated() -> impl Strategy<Value = (usize, i64, Value)> {
    (0_usize..12, priority(), incoming_pod().boxed())
}

/// The incoming pod's own: its priority, its policy, the place of the node that it is nominated for.
fn own() -> impl Strategy<Value = (i64, bool, Option<usize>)> {
    (
        prop::sample::select(&[3_i64, 10, 15][..]),
        prop::bool::weighted(0.04),
        prop::option::weighted(0.3, 0_usize..12),
    )
}

/// A whole case.
pub(crate) fn preemption_case() -> impl Strategy<Value = Value> {
    let pods = prop::collection::vec(more(), MOST_PODS);
    let waiting = prop::collection::vec(nominated(), 0..4);
    let budgets = prop::collection::vec(budget(), 0..4);
    (case().boxed(), prop::bool::weighted(0.8), pods, starts(), own(), (waiting, budgets)).prop_map(
        |(mut vector, is_full, more, starts, own, (waiting, budgets))| {
            vector["kind"] = json!("scheduler-preemption");
            give_pods(&mut vector, &more, &starts);
            if is_full {
                fill(&mut vector);
            }
            give_own(&mut vector, own);
            let number = |(place, mut budget): (usize, Value)| {
                budget["metadata"]["name"] = json!(format!("b{place}"));
                budget
            };
            vector["pdbs"] = json!(budgets.into_iter().enumerate().map(number).collect::<Vec<_>>());
            let nodes = vector["nodes"].as_array().expect("nodes").len();
            let nominate = |(number, (place, priority, mut pod)): (usize, (usize, i64, Value))| {
                pod["metadata"]["name"] = json!(format!("w{number}"));
                pod["spec"]["priority"] = json!(priority);
                pod["status"] = json!({ "nominatedNodeName": format!("n{}", place % nodes) });
                pod
            };
            let waiting = waiting.into_iter().enumerate().map(nominate);
            vector["nominatedPods"] = json!(waiting.collect::<Vec<_>>());
            vector
        },
    )
}

fn give_pods(vector: &mut Value, more: &[(i64, bool)], (order, unstarted): &(Vec<usize>, Option<usize>)) {
    let pods = vector["pods"].as_array_mut().expect("pods");
    pods.truncate(MOST_PODS);
    for (place, (pod, (priority, is_preempted))) in pods.iter_mut().zip(more).enumerate() {
        pod["spec"]["priority"] = json!(priority);
        if *unstarted != Some(place) {
            pod["status"]["startTime"] = json!(format!("2024-06-01T08:{:02}:00Z", order[place] / 6));
        }
        if *is_preempted {
            pod["status"]["conditions"] =
                json!([{ "type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler" }]);
        }
    }
}

/// Every node may hold as many pods as it holds.
fn fill(vector: &mut Value) {
    let on = |name: &Value, vector: &Value| {
        let pods = vector["pods"].as_array().expect("pods").iter();
        pods.filter(|pod| pod["spec"]["nodeName"] == *name).count()
    };
    for place in 0..vector["nodes"].as_array().expect("nodes").len() {
        let held = on(&vector["nodes"][place]["metadata"]["name"], vector);
        vector["nodes"][place]["status"]["allocatable"]["pods"] = json!(held.to_string());
    }
}

fn give_own(vector: &mut Value, (priority, is_patient, place): (i64, bool, Option<usize>)) {
    let nodes = vector["nodes"].as_array().expect("nodes").len();
    let pod = &mut vector["pod"];
    pod["spec"]["priority"] = json!(priority);
    if is_patient {
        pod["spec"]["preemptionPolicy"] = json!("Never");
    }
    if let Some(place) = place {
        // One in so many is nominated for a node that is gone.
        pod["status"] = json!({ "nominatedNodeName": format!("n{}", place % (nodes + 1)) });
    }
}
