//! Inputs on which some releases of kube-scheduler panic: an outcome of its own, and a warning.

use super::loaded;

/// A running pod whose container requests nothing and has a request in its status (kk 132895), beside a pod that waits.
const RESIZED: &str = "\
apiVersion: v1
kind: Node
metadata: {name: a}
status: {allocatable: {cpu: 4, memory: 8Gi, pods: 10}}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {nodeName: a, containers: [{name: c, image: c}]}
status:
  phase: Running
  containerStatuses:
  - {name: c, image: c, imageID: '', ready: true, restartCount: 0, resources: {requests: {cpu: 500m}}}
---
apiVersion: v1
kind: Pod
metadata: {name: q}
spec: {containers: [{name: c, image: c}]}
";

fn warnings(release: &str, text: &str) -> String {
    let ledger = loaded(&[text], Some(release)).expect("a good input").ledger;
    let told: Vec<String> = ledger.gaps.iter().map(ToString::to_string).collect();
    told.into_iter().filter(|gap| gap.contains("panics")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_release_that_panics_is_warned_of() {
    for release in ["1.33.0", "v1.33.3"] {
        let told = warnings(release, RESIZED);
        assert!(told.contains("(1 pod)") && told.contains("assignment to entry in nil map"), "{told}");
    }
    for release in ["1.32.2", "1.33.4", "1.33", "1.34"] {
        assert_eq!(warnings(release, RESIZED), "", "{release}");
    }
}

/// Issue 124930.
#[test]
fn affinity_to_a_node_that_is_not_there_is_warned_of_where_it_ends_the_scheduler() {
    let pod = "\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers: [{name: c, image: c}]
  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
    {matchFields: [{key: metadata.name, operator: In, values: [NODE]}]}]}}}
---
apiVersion: v1
kind: Node
metadata: {name: a}
status: {allocatable: {cpu: 4, memory: 8Gi, pods: 10}}
";
    let (there, lost) = (pod.replace("NODE", "a"), pod.replace("NODE", "b"));
    assert!(warnings("1.30.0", &lost).contains("integer divide by zero"));
    for (release, text) in [("1.30.0", &there), ("1.30.2", &lost), ("1.29.4", &lost), ("1.34", &lost)] {
        assert_eq!(warnings(release, text), "", "{release}");
    }
}
