//! `kubecast timing fit`: what it prints, that its Scenario can be handed in, and what is wrong input.

use serde_json::{Value, json};

use super::simulated::{dump, scenario};
use crate::harness::{file, kubecast, snapshot};
use crate::rollouts::library::setup;

/// A dump of 60 pods.
fn dumped() -> String {
    let text = scenario(60, "containerStart: {lognormal: {median: 3s, p99: 9s}}, readiness: 2s", 5);
    dump(&setup(&text), 5, None)
}

#[test]
fn a_dump_is_told_as_people_read_it() {
    let dump = file("dump.json", &dumped());
    snapshot("timing-fit", &kubecast(&["timing", "fit", &dump]).success());
}

#[test]
fn the_scenario_can_be_handed_in() {
    let dump = file("dump.json", &dumped());
    let printed = kubecast(&["timing", "fit", &dump, "--format", "yaml"]).success();
    assert!(printed.contains("- workload: deployment/default/web\n"), "{printed}");
    let manifest = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: 'web:v1'}]}
---
apiVersion: v1
kind: Node
metadata: {name: node-0}
status: {allocatable: {cpu: 8, memory: 8Gi}}
";
    let (timing, web) = (file("timing.yaml", &printed), file("web.yaml", manifest));
    let told = kubecast(&["run", &timing, &web]).success();
    assert!(told.contains("times of deployment/default/web: start-up "), "{told}");
}

#[test]
fn json_says_the_same() {
    let dump = file("dump.json", &dumped());
    let told = kubecast(&["timing", "fit", &dump, "--format", "json"]).json();
    assert_eq!(told, kubecast(&["timing", "fit", &dump, "--json"]).json());
    let fits = told["fits"].as_array().expect("a list");
    let start = fits.iter().find(|fit| fit["kind"] == "workload" && fit["hop"] == "containerStart");
    let start = start.expect("a fit of start-up");
    assert_eq!((&start["seen"], &start["pullsWithin"]), (&json!(60), &json!(60)));
    assert_eq!(start["fit"]["family"], "lognormal");
}

/// A pod with this status.
fn pod(status: &str) -> String {
    format!(
        "apiVersion: v1
kind: Pod
metadata:
  name: web-1
  namespace: default
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web, controller: true, uid: u}}]
spec: {{nodeName: node-0, containers: [{{name: app, image: web}}]}}
status: {{{status}}}
"
    )
}

#[test]
fn a_dump_without_finished_starts_says_what_is_missing() {
    let check = |text: &str, expected: &[&str]| {
        let outcome = kubecast(&["timing", "fit", &file("dump.yaml", text)]);
        assert_eq!(outcome.code, 2, "{}", outcome.told());
        for part in expected {
            assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
        }
    };
    check(
        "apiVersion: v1\nkind: Node\nmetadata: {name: node-0}\n",
        &["the input holds no pod", "kubectl get nodes"],
    );
    check(
        &pod(""),
        &[
            "no pod of the input shows a finished start",
            "1 of 1 tell no time of their binding",
            "tell no start of their containers",
        ],
    );
    check(
        &pod(
            "startTime: '2026-01-01T00:00:00Z', containerStatuses: [{name: app, restartCount: 3, state: {running: {startedAt: \
              '2026-01-01T00:00:05Z'}}}]",
        ),
        &["1 of 1 were started again"],
    );
    check(
        &pod(
            "startTime: '2026-01-01T00:00:00Z', containerStatuses: [{name: app, restartCount: 0, state: {waiting: {reason: \
              ImagePullBackOff}}}]",
        ),
        &["1 of 1 have a container that cannot start"],
    );
}

/// 20 pods of one workload, and their Events: bound at .25 s, started 3 s after that second, pulled for 2 s each. An earlier
/// pod of each name says nothing of the one that is there.
fn twenty_pods() -> (String, String) {
    let (mut pods, mut events) = (Vec::new(), Vec::new());
    for index in 0..20 {
        let (name, own) = (format!("web-{index}"), format!("u{index}"));
        pods.push(json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "default", "uid": own, "ownerReferences":
                [{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web", "controller": true, "uid": "s"}]},
            "spec": {"containers": [{"name": "app", "image": "web"}]},
            "status": {
                "conditions": [{"type": "PodScheduled", "status": "True", "lastTransitionTime": format!("2026-01-01T00:00:{index:02}Z")}],
                "containerStatuses": [{"name": "app", "restartCount": 0, "state":
                    {"running": {"startedAt": format!("2026-01-01T00:00:{:02}Z", index + 3)}}}],
            },
        }));
        let bound = format!("2026-01-01T00:00:{index:02}.250000Z");
        let pulled = "Successfully pulled image \"web\" in 1s (2s including waiting). Image size: 1 bytes.";
        let earlier = "Successfully pulled image \"web\" in 50s";
        for (reason, uid, message, time) in [
            ("Scheduled", &*own, "", bound.as_str()),
            ("Pulled", &own, pulled, "2026-01-01T00:00:30Z"),
            ("Pulled", "gone", earlier, "2025-12-31T23:00:00Z"),
        ] {
            events.push(json!({
                "apiVersion": "v1", "kind": "Event",
                "metadata": {"name": format!("{name}.{reason}.{uid}"), "namespace": "default"},
                "involvedObject": {"kind": "Pod", "namespace": "default", "name": name, "uid": uid},
                "reason": reason, "message": message, "eventTime": time,
            }));
        }
    }
    let list = |items: &[Value]| json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    (file("dump.json", &list(&pods)), file("events.json", &list(&events)))
}

/// The median of a hop in seconds, and how many of its durations may hold pulls.
fn median(args: &[&str], hop: &str, kind: &str) -> Option<(f64, Value)> {
    let args = [&["timing", "fit", "--format", "json"], args].concat();
    let told = kubecast(&args).json();
    let fits = told["fits"].as_array().expect("a list");
    let fit = fits.iter().find(|fit| fit["hop"] == hop && fit["kind"] == kind)?;
    Some((fit["fit"]["medianSeconds"]["value"].as_f64().expect("a fit"), fit["pullsWithin"].clone()))
}

#[test]
fn events_tell_bindings_and_pulls() {
    let (dump, events) = twenty_pods();
    let (start, within) = median(&[&dump], "containerStart", "workload").expect("a fit");
    assert!((start - 3.0).abs() < 0.5 && within == json!(20), "{start}");
    assert_eq!(median(&[&dump], "imagePull", "workload"), None);
    // Started within [3, 4) s after the second, so [2.75, 3.75) after the binding, less 2 s.
    let with = [&*dump, "--events", &events];
    let (start, within) = median(&with, "containerStart", "workload").expect("a fit");
    assert!((0.75..=1.75).contains(&start) && within == json!(0), "{start}");
    let (pull, _) = median(&with, "imagePull", "workload").expect("a fit");
    assert!((pull - 2.0).abs() < 0.01, "{pull}");
}

#[test]
fn histograms_tell_what_no_pod_does() {
    let (dump, _) = twenty_pods();
    // 100 terminations: the exponential distribution with a mean of 4 s puts 22 below 1 s, 39 below 2 s, 71 below 5 s.
    let mut metrics = String::new();
    for (bound, count) in [("1", 22), ("2", 39), ("5", 71), ("+Inf", 100)] {
        metrics.push_str(&format!(
            "kubelet_runtime_operations_duration_seconds_bucket{{operation_type=\"stop_container\",le=\"{bound}\"}} {count}\n"
        ));
    }
    let metrics = file("metrics.txt", &metrics);
    let (termination, _) = median(&[&dump, "--metrics", &metrics], "termination", "cluster").expect("a fit");
    assert!((termination - 4.0 * std::f64::consts::LN_2).abs() < 0.1, "{termination}");
    let nothing = kubecast(&["timing", "fit", &dump, "--metrics", &file("none.txt", "up 1\n")]);
    assert!(
        nothing.code == 2 && nothing.stderr.contains("kubelet_image_pull_duration_seconds"),
        "{}",
        nothing.told()
    );
}
