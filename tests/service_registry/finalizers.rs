//! Services with finalizers: deleted, they stay with what they hold until the last finalizer is taken away.

use std::fs;

use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};

use super::{run, setup};
use crate::harness::{file, folder, kubecast};

/// What happened, with the second in which it did.
fn told(spec: &str) -> Vec<(u64, &'static str)> {
    let record = run(&setup(spec), 0);
    let rows = record.service_ips.rows.iter();
    rows.map(|(time, row)| (time.0 / 1_000_000_000, row.kind.name())).collect()
}

/// A scenario of a Service `old` with this metadata and a node port, beside the entries of a timeline.
fn scenario(version: &str, metadata: &str, timeline: &[&str]) -> String {
    let mut text = format!(
        "  kubernetesVersion: \"{version}\"\n  horizon: 20m\n  serviceIPs:\n    serviceClusterIPRange: 10.96.0.0/24\n    \
         repair: {{firstPass: 10s}}\n  manifests:\n    - {{apiVersion: v1, kind: Service, metadata: {{name: old, {metadata}}}, \
         spec: {{type: NodePort, clusterIP: 10.96.0.10, selector: {{a: b}}, ports: [{{port: 80, nodePort: 30100}}]}}}}\n  \
         timeline:\n"
    );
    for entry in timeline {
        text.push_str(&format!("    - {entry}\n"));
    }
    text
}

/// `kubectl apply` of a Service with these finalizers and this spec.
fn apply(at: &str, name: &str, finalizers: &str, spec: &str) -> String {
    format!(
        "{{at: {at}, apply: {{apiVersion: v1, kind: Service, metadata: {{name: {name}{finalizers}}}, spec: {{selector: {{a: b}}, \
         {spec}}}}}}}"
    )
}

#[test]
fn what_a_deleted_service_holds_goes_back_with_its_finalizers() {
    let address = "clusterIP: 10.96.0.10, ports: [{port: 80}]";
    let port = "type: NodePort, ports: [{port: 80, nodePort: 30100}]";
    let asks = |at: &str, name: &str, spec: &str| apply(at, name, "", spec);
    // Between the two askings lie three passes of the repair loops, after which a leak would be given free. Objects alone, both,
    // the bitmap alone.
    for version in ["1.34", "1.31", "1.24"] {
        let spec = scenario(
            version,
            "finalizers: [example.com/a]",
            &[
                "{at: 1m, delete: service/default/old}",
                &asks("2m", "new", address),
                &asks("3m", "port", port),
                "{at: 11m, removeFinalizers: service/default/old}",
                &asks("12m", "new", address),
                &asks("13m", "port", port),
            ],
        );
        let expected = [
            (0, "created"),
            (60, "terminating"),
            (120, "refused"),
            (180, "refused"),
            (660, "deleted"),
            (720, "created"),
            (780, "created"),
        ];
        assert_eq!(told(&spec), expected, "{version}");
    }
}

#[test]
fn a_service_goes_with_the_update_that_leaves_it_no_finalizer() {
    let spec = scenario(
        "1.34",
        "finalizers: [example.com/a, example.com/b]",
        &[
            "{at: 1m, delete: service/default/old}",
            "{at: 2m, delete: service/default/old}",
            &apply("3m", "old", ", finalizers: [example.com/b, example.com/c]", "ports: [{port: 80}]"),
            &apply("4m", "old", ", finalizers: [example.com/b]", "type: NodePort, ports: [{port: 80}]"),
            &apply("5m", "old", "", "type: NodePort, ports: [{port: 81}]"),
            "{at: 6m, removeFinalizers: service/default/old}",
            &apply("7m", "old", ", finalizers: [example.com/c]", "ports: [{port: 80}]"),
            "{at: 8m, removeFinalizers: service/default/old}",
            "{at: 9m, delete: service/default/old}",
        ],
    );
    let expected = [
        (0, "created"),
        (60, "terminating"),
        (180, "refused"),
        (240, "updated"),
        (300, "deleted"),
        (360, "refused"),
        (420, "created"),
        (480, "updated"),
        (540, "deleted"),
    ];
    assert_eq!(told(&spec), expected);
    let record = run(&setup(&spec), 0);
    let (_, first) = record.service_ips.first_refused.as_ref().expect("one is refused");
    assert_eq!(
        first.message.as_deref(),
        Some(
            "Service \"old\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being \
             deleted, found new finalizers []string{\"example.com/c\"}"
        )
    );
}

#[test]
fn a_dump_may_hold_a_service_that_is_being_deleted() {
    let metadata = "uid: 7d5f6a3e-8f6b-4d7a-9c58-0e5c2c4b8a11, deletionTimestamp: \"2026-01-10T09:29:12Z\", finalizers: \
                    [service.kubernetes.io/load-balancer-cleanup]";
    let timeline =
        ["{at: 1m, delete: service/default/old}", "{at: 2m, removeFinalizers: service/default/old}"];
    assert_eq!(told(&scenario("1.34", metadata, &timeline)), [(120, "deleted")]);
    // One that is created has no such time stamp, and the garbage collector's own finalizer does not hold it.
    let metadata = "deletionTimestamp: \"2026-01-10T09:29:12Z\", finalizers: [foregroundDeletion]";
    let timeline = ["{at: 30s, delete: service/default/old}"];
    assert_eq!(told(&scenario("1.34", metadata, &timeline)), [(0, "created"), (30, "deleted")]);
}

/// How many of four pods are on the larger node: all go where most is free, but for a Service by which they are spread.
fn pods_on_the_larger_node(finalizers: &str, timeline: &[&str]) -> usize {
    let pods: Vec<String> = (0..4)
        .map(|number| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web-{number}, labels: {{a: b}}}}, spec: {{containers: [{{name: c, \
                 image: x, resources: {{requests: {{cpu: 1, memory: 1Gi}}}}}}]}}}}"
            )
        })
        .collect();
    let pool = |name: &str, size: u32| {
        format!(
            "{{name: {name}, count: 1, template: {{status: {{allocatable: {{cpu: {size}, memory: {size}Gi, pods: 110}}}}}}}}"
        )
    };
    let scenario = format!(
        "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec:\n  kubernetesVersion: \"1.34\"\n  \
         nodePools: [{}, {}]\n  timeline:\n    - {}\n    - {{at: 2m, apply: [{}]}}\n---\napiVersion: v1\nkind: Service\nmetadata: \
         {{name: old{finalizers}}}\nspec: {{selector: {{a: b}}, ports: [{{port: 80}}]}}\n",
        pool("large", 256),
        pool("small", 16),
        timeline.join("\n    - "),
        pods.join(", "),
    );
    let out = folder("finalizers");
    kubecast(&["run", &file("finalizers.yaml", &scenario), "--out", &out, "--force"]).success();
    let pods = fs::read_to_string(format!("{out}/pods.csv")).expect("written");
    assert_eq!(pods.lines().filter(|line| line.contains("web-")).count(), 4, "{pods}");
    pods.lines().filter(|line| line.contains("large-0")).count()
}

#[test]
fn a_deleted_service_counts_for_spreading_while_it_is_there() {
    let held = ", finalizers: [example.com/a]";
    let delete = "{at: 1m, delete: service/default/old}";
    let remove = "{at: 90s, removeFinalizers: service/default/old}";
    let empty = apply("90s", "old", "", "ports: [{port: 80}]");
    assert_eq!(pods_on_the_larger_node(held, &[delete]), 2);
    assert_eq!(pods_on_the_larger_node("", &[delete]), 4);
    assert_eq!(pods_on_the_larger_node(held, &[delete, remove]), 4);
    assert_eq!(pods_on_the_larger_node(held, &[delete, &empty]), 4);
    // Without finalizers any more it goes at once; patched alone it stays.
    assert_eq!(
        pods_on_the_larger_node(held, &["{at: 30s, removeFinalizers: service/default/old}", delete]),
        4
    );
    assert_eq!(pods_on_the_larger_node(held, &[remove]), 2);
}

#[test]
fn what_cannot_be_is_told() {
    let told = |timeline: &str| {
        let text = format!(
            "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec:\n  timeline:\n{timeline}---\napiVersion: \
             v1\nkind: Service\nmetadata: {{name: old, finalizers: [a/a]}}\nspec: {{ports: [{{port: 80}}]}}\n"
        );
        let outcome = kubecast(&["validate", &file("finalizers.yaml", &text)]);
        assert_eq!(outcome.code, 2, "{}", outcome.told());
        outcome.stderr
    };
    let remove = |name: &str| format!("    - {{at: 1m, removeFinalizers: {name}}}\n");
    assert!(told(&remove("node/old")).contains("node/old has no finalizers here; Services have"));
    assert!(told(&remove("service/odd")).contains("there is no service/default/odd (did you mean"));
    let delete = "    - {at: 30s, delete: service/old}\n";
    let again = format!("{delete}{}{}", remove("service/old"), remove("service/old"));
    assert!(told(&again).contains("spec.timeline[2]: service/default/old is deleted by then"));
    let more =
        format!("{delete}    - {}\n", apply("1m", "old", ", finalizers: [a/b]", "ports: [{port: 80}]"));
    assert!(told(&more).contains("no new finalizers can be added if the object is being deleted"));
}

#[test]
fn only_what_nobody_takes_away_is_a_gap() {
    let gaps = |kind: &str, metadata: &str, timeline: &str| -> Vec<(String, bool)> {
        let spec = match kind {
            "Service" => "ports: [{port: 80}]",
            _ => {
                "replicas: 0, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}"
            }
        };
        let version = if kind == "Service" { "v1" } else { "apps/v1" };
        let text = format!(
            "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec: {{timeline: [{timeline}]}}\n---\napiVersion: \
             {version}\nkind: {kind}\nmetadata: {{name: old, {metadata}}}\nspec: {{{spec}}}\n"
        );
        let source = SourceText { name: "s.yaml".into(), text: text.into() };
        let resolved = load(&[source], &LoadOptions::default(), &NoFiles).expect("a good scenario");
        let gaps = resolved.ledger.gaps.iter().filter(|gap| gap.what.contains("finalizers"));
        gaps.map(|gap| (gap.what.clone(), gap.decisive)).collect()
    };
    let balancer = "finalizers: [service.kubernetes.io/load-balancer-cleanup]";
    let (delete, remove) = ("{at: 1m, delete: service/old}", "{at: 2m, removeFinalizers: service/old}");
    let told = [("finalizers of Services".to_owned(), true)];
    assert_eq!(gaps("Service", balancer, ""), []);
    assert_eq!(gaps("Service", balancer, delete), told);
    assert_eq!(gaps("Service", balancer, &format!("{delete}, {remove}")), []);
    assert_eq!(gaps("Service", "labels: {a: b}", delete), []);
    let terminating = format!("uid: u, deletionTimestamp: \"2026-01-10T09:29:12Z\", {balancer}");
    assert_eq!(gaps("Service", &terminating, ""), told);
    assert_eq!(gaps("Deployment", "finalizers: [a/a]", ""), [("finalizers".to_owned(), false)]);
}
