//! Where a rollout of Kubernetes leaves the limits that it keeps otherwise; each case by hand.

use kubecast::cluster::record::Record;
use kubecast::kernel::SimTime;

use super::library::instant_setup;
use super::objects::Objects;
use super::trace::trace;

/// A Deployment `web`, its pods ready so long after they are bound, and its timeline.
fn scenario(spec: &str, start: &str, timeline: &str) -> String {
    format!(
        "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: exception}}
spec:
  timing: {{preset: instant, schedulingCycle: 0s, containerStart: {start}, termination: 5s}}
  nodePools: [{{name: one, count: 1, template: {{status: {{allocatable: {{cpu: 64, memory: 64Gi}}}}}}}}]
  manifests: [{}]
  timeline: [{timeline}]
",
        deployment(spec)
    )
}

fn deployment(spec: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{{spec}, \
         selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}}}, \
         spec: {{containers: [{{name: app, image: 'web:v1'}}]}}}}}}}}"
    )
}

/// At the end of the last instant up to a second: sizes of the ReplicaSets in order of creation, pods that
/// are ready, pods that are terminating.
fn state_at(text: &str, second: u64) -> (Vec<i32>, usize, usize) {
    let (records, _) = trace(&instant_setup(text), 1);
    let mut objects = Objects::default();
    let until = SimTime(second * 1_000_000_000);
    records.iter().take_while(|(time, _)| *time <= until).for_each(|(_, record)| objects.observe(record));
    let ready = objects.pods.values().filter(|pod| pod.is_active() && pod.is_ready()).count();
    let terminating = objects.pods.values().filter(|pod| pod.deleted.is_some()).count();
    (objects.replica_sets.values().map(|set| set.replicas).collect(), ready, terminating)
}

const SET_IMAGE: &str = "setImage: {deployment: deployment/web, image: 'web:v2'}";

#[test]
fn scaling_in_the_middle_can_take_every_available_pod() {
    // 10 replicas, 3 more (30 %) and 7 fewer (75 %): the rollout stands at 3 old pods, which are ready, and 10
    // new ones, which are not. Scaled to 1, 2 pods are allowed (30 % is 1) and 1 must stay. In proportion,
    // 10 · 2/13 is 2 and 3 · 2/13 is 0: the ready pods go, all of them.
    let spec = "replicas: 10, strategy: {rollingUpdate: {maxSurge: 30%, maxUnavailable: 75%}}";
    let timeline = format!(
        "{{at: 200s, {SET_IMAGE}}}, {{at: 210s, scale: {{deployment: deployment/web, replicas: 1}}}}"
    );
    let text = scenario(spec, "100s", &timeline);
    assert_eq!(state_at(&text, 209), (vec![3, 10], 3, 0));
    // One of the two new pods goes with the next sync, as one is wanted.
    assert_eq!(state_at(&text, 214), (vec![0, 1], 0, 12));
}

#[test]
fn an_edit_of_the_strategy_leaves_more_pods_than_it_allows() {
    // 4 old and 4 new pods stand while 4 more are allowed. With 1 more, 5 are; but no ready pod goes before
    // another is there, and new ones are not taken back.
    let strategy = |surge: u32| {
        format!("replicas: 4, strategy: {{rollingUpdate: {{maxSurge: {surge}, maxUnavailable: 0}}}}")
    };
    let edited = deployment(&strategy(1)).replace("web:v1", "web:v2");
    let text =
        scenario(&strategy(4), "100s", &format!("{{at: 200s, {SET_IMAGE}}}, {{at: 210s, apply: {edited}}}"));
    assert_eq!(state_at(&text, 209), (vec![4, 4], 4, 0));
    assert_eq!(state_at(&text, 290), (vec![4, 4], 4, 0));
}

#[test]
fn a_pause_in_the_middle_of_recreate_makes_pods_beside_old_ones() {
    // At 200 s the first template comes back; the three pods of the second terminate until 205 s. A paused
    // Deployment is scaled and nothing else: without an active ReplicaSet the new one gets all its pods at once.
    let back = "setImage: {deployment: deployment/web, image: 'web:v1'}";
    let timeline =
        format!("{{at: 100s, {SET_IMAGE}}}, {{at: 200s, {back}}}, {{at: 202s, pause: deployment/web}}");
    let text = scenario("replicas: 3, strategy: {type: Recreate}", "1s", &timeline);
    assert_eq!(state_at(&text, 201), (vec![0, 0], 0, 3));
    assert_eq!(state_at(&text, 204), (vec![3, 0], 3, 3));
}

/// A ReplicaSet of a dump with its pods, so many of them ready, and so many available by its status.
fn dumped(name: &str, revision: u32, pods: u32, ready: u32, status: u32) -> String {
    let mut text = format!(
        "---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-{name}
  uid: rs-{name}
  creationTimestamp: '2025-01-01T00:00:0{revision}Z'
  generation: 2
  labels: {{app: web, pod-template-hash: {name}}}
  annotations: {{deployment.kubernetes.io/revision: '{revision}', deployment.kubernetes.io/desired-replicas: '4'}}
  ownerReferences: [{{apiVersion: apps/v1, kind: Deployment, name: web, uid: d-uid, controller: true}}]
spec:
  replicas: {pods}
  selector: {{matchLabels: {{app: web, pod-template-hash: {name}}}}}
  template:
    metadata: {{labels: {{app: web, pod-template-hash: {name}}}}}
    spec: {{containers: [{{name: app, image: 'web:v{revision}'}}]}}
status: {{replicas: {status}, readyReplicas: {status}, availableReplicas: {status}, observedGeneration: 1}}
"
    );
    for number in 0..pods {
        let is_ready = if number < ready { "True" } else { "False" };
        text.push_str(&format!(
            "---
apiVersion: v1
kind: Pod
metadata:
  name: web-{name}-{number}
  uid: pod-{name}-{number}
  labels: {{app: web, pod-template-hash: {name}}}
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web-{name}, uid: rs-{name}, controller: true}}]
spec: {{nodeName: n0, containers: [{{name: app, image: 'web:v{revision}'}}]}}
status: {{phase: Running, conditions: [{{type: Ready, status: '{is_ready}', lastTransitionTime: '2025-01-01T00:00:30Z'}}]}}
"
        ));
    }
    text
}

#[test]
fn a_stale_status_lets_a_step_take_more_than_is_to_spare() {
    // 4 replicas, at most 1 unavailable, so 3 must stay. The oldest ReplicaSet has an available pod and one
    // that is not, the next has one but its status still reports three, the new one has one. 4 pods less 3
    // leaves 1 to go: the pod that is not available (`cleanupUnhealthyReplicas`, which so never comes to the
    // second, whose status would have stopped it). Then 5 available pods by the statuses less 3 leaves 2 more
    // to go: of 3 pods that really are available one stays.
    let mut text = format!(
        "
apiVersion: v1
kind: Node
metadata: {{name: n0}}
status: {{allocatable: {{cpu: 8, memory: 8Gi, pods: 110}}}}
---
{}
",
        deployment("replicas: 4, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}")
            .replace("name: web}", "name: web, uid: d-uid}")
            .replace("web:v1", "web:v3")
    );
    for (name, revision, pods, ready, status) in [("a", 1, 2, 1, 1), ("b", 2, 1, 1, 3), ("c", 3, 1, 1, 1)] {
        text.push_str(&dumped(name, revision, pods, ready, status));
    }
    let (records, _) = trace(&instant_setup(&text), 1);
    let mut objects = Objects::default();
    let mut sizes = Vec::new();
    for (_, record) in &records {
        objects.observe(record);
        if matches!(record, Record::Change(_)) && objects.replica_sets.len() == 3 && objects.pods.len() >= 4 {
            sizes.push(objects.replica_sets.values().map(|set| set.replicas).collect::<Vec<_>>());
        }
    }
    sizes.dedup();
    assert_eq!(sizes[..4], [[2, 1, 1], [1, 1, 1], [0, 1, 1], [0, 0, 1]]);
}
