//! What it costs that CPUs lie as they do, on a node small enough to reckon by hand: 3 CPUs beside the
//! reserved one on NUMA node 0, 4 on NUMA node 1, `single-numa-node`.

use super::{kubecast, pod, scenario};

const SINGLE: &str =
    "cpuManagerPolicy: static\nreservedSystemCPUs: \"0\"\ntopologyManagerPolicy: single-numa-node";

fn expect(measure: &str, value: u32) -> String {
    format!("    - {{measure: {measure}, equals: {value}}}\n")
}

/// 2 CPUs of node 0, then 2 of node 1 are taken: 3 of the 3 free ones are refused. Packed anew, 3 | 2 + 2 is full.
/// A pod of 4 after that is refused too, and no packing makes 2 + 2 + 4 of 7.
#[test]
fn a_refusal_is_put_down_to_fragmentation_if_a_packing_avoids_it() {
    let text = scenario("2s1n4c1t", SINGLE);
    for (name, last, by_fragmentation) in [("three", 3, 1), ("four", 4, 0)] {
        let pods = [pod("a", 2, ""), pod("b", 2, ""), pod("c", last, "")].concat();
        let expected = [
            expect("refusedPods", 1),
            expect("refusedByFragmentation", by_fragmentation),
            expect("refusedByFragmentationAtMost", by_fragmentation),
            expect("waitingForCpus", 0),
        ];
        let text = format!("{text}\n  manifests:{pods}\n  expect:\n{}", expected.concat());
        let (code, told) = kubecast("run", &format!("fragmentation-{name}"), &text);
        assert_eq!(code, 0, "{name}: {told}");
    }
}

/// The pod of 3 belongs to a Deployment, which makes it anew for ever: at the end one waits, cannot be admitted as
/// CPUs lie, and could be if 2 and 2 lay on node 1. Two such pods: one could be.
#[test]
fn pods_that_wait_at_the_end_are_counted_against_what_is_free() {
    for replicas in [1, 2] {
        let text = scenario("2s1n4c1t", SINGLE);
        let pods = [pod("a", 2, ""), pod("b", 2, "")].concat();
        let expected = [
            expect("waitingForCpus", replicas),
            expect("waitingAdmissible", 0),
            expect("waitingAdmissibleRepacked", 1),
            expect("waitingAdmissibleRepackedAtMost", 1),
        ];
        let text = format!(
            r#"{text}
  manifests:{pods}
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: three}}
      spec:
        replicas: {replicas}
        selector: {{matchLabels: {{app: three}}}}
        template:
          metadata: {{labels: {{app: three}}}}
          spec: {{containers: [{{name: a, image: a, resources: {{limits: {{cpu: "3", memory: 1Gi}}}}}}]}}
  timing: {{preset: instant}}
  horizon: 10s
  expect:
{}"#,
            expected.concat()
        );
        let (code, told) = kubecast("run", &format!("waiting-{replicas}"), &text);
        assert_eq!(code, 0, "{replicas}: {told}");
        let words = format!(
            "at the end {replicas} pods wait for CPUs of their own; at least 0 could be admitted as CPUs lie, at least 1 \
             and at most 1 if every node were packed anew"
        );
        assert!(told.contains(&words), "{told}");
    }
}
