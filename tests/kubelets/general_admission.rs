//! The kubelet's general admission, which looks at every node, with a machine or without.

use std::fs;
use std::path::Path;

use kubecast::api::PodPhase;

use super::{kubecast, last_states};
use crate::harness::{self, file, folder};

/// A cluster of one node with 4 CPU, 8Gi, 3 places and 1 device, and pods that name it.
fn cluster(node: &str, pods: &[(&str, &str)]) -> String {
    let pods: Vec<String> = pods
        .iter()
        .map(|(name, spec)| {
            format!(
                "    - {{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{nodeName: worker-0, {spec}}}}}"
            )
        })
        .collect();
    let pods = pods.join("\n");
    format!(
        r#"
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: general}}
spec:
  nodePools:
    - name: worker
      count: 1
      template: {{{node}status: {{allocatable: {{cpu: "4", memory: 8Gi, pods: "3", example.com/nic: "1"}}}}}}
  manifests:
{pods}"#
    )
}

fn container(requests: &str) -> String {
    format!(
        "containers: [{{name: a, image: a, resources: {{requests: {{{requests}}}, limits: {{{requests}}}}}}}]"
    )
}

/// What becomes of the last pod, and what `kubecast run` tells.
fn refused(name: &str, node: &str, pods: &[(&str, &str)], reason: &str, message: &str) {
    let text = cluster(node, pods);
    let last = last_states(&text);
    for (place, (pod, _)) in pods.iter().enumerate() {
        let wanted = if place + 1 == pods.len() { PodPhase::Failed } else { PodPhase::Running };
        assert_eq!(last[*pod], (wanted, false), "{name}: {pod}");
    }
    let (code, told) = kubecast("run", &format!("general-{name}"), &text);
    assert!(code == 0 && told.contains(&format!("refused: {reason} once.")), "{name}: {told}");
    let out = kubecast_events(&format!("general-{name}"), &text);
    assert!(out.contains(message), "{name}: {out}");
}

/// `admissions.csv` of a run.
fn kubecast_events(name: &str, text: &str) -> String {
    let out = folder(&format!("{name}.out"));
    harness::kubecast(&["run", &file(&format!("{name}.yaml"), text), "--out", &out]).success();
    fs::read_to_string(Path::new(&out).join("admissions.csv")).expect("there is a table of refusals")
}

/// The first pods fit; the last one is refused in the kubelet's words, with the sums by hand.
#[test]
fn what_the_scheduler_did_not_place_is_checked_by_the_kubelet() {
    let (three, two) = (container("cpu: '3'"), container("cpu: '2'"));
    refused(
        "cpu",
        "",
        &[("a", &three), ("b", &two)],
        "OutOfcpu",
        "resource: cpu, requested: 2000, used: 3000, capacity: 4000",
    );
    let (five, four) = (container("memory: 5Gi"), container("memory: 4Gi"));
    // 4 Gi, 5 Gi and 8 Gi in bytes.
    refused(
        "memory",
        "",
        &[("a", &five), ("b", &four)],
        "OutOfmemory",
        "resource: memory, requested: 4294967296, used: 5368709120, capacity: 8589934592",
    );
    let none = "containers: [{name: a, image: a}]";
    refused(
        "pods",
        "",
        &[("a", none), ("b", none), ("c", none), ("d", none)],
        "OutOfpods",
        "resource: pods, requested: 1, used: 3, capacity: 3",
    );
    let nic = container("example.com/nic: 1");
    refused(
        "extended",
        "",
        &[("a", &nic), ("b", &nic)],
        "OutOfexample.com/nic",
        "resource: example.com/nic, requested: 1, used: 1, capacity: 1",
    );
    let port = "containers: [{name: a, image: a, ports: [{containerPort: 80, hostPort: 80}]}]";
    refused(
        "ports",
        "",
        &[("a", port), ("b", port)],
        "NodePorts",
        "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    );
    let elsewhere = "nodeSelector: {disk: ssd}, containers: [{name: a, image: a}]";
    refused(
        "affinity",
        "",
        &[("a", none), ("b", elsewhere)],
        "NodeAffinity",
        "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    );
    let tolerant = "tolerations: [{operator: Exists}], containers: [{name: a, image: a}]";
    refused(
        "taint",
        "spec: {taints: [{key: gone, effect: NoExecute}]}, ",
        &[("a", tolerant), ("b", none)],
        "TaintToleration",
        "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    );
}

/// An extended resource that the node does not know is not the kubelet's business; taints NoSchedule are the
/// scheduler's; a pod that has failed makes room.
#[test]
fn what_the_kubelet_does_not_look_at() {
    let pods = [("a", container("example.com/other: 7")), ("b", container("cpu: '4'"))];
    let pods: Vec<(&str, &str)> = pods.iter().map(|(name, spec)| (*name, spec.as_str())).collect();
    let text = cluster("spec: {taints: [{key: busy, effect: NoSchedule}]}, ", &pods);
    let last = last_states(&text);
    assert!(last.values().all(|state| *state == (PodPhase::Running, false)), "{last:?}");

    // 4 CPU are taken by a pod that is refused for its label; the pod after it finds them free.
    let misplaced = format!("nodeSelector: {{disk: ssd}}, {}", container("cpu: '4'"));
    let (whole, pods) = (container("cpu: '4'"), "misplaced");
    let last = last_states(&cluster("", &[(pods, &misplaced), ("after", &whole)]));
    assert_eq!(last["misplaced"], (PodPhase::Failed, false));
    assert_eq!(last["after"], (PodPhase::Running, false));
}
