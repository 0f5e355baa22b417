//! The JSON Schema: checked in as it is generated, met by every ready scenario, and of one mind with the
//! decoder about what is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load, schema};
use kubecast_manifest::parse;
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn ready_scenarios() -> Vec<PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|ending| ending == "yaml") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&root().join("scenarios"), &mut files);
    files.sort();
    files
}

fn scenario_json(text: &str) -> Option<Value> {
    let documents = parse("scenario.yaml", text).expect("valid YAML");
    documents
        .iter()
        .find(|document| document.tree.get_str("kind") == Some("Scenario"))
        .map(|document| document.tree.to_json())
}

#[test]
fn the_schema_is_checked_in() {
    let path = root().join("schema/kubecast.dev_v1alpha1.json");
    let generated = format!("{:#}\n", schema());
    let stored = fs::read_to_string(&path).unwrap_or_default();
    if stored != generated {
        if option_env!("KUBECAST_UPDATE").is_some() {
            fs::write(&path, generated).expect("the folder schema/ is there");
            return;
        }
        panic!("{} is out of date: build the test with KUBECAST_UPDATE=1 and run it", path.display());
    }
}

#[test]
fn ready_scenarios_meet_the_schema() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let mut seen = 0;
    for path in ready_scenarios() {
        let text = fs::read_to_string(&path).expect("readable");
        let Some(json) = scenario_json(&text) else { continue };
        seen += 1;
        let faults: Vec<String> =
            validator.iter_errors(&json).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
    }
    assert!(seen >= 2, "there are ready scenarios");
}

const BASE: &str = "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: base}
spec:
  nodePools:
    - name: worker
      count: 2
      template: {status: {allocatable: {cpu: 1, memory: 1Gi}}}
  workloads:
    - name: web
      template:
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: app, image: web}]}
  timing: {containerStart: 5s}
  timeline:
    - {at: 1m, rolloutRestart: deployment/web}
  expect:
    - {measure: pods, equals: 1}
";

/// Whether schema and decoder take a scenario; they must agree.
fn accepted(text: &str) -> bool {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let by_schema = validator.is_valid(&scenario_json(text).expect("a scenario"));
    let source = SourceText { name: "s.yaml".into(), text: text.into() };
    let loaded = load(&[source], &LoadOptions::default(), &NoFiles);
    assert_eq!(by_schema, loaded.is_ok(), "schema and decoder differ about {text}\n{:?}", loaded.err());
    by_schema
}

#[test]
fn schema_and_decoder_refuse_the_same() {
    assert!(accepted(BASE));
    for (right, wrong) in [
        ("  timing:", "  timming:"),
        ("metadata: {name: base}", ""),
        ("metadata: {name: base}", "metadata: {}"),
        ("count: 2", "cout: 2"),
        ("- name: worker\n      count: 2", "- count: 2"),
        ("count: 2", "count: -1"),
        ("count: 2", "count: two"),
        ("containerStart: 5s", "containerStart: 5 seconds"),
        ("containerStart: 5s", "containerStart: {uniform: [2s]}"),
        ("containerStart: 5s", "containerStart: {uniform: [1s, 2s], mean: 3s}"),
        ("containerStart: 5s", "containerStart: {constant: 5s, exponential: {mean: 3s}}"),
        ("containerStart: 5s", "containerStart: {}"),
        ("containerStart: 5s", "containerStart: {exponential: {men: 3s}}"),
        ("containerStart: 5s", "containerStart: {empirical: []}"),
        ("containerStart: 5s", "apiTimestamps: minutes"),
        ("at: 1m, ", ""),
        ("at: 1m, ", "at: 1m, afterSettled: 1m, "),
        (", rolloutRestart: deployment/web", ""),
        ("rolloutRestart: deployment/web", "rolloutRestart: deployment/web, pause: deployment/web"),
        ("rolloutRestart: deployment/web", "rolloutRestart: web"),
        ("rolloutRestart: deployment/web", "scale: {deployment: deployment/web}"),
        ("measure: pods", "measure: podds"),
        (", equals: 1", ""),
        ("equals: 1", "share: {above: 1}"),
        ("equals: 1", "share: {min: 0.5}"),
        ("equals: 1", "share: {above: 1, min: 1.5}"),
        ("v1alpha1", "v1"),
    ] {
        let text = BASE.replacen(right, wrong, 1);
        assert_ne!(text, BASE, "{right} is in the base");
        assert!(!accepted(&text), "{wrong} must be refused");
    }
    for (right, other) in [
        ("containerStart: 5s", "containerStart: {uniform: [2s, 12s], step: 1ms}"),
        ("containerStart: 5s", "containerStart: {empirical: [{value: 1s, weight: 3}, {value: 2s}]}"),
        ("containerStart: 5s", "apiTimestamps: exact"),
        ("count: 2", "zones: {a: 2, b: 3}"),
        ("count: 2", "count: 4\n      zones: [a, b]"),
        ("at: 1m, ", "afterSettled: 1m, repeat: 3, "),
        ("rolloutRestart: deployment/web", "scale: {deployment: deployment/web, replicas: 3}"),
        ("rolloutRestart: deployment/web", "apply: {apiVersion: v1, kind: Service, metadata: {name: x}}"),
        ("equals: 1", "share: {above: 1, max: 0.5}"),
    ] {
        let text = BASE.replacen(right, other, 1);
        assert!(accepted(&text), "{other} must be accepted");
    }
}
