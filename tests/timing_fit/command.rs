//! `kubecast timing fit`: what it prints, that its Scenario can be handed in, and what is wrong input.

use serde_json::json;

use super::simulated::{dump, scenario, setup};
use crate::harness::{file, kubecast, snapshot};

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
