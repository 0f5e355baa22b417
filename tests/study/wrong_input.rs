//! What can be wrong with a study: said with its place and what would be right, exit code 2, nothing written.

use crate::harness::{file, folder, kubecast};

const BASE: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Study
metadata: {name: wrong}
spec:
  scenario:
    - apiVersion: kubecast.dev/v1alpha1
      kind: Scenario
      metadata: {name: inline}
      spec:
        nodePools: [{name: worker, count: 2, template: {status: {allocatable: {cpu: 4, memory: 8Gi}}}}]
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: app, image: web}]}
  factors:
    - path: deployment/default/web#/spec/replicas
      values: [1, 2]
  metrics:
    - measure: pendingPods
  replications: 2
";

fn check(change: (&str, &str), told: &str) {
    assert!(BASE.contains(change.0), "{change:?}");
    let path = file("study-wrong.yaml", &BASE.replacen(change.0, change.1, 1));
    let out = folder("study-wrong-out");
    let outcome = kubecast(&["study", &path, "--out", &out]);
    assert_eq!(outcome.code, 2, "{change:?}: {}", outcome.stdout);
    assert!(outcome.stderr.contains(told), "{change:?}: {}", outcome.stderr);
    assert!(!std::path::Path::new(&out).exists(), "{change:?}: nothing is written");
}

#[test]
fn the_base_is_right() {
    let path = file("study-right.yaml", BASE);
    let outcome = kubecast(&["study", &path]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("the same everywhere: 0"), "{}", outcome.stdout);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let metrics = |text: &str| format!("  metrics:\n    - {text}");
    let old = "  metrics:\n    - measure: pendingPods";
    for (change, told) in [
        (
            ("default/web#/spec/replicas", "default/wed#/spec/replicas"),
            "study-wrong.yaml:22:16: there is no deployment/default/wed (did you mean \"deployment/default/web\"?)",
        ),
        (
            ("default/web#/spec/replicas", "default/web#/spec/replica"),
            "unknown field; did you mean \"replicas\"?",
        ),
        (
            ("path: deployment/default/web#/spec/replicas", "path: nodePool/workers#/count"),
            "spec.nodePools has no entry named \"workers\" (did you mean \"worker\"?)",
        ),
        (
            ("path: deployment/default/web#/spec/replicas", "path: replicas"),
            "is no place; write OBJECT#/path/to/field",
        ),
        (
            ("values: [1, 2]", "values: []"),
            "study-wrong.yaml:21:7: spec.factors.0: the factor \"replicas\" has no values",
        ),
        (("      values: [1, 2]\n", ""), "has no values: give values or range"),
        (("values: [1, 2]", "values: [1, 1]"), "has the value \"1\" twice"),
        (("values: [1, 2]", "values: [1, many]"), "study-wrong.yaml:"),
        (
            (old, &metrics("measure: pendingPod")),
            "unknown measure \"pendingPod\" (did you mean \"pendingPods\"?)",
        ),
        (
            (old, &metrics("{measure: finalSkew, of: deployment/default/wed}")),
            "there is no deployment/default/wed",
        ),
        ((old, &metrics("{measure: pendingPods, quantile: 1.5}")), "quantile: a number above 0 and below 1"),
        (
            (old, &metrics("{measure: pendingPods, share: {above: 1, below: 2}}")),
            "give exactly one of above, below, equals",
        ),
        ((old, &metrics("{measure: pendingPods, halfWidth: 1}")), "needs stopping (min and max)"),
        ((old, "  metrics: []"), "give at least one metric"),
        (("  replications: 2", "  replication: 2"), "unknown field; did you mean \"replications\"?"),
        (("  replications: 2", "  seed: 4"), "give replications, or stopping"),
        (("  replications: 2", "  stopping: {min: 20, max: 40}"), "no metric says with halfWidth"),
        (("  replications: 2", "  replications: 2\n  baseline: other"), "there is no arm \"other\""),
        (("  replications: 2", "  replications: 2\n  confidence: 95"), "a number from 0.5 to 0.9999"),
        (
            ("  replications: 2", "  replications: 2\n  design: {points: [{replica: 1}]}"),
            "there is no factor \"replica\" (did you mean \"replicas\"?)",
        ),
        (
            ("  replications: 2", "  replications: 2\n  design: {latinHypercube: 0}"),
            "latinHypercube: at least 1 point",
        ),
        (("kind: Study", "kind: Scenario"), "a Study is wanted"),
    ] {
        check(change, told);
    }
}

#[test]
fn one_of_several_deployments_must_be_named() {
    let text = BASE.replacen("    - measure: pendingPods", "    - measure: rolloutBlocked", 1);
    let second = "    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: other}
      spec:
        selector: {matchLabels: {app: other}}
        template: {metadata: {labels: {app: other}}, spec: {containers: [{name: app, image: web}]}}
  factors:";
    let path = file("study-several.yaml", &text.replacen("  factors:", second, 1));
    let outcome = kubecast(&["study", &path]);
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("there are several; name it, such as `of: deployment/default/"),
        "{}",
        outcome.stderr
    );
}
