//! `kubecast capacity` with the real binary: the numbers of a hand computation, and those that repeated runs
//! give.

use std::fs;

use serde_json::Value;

use crate::harness::{file, kubecast, snapshot};

fn pod(name: &str, cpu: &str, more: &str) -> String {
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {{app: {name}}}}}\nspec:\n  containers:\n    - name: app\n      image: app\n      resources: {{requests: {{cpu: {cpu}, memory: 256Mi}}}}\n{more}"
    );
    file(&format!("capacity-{name}.yaml"), &text)
}

/// Six nodes of 4 CPUs in three zones; a Deployment of four pods of 1 CPU, spread over the nodes' names.
fn cluster(extra: &str) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: cluster}}
spec:
  nodePools:
    - {{name: node, count: 6, zones: [a, b, c], template: {{status: {{allocatable: {{cpu: 4, memory: 16Gi}}}}}}}}
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: 4
        selector: {{matchLabels: {{app: web}}}}
        template:
          metadata: {{labels: {{app: web}}}}
          spec: {{containers: [{{name: app, image: web, resources: {{requests: {{cpu: 1, memory: 256Mi}}}}}}]}}
{extra}"
    )
}

fn json(args: &[&str]) -> Value {
    let mut all = vec!["capacity", "--format", "json"];
    all.extend(args);
    kubecast(&all).json()
}

#[test]
fn a_homogeneous_cluster_by_hand() {
    let cluster = file("capacity-homogeneous.yaml", &cluster(""));
    // Four of six nodes hold one pod of 1 CPU (the scheduler spreads by requests): 3 CPUs are free there, 4 on the
    // other two. Pods of 1.5 CPUs: 2 on each of the six, 12.
    let found = json(&["--pod", &pod("big", "1500m", ""), &cluster]);
    let case = &found["cases"][0];
    assert_eq!(case["pods"][0]["instances"], 12);
    let nodes = case["pods"][0]["nodes"].as_object().expect("nodes");
    assert!(nodes.len() == 6 && nodes.values().all(|count| *count == 2), "{nodes:?}");
    assert_eq!(
        case["message"],
        "Unschedulable: 0/6 nodes are available: 6 Insufficient cpu. no new claims to deallocate, preemption: 0/6 nodes are available: 6 No preemption victims found for incoming pod."
    );
    // 20 CPUs are free: 40 pods of half a CPU.
    assert_eq!(json(&["--pod", &pod("small", "500m", ""), &cluster])["cases"][0]["pods"][0]["instances"], 40);
    let limited = json(&["--pod", &pod("small", "500m", ""), "--max", "7", &cluster]);
    assert_eq!(limited["cases"][0]["message"], "LimitReached: Maximum number of pods simulated: 7");
    // Rounds of three pods of half a CPU: 40 are 13 rounds and one of the next.
    let two = format!("{}=2", pod("small", "500m", ""));
    let rounds = json(&["--pod", &two, "--pod", &pod("other", "500m", ""), &cluster]);
    let case = &rounds["cases"][0];
    assert_eq!((&case["rounds"], &case["pods"][0]["instances"]), (&Value::from(13), &Value::from(27)));
    assert_eq!(case["pods"][1]["instances"], 13);
    assert!(case["message"].as_str().expect("a text").starts_with("Unschedulable: small: 0/6"), "{case}");
}

#[test]
fn the_text_names_what_cluster_capacity_does() {
    let cluster = file("capacity-text.yaml", &cluster(""));
    let text = kubecast(&["capacity", "--pod", &pod("big", "1500m", ""), &cluster]).success();
    snapshot("capacity", &text);
}

#[test]
fn a_zone_less_by_hand() {
    let cluster = file("capacity-zone.yaml", &cluster(""));
    let found = json(&["--pod", &pod("small", "500m", ""), "--after-zone-loss", &cluster]);
    let cases = found["cases"].as_array().expect("cases");
    let zones: Vec<&Value> = cases.iter().map(|case| &case["lostZone"]).collect();
    assert_eq!(zones, [&Value::Null, &Value::from("a"), &Value::from("b"), &Value::from("c")]);
    // Four nodes of 4 CPUs are left, and the Deployment's four pods of 1 CPU on them: 12 CPUs, 24 pods.
    for case in &cases[1..] {
        assert_eq!(case["pods"][0]["instances"], 24, "{case}");
    }
}

/// With as many pods as fit a run leaves none waiting, with one more it leaves one.
#[test]
fn repeated_runs_give_the_same_numbers() {
    let spread = "  topologySpreadConstraints:\n    - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: even}}}\n";
    let anti = "  affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: lone}}}]}}\n";
    for (name, cpu, more) in [("plain", "700m", ""), ("even", "900m", spread), ("lone", "100m", anti)] {
        let path = pod(name, cpu, more);
        let cluster_file = file(&format!("capacity-runs-{name}.yaml"), &cluster(""));
        let found = json(&["--pod", &path, &cluster_file]);
        let fits = found["cases"][0]["pods"][0]["instances"].as_u64().expect("a number");
        assert!(fits > 3, "{name}: {fits}");
        for (count, waiting) in [(fits, 0), (fits + 1, 1)] {
            let template: String = fs::read_to_string(&path)
                .expect("the pod")
                .lines()
                .skip(3)
                .fold(String::new(), |text, line| text + "        " + line + "\n");
            let pods: String = (0..count)
                .map(|number| {
                    format!("        - apiVersion: v1\n          kind: Pod\n          metadata: {{name: {name}-{number}, labels: {{app: {name}}}}}\n  {}", template.replace('\n', "\n  ").trim_end())
                        + "\n"
                })
                .collect();
            let timeline = format!("  timeline:\n    - afterSettled: 1s\n      apply:\n{pods}");
            let scenario = file(&format!("capacity-run-{name}-{count}.yaml"), &cluster(&timeline));
            let summary = kubecast(&["run", &scenario, "--format", "json"]).json();
            let figures = summary["variants"][0]["figures"].as_array().expect("figures").clone();
            let pending =
                figures.iter().find(|figure| figure["measure"] == "pendingPods").expect("it is there");
            assert_eq!(pending["value"].as_f64(), Some(f64::from(waiting)), "{name}: {count}");
        }
    }
}

#[test]
fn what_the_scenario_expects_is_not_judged_of_the_copies() {
    let with = file("capacity-expect.yaml", &cluster("  expect: [{measure: pods, equals: 0}]\n"));
    let small = pod("small", "1", "");
    let told = kubecast(&["capacity", "--strict", "--pod", &small, &with]).success();
    assert!(told.contains("Note: spec.expect is about the scenario without the copies"), "{told}");
}

#[test]
fn what_is_wrong_is_said() {
    let cluster_file = file("capacity-wrong.yaml", &cluster(""));
    let refused = |args: &[&str], told: &str| {
        let outcome = kubecast(args);
        assert_eq!(outcome.code, 2, "{args:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(told), "{args:?}: {}", outcome.stderr);
    };
    let bad = file(
        "capacity-bad-pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n    - {nam: app, image: x}\n",
    );
    refused(&["capacity", "--pod", &bad, &cluster_file], "capacity-bad-pod.yaml:6:8");
    let service = file(
        "capacity-service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 80}]}\n",
    );
    refused(&["capacity", "--pod", &service, &cluster_file], "a Pod is wanted");
    let good = pod("good", "1", "");
    refused(&["capacity", "--pod", &good, "--pod", &good, &cluster_file], "two pods are named default/good");
    refused(&["capacity", "--pod", &format!("{good}=0"), &cluster_file], "from 1 to 1000");
    let variants = file("capacity-variants.yaml", &cluster("  variants: [{name: a}]\n"));
    refused(&["capacity", "--pod", &good, &variants], "capacity-variants.yaml:");
    let alone = file("capacity-no-zones.yaml", &cluster("").replace("zones: [a, b, c], ", ""));
    refused(&["capacity", "--pod", &good, "--after-zone-loss", &alone], "not in two zones or more");
}
