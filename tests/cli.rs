//! The binary as a user meets it: exit codes, files, messages, and the same bytes on any number of
//! threads.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::json;

use crate::harness::{file, files, folder, kubecast, kubecast_on, root, snapshot};

/// Three nodes, a Deployment that is restarted, and variants that take unequally long.
const UNEVEN: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: uneven}
spec:
  nodePools:
    - {name: node, zones: {a: 1, b: 2}, template: {status: {allocatable: {cpu: 4, memory: 8Gi}}}}
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 4
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: app, image: web, resources: {requests: {cpu: 100m}}}]
            topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: kubernetes.io/hostname
                whenUnsatisfiable: DoNotSchedule
                labelSelector: {matchLabels: {app: web}}
  timeline:
    - {afterSettled: 1m, rolloutRestart: deployment/web, repeat: 2}
  variants:
    - name: short
      set: {\"deployment/default/web#/spec/replicas\": 1}
    - name: as-is
    - name: long
      set: {\"deployment/default/web#/spec/replicas\": 40}
";

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let written: Vec<BTreeMap<String, Vec<u8>>> = ["1", "2", "7"]
        .iter()
        .map(|threads| {
            let out = folder(&format!("threads-{threads}"));
            let outcome =
                kubecast_on(&["run", "-", "--runs", "64", "--threads", threads, "--out", &out], UNEVEN);
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            files(&out)
        })
        .collect();
    let names: Vec<&String> = written[0].keys().collect();
    for expected in ["as-is/pods.csv", "long/runs.csv", "manifest.json", "short/spread.csv", "summary.json"] {
        assert!(names.iter().any(|name| *name == expected), "{expected} is missing: {names:?}");
    }
    assert!(written[1] == written[0] && written[2] == written[0], "files differ between numbers of threads");
    // The same in debug and release, on every platform: this digest changes only with a decision.
    let summary: serde_json::Value =
        serde_json::from_slice(&written[0]["summary.json"]).expect("summary.json is JSON");
    assert_eq!(summary["digest"], PINNED_DIGEST);
}

/// Of the runs above. A change of it says that some decision, name or time of some run is another.
const PINNED_DIGEST: &str = "21def0fdcb154786";

#[test]
fn determinism_is_checked_in_another_process() {
    let outcome = kubecast_on(&["run", "-", "--runs", "3", "--check-determinism"], UNEVEN);
    assert_eq!(outcome.code, 2, "standard input cannot be read twice: {}", outcome.stderr);
    let path = file("uneven.yaml", UNEVEN);
    let outcome = kubecast(&["run", &path, "--runs", "3", "--check-determinism"]);
    assert_eq!((outcome.code, outcome.stdout.contains("web")), (0, true), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("9 runs gave the same digests"), "{}", outcome.stderr);
}

#[test]
fn an_output_folder_is_never_overwritten_unasked() {
    let out = folder("occupied");
    assert_eq!(kubecast_on(&["run", "-", "--out", &out], UNEVEN).code, 0);
    let before = files(&out);
    let outcome = kubecast_on(&["run", "-", "--out", &out, "--seed", "5"], UNEVEN);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("--force"), "{}", outcome.stderr);
    assert!(files(&out) == before, "nothing was written");
    assert_eq!(kubecast_on(&["run", "-", "--out", &out, "--seed", "5", "--force"], UNEVEN).code, 0);
    assert!(files(&out) != before, "another seed leaves other files");
}

#[test]
fn wrong_input_exits_with_2_and_writes_nothing() {
    let replaced = |from: &str, to: &str| UNEVEN.replacen(from, to, 1);
    for (text, told) in [
        (replaced("replicas: 4", "replicas: -4"), "spec.replicas: Invalid value: -4"),
        (replaced("cpu: 100m", "cpu: 100mm"), "unable to parse quantity's suffix"),
        (replaced("maxSkew: 1", "maxSkew: 0"), "maxSkew: Invalid value: 0: must be greater than zero"),
        (replaced("maxSkew: 1", "maxSkev: 1"), "did you mean \"maxSkew\"?"),
        (replaced("deployment/web", "deployment/wob"), "there is no deployment/default/wob"),
        (replaced("labels: {app: web}", "labels: {app: wob}"), "`selector` does not match template `labels`"),
        (replaced("kind: Scenario", "kind: [Scenario"), "not valid YAML"),
    ] {
        let out = folder("wrong");
        let outcome = kubecast_on(&["run", "-", "--out", &out], &text);
        assert_eq!(outcome.code, 2, "{told}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(told), "{told}: {}", outcome.stderr);
        assert!(outcome.stdout.is_empty() && !Path::new(&out).exists(), "nothing is written");
    }
    let outcome = kubecast(&["run", "nowhere.yaml"]);
    assert_eq!((outcome.code, outcome.stderr.contains("nowhere.yaml")), (2, true), "{}", outcome.stderr);
}

#[test]
fn faults_are_told_by_line_and_column() {
    let wrong = UNEVEN.replacen("maxSkew: 1", "maxSkev: 1", 1).replacen("replicas: 4", "replicas: -4", 1);
    let outcome = kubecast_on(&["run", "-"], &wrong);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    snapshot("faults", &outcome.stderr);
}

#[test]
fn runs_are_told_in_words() {
    let outcome = kubecast(&["run", "scenarios/rolling-upgrade-skew.yaml", "--runs", "50"]);
    assert_eq!(outcome.stderr, "");
    snapshot("run", &outcome.success());
}

#[test]
fn an_expectation_that_is_not_met_exits_with_1() {
    let text = format!("{UNEVEN}  expect:\n    - {{measure: pods, variant: short, equals: 7}}\n");
    let outcome = kubecast_on(&["run", "-"], &text);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("NOT MET: short: pods, exactly 7; found 1"), "{}", outcome.stdout);
}

#[test]
fn a_rollout_that_takes_too_long_is_blocked() {
    // Containers need 5 s, so each restart of four pods takes 10 s: two waves.
    let slow = format!("{UNEVEN}  timing: {{containerStart: 5s, termination: 1s}}\n");
    for (limit, blocked) in [("20s", 0), ("9s", 1)] {
        let text = format!(
            "{slow}  blockedAfter: {limit}\n  expect:\n    - {{measure: rolloutBlocked, variant: as-is, equals: {blocked}}}\n"
        );
        let outcome = kubecast_on(&["run", "-"], &text);
        assert_eq!(outcome.code, 0, "{limit}: {}{}", outcome.stdout, outcome.stderr);
    }
}

#[test]
fn a_pod_that_backs_off_is_tried_before_the_run_ends() {
    // The node is full until 200 ms; in 1.32 the waiting pod's back-off of 1 s must be over first.
    let pod = |name: &str, node: &str| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{{node} containers: [{{name: c, image: x, resources: {{requests: {{cpu: 1}}}}}}]}}\n"
        )
    };
    let text = format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: back-off}}
spec:
  kubernetesVersion: \"1.32\"
  nodePools: [{{name: node, count: 1, template: {{status: {{allocatable: {{cpu: 1, memory: 1Gi}}}}}}}}]
  timeline: [{{at: 200ms, delete: pod/default/filler}}]
  expect: [{{measure: pendingPods, equals: 0}}]
{}{}",
        pod("filler", "nodeName: node-0, terminationGracePeriodSeconds: 0,"),
        pod("waits", "")
    );
    let outcome = kubecast_on(&["run", "-"], &text);
    assert_eq!(outcome.code, 0, "{}{}", outcome.stdout, outcome.stderr);
}

#[test]
fn a_complete_deployment_scaled_beyond_its_nodes_ends() {
    // The condition stays NewReplicaSetAvailable, long past its deadline: no look changes anything.
    let text = format!("{UNEVEN}  maxEvents: 100000\n").replace(
        "- {afterSettled: 1m, rolloutRestart: deployment/web, repeat: 2}",
        "- {at: 20m, scale: {deployment: deployment/web, replicas: 400}}",
    );
    let outcome = kubecast_on(&["run", "-", "--format", "json"], &text);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("quiescent") && !outcome.stdout.contains("eventLimit"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn the_summary_as_json_is_the_file() {
    let out = folder("json");
    let outcome = kubecast_on(&["run", "-", "--format", "json", "--out", &out], UNEVEN);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.stdout.as_bytes(), &files(&out)["summary.json"][..]);
}

#[test]
fn every_ready_scenario_meets_its_expectations() {
    for name in ["preemption", "release-upgrade", "rolling-upgrade-skew", "rollout-trace", "three-zones"] {
        let outcome = kubecast(&["run", &format!("scenarios/{name}.yaml"), "--runs", "20"]);
        assert_eq!(outcome.code, 0, "{name}: {}{}", outcome.stdout, outcome.stderr);
        assert!(outcome.stdout.contains("Expectations: "), "{}", outcome.stdout);
    }
}

#[test]
fn the_pace_of_the_control_plane_can_be_asked_for() {
    let told = |args: &[&str]| kubecast_on(&[args, &["-"]].concat(), UNEVEN);
    let paced = told(&["run"]);
    assert_eq!(paced.code, 0, "{}", paced.stderr);
    assert!(
        paced.stdout.contains("requests 20 a second after 30 at once of each controller"),
        "{}",
        paced.stdout
    );
    let instant = told(&["run", "--timing-preset", "instant"]);
    assert!(!instant.stdout.contains("requests 20 a second"), "{}", instant.stdout);
    let unknown = told(&["run", "--timing-preset", "fast"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("there are instant, quiet, loaded, threshold"), "{}", unknown.stderr);
    let pod = file(
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: c}]}\n",
    );
    let timeless = told(&["capacity", "--timing-preset", "quiet", "--pod", &pod]);
    assert_eq!(timeless.code, 2);
    assert!(timeless.stderr.contains("without any time passing"), "{}", timeless.stderr);
}

#[test]
fn documents_are_validated_without_running() {
    let outcome = kubecast_on(&["validate", "-"], UNEVEN);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(
        outcome.stdout.lines().next(),
        Some("short: valid: 3 nodes, 1 Deployments, 0 ReplicaSets, 0 pods, 2 timeline entries")
    );
    let json = kubecast_on(&["validate", "-", "--format", "json"], UNEVEN).json();
    let first = json!({
        "variant": "short", "nodes": 3, "deployments": 1, "replicaSets": 0, "pods": 0, "timelineEntries": 2,
    });
    assert_eq!((&json["valid"], &json["variants"][0]), (&json!("Scenario"), &first));
    let schema = kubecast(&["schema"]);
    let checked_in =
        fs::read_to_string(root("schema/kubecast.dev_v1alpha1.json")).expect("the schema is checked in");
    assert!(schema.stdout == checked_in, "run `cargo run -- schema > schema/kubecast.dev_v1alpha1.json`");
}
