//! Neither the order of documents nor the names and the order of files change anything: objects are numbered by kind, namespace
//! and name.

use std::fmt::Write;

use crate::harness::{file, kubecast};

const SCENARIO: &str = r#"
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: permuted}
spec:
  kubernetesVersion: "1.34"
  serviceIPs: {serviceClusterIPRange: 10.96.0.0/24}
  timeline:
    - {at: 30s, scale: {deployment: deployment/default/api, replicas: 9}}
    - {afterSettled: 1m, rolloutRestart: deployment/shop/web}
    - {afterSettled: 1m, cordon: node/worker-2}
"#;

fn deployment(namespace: &str, name: &str, replicas: u32) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers: [{{name: app, image: app, resources: {{requests: {{cpu: 500m}}}}}}]
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: DoNotSchedule
          labelSelector: {{matchLabels: {{app: {name}}}}}
"
    )
}

/// Nodes, Deployments of two namespaces, pods without an owner, Services that are given addresses.
fn documents() -> Vec<String> {
    let mut documents = vec![
        deployment("shop", "web", 7),
        deployment("default", "web", 4),
        deployment("default", "api", 5),
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: a}}\n".to_owned(),
    ];
    for number in 0..12 {
        let zone = ["a", "b", "c"][number % 3];
        documents.push(format!(
            "apiVersion: v1\nkind: Node\nmetadata: {{name: worker-{number}, labels: {{topology.kubernetes.io/zone: {zone}, \
             kubernetes.io/hostname: worker-{number}}}}}\nstatus: {{allocatable: {{cpu: \"2\", memory: 8Gi, pods: \"10\"}}}}\n"
        ));
    }
    for number in 0..4 {
        documents.push(format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: bare-{number}}}\nspec: {{containers: [{{name: app, image: app}}]}}\n"
        ));
        documents.push(format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: service-{number}}}\nspec: {{selector: {{app: web}}, ports: [{{port: 80}}]}}\n"
        ));
    }
    documents
}

/// What a run of the documents in this order says, in text and JSON, and what it writes into tables. They stand in three files, named and
/// handed in by `turn`.
fn told(documents: &[String], turn: usize) -> [String; 2] {
    let mut parts = vec![String::new(); 3];
    for (place, document) in documents.iter().enumerate() {
        write!(parts[place % 3], "---\n{document}").expect("a string takes it");
    }
    parts[turn % 3].insert_str(0, SCENARIO);
    let mut files: Vec<String> =
        (0..3).map(|part| file(&format!("{}-{turn}.yaml", (part + turn) % 3), &parts[part])).collect();
    files.rotate_left(turn % 3);
    let arguments: Vec<&str> =
        files.iter().map(String::as_str).chain(["--runs", "3", "--seed", "5"]).collect();
    let run = |format: &str| kubecast(&[&["run", "--format", format], &arguments[..]].concat()).success();
    [run("text"), run("json")]
}

#[test]
fn permuted_documents_give_the_same_bytes() {
    let documents = documents();
    let first = told(&documents, 0);
    assert!(first[1].contains("\"digest\""), "{}", first[1]);
    let count = documents.len();
    // Steps that have no divisor in common with the number of documents go through all of them.
    let steps =
        (2..count).filter(|step| (2..=*step).all(|d| !(step.is_multiple_of(d) && count.is_multiple_of(d))));
    let mut tried = 0;
    for (turn, step) in (1..).zip(steps.cycle().take(13)) {
        let permuted: Vec<String> =
            (0..count).map(|place| documents[(place * step + turn) % count].clone()).collect();
        assert!(permuted != documents);
        assert_eq!(told(&permuted, turn), first, "step {step}, from document {turn} on");
        tried += 1;
    }
    assert_eq!(tried, 13);
}
