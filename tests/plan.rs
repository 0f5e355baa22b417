//! `kubecast plan` with the real binary: answers that a hand computation gives, and what is wrong with a plan.

use serde_json::Value;

use crate::harness::{Outcome, file, files, folder, kubecast};

/// A Deployment on two pools of nodes, of 2 and of 4 CPUs.
fn plan(replicas: u32, cpu: &str, spec: &str) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Plan
metadata: {{name: pools}}
spec:
  scenario:
    - apiVersion: kubecast.dev/v1alpha1
      kind: Scenario
      metadata: {{name: pools}}
      spec:
        nodePools:
          - {{name: small, count: 0, template: {{status: {{allocatable: {{cpu: 2, memory: 16Gi}}}}}}}}
          - {{name: large, count: 0, template: {{status: {{allocatable: {{cpu: 4, memory: 16Gi}}}}}}}}
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: {replicas}
        selector: {{matchLabels: {{app: web}}}}
        template:
          metadata: {{labels: {{app: web}}}}
          spec: {{containers: [{{name: app, image: web, resources: {{requests: {{cpu: {cpu}, memory: 64Mi}}}}}}]}}
{spec}"
    )
}

fn answer(name: &str, text: &str) -> Value {
    kubecast(&["plan", &file(name, text), "--format", "json"]).json()
}

const NODES: &str = "  variables:
    - {name: nodes, path: nodePool/large#/count, range: {from: 1, to: 16}}
  targets:
    - target: P(pendingPods > 0) < 1%
  maxRuns: 1000
";

#[test]
fn the_smallest_pool_by_hand() {
    // Pods of 1.5 CPUs, two on each node of 4: ten pods need five nodes.
    let text = plan(10, "1500m", NODES);
    let found = answer("plan-nodes.yaml", &text);
    assert_eq!(found["answer"]["choice"]["nodes"], "5");
    // 16 values: the last, and one for each of four halvings.
    let tried: Vec<&str> = found["tried"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|tried| tried["choice"]["nodes"].as_str().expect("a label"))
        .collect();
    assert_eq!(tried, ["4", "5", "6", "8", "16"]);
    // 5 % over five choices and six looks (32 … 1000): 1 − (0.01/6)^(1/n) < 0.01 from n = 637 on, so at the sixth
    // look; of the choice that fails every run does, and the first look says so.
    let of = |nodes: &str| {
        let all = found["tried"].as_array().expect("a list");
        all.iter().find(|tried| tried["choice"]["nodes"] == nodes).expect("it was tried").clone()
    };
    assert_eq!((of("5")["runs"].as_u64(), of("4")["runs"].as_u64()), (Some(1000), Some(32)));
    let words = kubecast(&["plan", &file("plan-nodes.yaml", &text)]).success();
    assert!(
        words.contains("Smallest choice that meets the targets: nodes=5, with 95 % confidence."),
        "{words}"
    );
    assert!(
        words.contains(
            "With nodes=4 it does not: 2 pods wait for a node: 0/4 nodes are available: 4 Insufficient cpu."
        ),
        "{words}"
    );
}

#[test]
fn the_cheapest_mix_by_hand() {
    // Ten pods of 1 CPU. 3 for two CPUs, 5 for four: two large and one small cost 13; three large or five small 15,
    // one large and three small 14.
    let found = answer(
        "plan-mix.yaml",
        &plan(
            10,
            "1",
            "  variables:
    - {name: small, path: nodePool/small#/count, range: {from: 0, to: 6}, price: 3}
    - {name: large, path: nodePool/large#/count, range: {from: 0, to: 4}, price: 5}
  targets:
    - target: max(pendingPods) <= 0
      tolerance: 0.1
",
        ),
    );
    assert_eq!(found["answer"]["price"].as_f64(), Some(13.0), "{found}");
    assert_eq!(found["answer"]["choice"], serde_json::json!({"small": "1", "large": "2"}));
    let tried = found["tried"].as_array().expect("a list").len();
    assert!(tried < 20, "{tried} of 35 mixes");
}

#[test]
fn a_node_size_from_a_price_list() {
    // Eight pods of 1 CPU on nodes of one size, 2, 4 or 8 CPUs at 1, 1.8 and 3.8 each: four of 2 cost 4, two of 4 cost
    // 3.6, one of 8 costs 3.8.
    let found = answer(
        "plan-sizes.yaml",
        &plan(
            8,
            "1",
            "  cost: product
  variables:
    - name: size
      path: nodePool/large#/template/status/allocatable/cpu
      values: [2, 4, 8]
      prices: [1, 1.8, 3.8]
    - {name: nodes, path: nodePool/large#/count, range: {from: 1, to: 6}, price: 1}
  targets: [{target: mean(pendingPods) <= 0}]
  maxRuns: 100
",
        ),
    );
    assert_eq!(found["answer"]["choice"], serde_json::json!({"size": "4", "nodes": "2"}), "{found}");
}

#[test]
fn what_no_choice_meets_is_said_with_what_binds() {
    let path = file("plan-none.yaml", &plan(40, "1500m", NODES));
    let Outcome { code, stdout: words, .. } = kubecast(&["plan", &path]);
    assert_eq!(code, 1);
    assert!(
        words.contains("No choice meets the targets: the best, nodes=16, does not meet them."),
        "{words}"
    );
    assert!(
        words.contains("What binds: 8 pods wait for a node: 0/16 nodes are available: 16 Insufficient cpu."),
        "{words}"
    );
    // Too few runs to show that a share is below 1 %: not decided is not met.
    let few = file("plan-few.yaml", &plan(2, "1", &NODES.replace("maxRuns: 1000", "maxRuns: 20")));
    let Outcome { code, stdout: words, .. } = kubecast(&["plan", &few]);
    assert_eq!(code, 1);
    assert!(words.contains("is not shown to meet them in 20 runs"), "{words}");
}

#[test]
fn the_same_answer_on_any_number_of_threads_and_nothing_is_overwritten() {
    let path = file("plan-threads.yaml", &plan(10, "1500m", NODES));
    let folders: Vec<String> = ["1", "2"]
        .iter()
        .map(|threads| {
            let out = folder(&format!("plan-threads-{threads}"));
            assert_eq!(kubecast(&["plan", &path, "--threads", threads, "--out", &out]).code, 0);
            out
        })
        .collect();
    let written = files(&folders[0]);
    assert_eq!(written.keys().collect::<Vec<_>>(), ["evidence.csv", "plan.json", "summary.txt"]);
    assert!(written == files(&folders[1]), "files differ between numbers of threads");
    let Outcome { code, stderr, .. } = kubecast(&["plan", &path, "--out", &folders[0]]);
    assert!(code == 2 && stderr.contains("--force"), "{stderr}");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let base = plan(2, "1", NODES);
    for (from, to, told) in [
        (
            "P(pendingPods > 0) < 1%",
            "P(pendingPod > 0) < 1%",
            "plan-wrong.yaml:25:7: spec.targets.0: unknown measure \"pendingPod\" (did you mean \"pendingPods\"?)",
        ),
        ("P(pendingPods > 0) < 1%", "pendingPods = 0", "is no target; write P(pendingPods > 0) < 1%"),
        (
            "P(pendingPods > 0) < 1%",
            "P(pendingPods > 0) < 0%",
            "a probability is bounded by a share above 0 %",
        ),
        (
            "- target: P(pendingPods > 0) < 1%",
            "- {target: max(finalSkew) <= 1, of: deployment/default/wed}",
            "there is no deployment/default/wed",
        ),
        (
            "nodePool/large#/count",
            "nodePool/lage#/count",
            "spec.nodePools has no entry named \"lage\" (did you mean \"large\"?)",
        ),
        (", range: {from: 1, to: 16}", "", "the variable \"nodes\" has no values"),
        ("range: {from: 1, to: 16}", "range: {from: 1, to: 16}, prices: [1, 2]", "2 prices for 16 values"),
        ("range: {from: 1, to: 16}", "values: [3, 2], prices: [3, 2]", "from the worst to the best"),
        (
            "range: {from: 1, to: 16}}",
            "range: {from: 1, to: 16}}\n    - {path: nodePool/small#/count, values: [1, 2]}",
            "needs prices",
        ),
        ("  maxRuns: 1000", "  maxRun: 1000", "unknown field; did you mean \"maxRuns\"?"),
        ("  maxRuns: 1000", "  cost: mean", "is neither sum nor product"),
        ("kind: Plan", "kind: Study", "a Plan is wanted"),
    ] {
        assert!(base.contains(from), "{from}");
        let path = file("plan-wrong.yaml", &base.replacen(from, to, 1));
        let Outcome { code, stderr, .. } = kubecast(&["plan", &path]);
        assert_eq!(code, 2, "{to}: {stderr}");
        assert!(stderr.contains(told), "{to}: {stderr}");
    }
}
