//! Dumps: ReplicaSets and pods that exist at time 0.

use kubecast::cluster::record::Record;
use kubecast::cluster::store::Change;

use super::library::instant_setup;
use super::trace::trace;

const NODES: &str = "
apiVersion: v1
kind: Node
metadata: {name: n0}
status: {allocatable: {cpu: 8, memory: 8Gi, pods: 110}}
---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {allocatable: {cpu: 8, memory: 8Gi, pods: 110}}
";

/// A Deployment `web` of `replicas` pods.
fn deployment(replicas: u32, strategy: &str) -> String {
    format!(
        "---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, uid: d-uid, generation: 1, annotations: {{deployment.kubernetes.io/revision: '1'}}}}
spec:
  replicas: {replicas}
  progressDeadlineSeconds: 60
  strategy: {strategy}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{terminationGracePeriodSeconds: 5, containers: [{{name: app, image: web}}]}}
status: {{replicas: {replicas}, updatedReplicas: {replicas}, availableReplicas: {replicas}, observedGeneration: 1}}
"
    )
}

/// Its ReplicaSet, which wants `replicas` pods.
fn replica_set(replicas: u32, owner: &str) -> String {
    format!(
        "---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-abc
  uid: rs-uid
  generation: 1
  labels: {{app: web, pod-template-hash: abc}}
  annotations: {{deployment.kubernetes.io/revision: '1', deployment.kubernetes.io/desired-replicas: '{replicas}'}}
  {owner}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web, pod-template-hash: abc}}}}
  template:
    metadata: {{labels: {{app: web, pod-template-hash: abc}}}}
    spec: {{terminationGracePeriodSeconds: 5, containers: [{{name: app, image: web}}]}}
"
    )
}

const OWNER: &str =
    "ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: d-uid, controller: true}]";

/// A pod `web-abc-NUMBER` of it, created in second `NUMBER` and ready 10 s later, or ended.
fn pod(number: u32, node: &str, phase: &str) -> String {
    let ready = if phase == "Running" { "True" } else { "False" };
    format!(
        "---
apiVersion: v1
kind: Pod
metadata:
  name: web-abc-{number}
  uid: pod-uid-{number}
  creationTimestamp: '2025-01-01T00:00:0{number}Z'
  labels: {{app: web, pod-template-hash: abc}}
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web-abc, uid: rs-uid, controller: true}}]
spec: {{nodeName: {node}, terminationGracePeriodSeconds: 5, containers: [{{name: app, image: web}}]}}
status:
  phase: {phase}
  conditions: [{{type: Ready, status: '{ready}', lastTransitionTime: '2025-01-01T00:00:1{number}Z'}}]
"
    )
}

const ROLLING: &str = "{type: RollingUpdate}";

/// The names of the pods that are told to stop, and the times in seconds at which pods are created.
fn stopped_and_created(text: &str) -> (Vec<String>, Vec<f64>) {
    let (records, _) = trace(&instant_setup(text), 1);
    let (mut stopped, mut created) = (Vec::new(), Vec::new());
    // The objects of the dump come first, at time 0, in one go; what is made later has no node yet.
    for (time, record) in &records {
        match record {
            Record::Change(Change::Pod { old: Some(old), new: Some(new) })
                if old.deleted.is_none() && new.deleted.is_some() =>
            {
                stopped.push(new.name.to_string());
            }
            Record::Change(Change::Pod { old: None, new: Some(new) }) if new.node.is_none() => {
                created.push(time.as_secs_f64());
            }
            _ => {}
        }
    }
    (stopped, created)
}

#[test]
fn adopted_pods_count_where_they_are() {
    // Of three pods one must go. The newest, alone on n1, became ready this second; but of the pods on n0
    // there are two, and more pods of one owner on a node come first: of those the one that is ready for
    // less long, in powers of two (1 s, 2 s).
    let mut text = format!("{NODES}{}{}", deployment(2, ROLLING), replica_set(3, OWNER));
    for (number, node) in [(0, "n0"), (1, "n0"), (2, "n1")] {
        text.push_str(&pod(number, node, "Running"));
    }
    assert_eq!(stopped_and_created(&text), (vec!["web-abc-1".to_owned()], Vec::new()));
}

#[test]
fn a_replica_set_without_owner_knows_no_related_pods() {
    // `getReplicaSetsWithSameController` finds nothing without a controller, so every node counts 0 and
    // the newest pod goes.
    let mut text = format!("{NODES}{}", replica_set(2, ""));
    for (number, node) in [(0, "n0"), (1, "n0"), (2, "n1")] {
        text.push_str(&pod(number, node, "Running"));
    }
    assert_eq!(stopped_and_created(&text), (vec!["web-abc-2".to_owned()], Vec::new()));
}

#[test]
fn failed_and_finished_pods_are_replaced() {
    // `FilterActivePods` drops both; they stay where they are.
    let mut text = format!("{NODES}{}{}", deployment(4, ROLLING), replica_set(4, OWNER));
    for (number, phase) in [(0, "Running"), (1, "Failed"), (2, "Succeeded"), (3, "Running")] {
        text.push_str(&pod(number, "n0", phase));
    }
    let (stopped, created) = stopped_and_created(&text);
    assert_eq!((stopped.len(), created), (0, vec![0.0, 0.0]));
}

/// When the pod of the next revision is created, after a restart at 1 s.
fn recreated(beside_a_failed_pod: bool) -> Vec<f64> {
    let mut text = "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: recreate}
spec:
  timing: {preset: instant, schedulingCycle: 0s, containerStart: 1s}
  timeline: [{at: 1s, rolloutRestart: deployment/web}]
---
"
    .to_owned();
    text.push_str(&format!("{NODES}{}{}", deployment(1, "{type: Recreate}"), replica_set(1, OWNER)));
    text.push_str(&pod(0, "n0", "Running"));
    if beside_a_failed_pod {
        text.push_str(&pod(1, "n1", "Failed"));
    }
    stopped_and_created(&text).1
}

#[test]
fn a_pod_that_failed_holds_up_recreate() {
    // The old pod is told to stop at 1 s and gone at 6 s; with the last pod the Deployment controller
    // wakes (`deletePod`), and the new ReplicaSet is made.
    assert_eq!(recreated(false), [6.0]);
    // A pod that failed is nobody's to remove, so the last pod never goes. What wakes the controller is the
    // deadline of 60 s, to which a second is added. It counts from 0 s, when all was complete: without a pod
    // of any revision (`replicas` = `updatedReplicas`) no progress is looked for.
    assert_eq!(recreated(true), [61.0]);
}
