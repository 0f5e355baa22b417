//! When the controllers act: availability, retries, and numbers that nobody means.

use kubecast::cluster::record::Record;
use kubecast::cluster::store::Change;
use kubecast::kernel::Ended;

use super::library::setup;
use super::objects::Objects;
use super::trace::trace;

/// Two pods on two nodes, running 2 s after binding; the image has to be pulled on one of them, for 4 s.
fn two_pods(release: &str) -> String {
    format!(
        "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: times}}
spec:
  kubernetesVersion: '{release}'
  timing: {{preset: instant, schedulingCycle: 0s, imagePull: 4s, containerStart: 2s}}
  manifests:
    - apiVersion: v1
      kind: Node
      metadata: {{name: n0}}
      status: {{allocatable: {{cpu: 1, memory: 8Gi, pods: 110}}, images: [{{names: ['web:v1'], sizeBytes: 1}}]}}
    - apiVersion: v1
      kind: Node
      metadata: {{name: n1}}
      status: {{allocatable: {{cpu: 1, memory: 8Gi, pods: 110}}}}
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: 2
        minReadySeconds: 10
        selector: {{matchLabels: {{app: web}}}}
        template:
          metadata: {{labels: {{app: web}}}}
          spec: {{containers: [{{name: app, image: 'web:v1', resources: {{requests: {{cpu: 1}}}}}}]}}
"
    )
}

/// The second in which so many pods were first counted as available.
fn available_at(release: &str) -> Vec<(f64, i32)> {
    let (records, end) = trace(&setup(&two_pods(release)), 1);
    assert_eq!(end.ended, Ended::Quiescent);
    let changes = records.iter().filter_map(|(time, record)| match record {
        Record::Change(Change::ReplicaSet { old: Some(old), new: Some(new) })
            if old.status.available_replicas != new.status.available_replicas =>
        {
            Some((time.as_secs_f64(), new.status.available_replicas))
        }
        _ => None,
    });
    changes.collect()
}

#[test]
fn availability_is_noticed_late_before_v1_34() {
    // The pods are ready at 2 s and 6 s, so available 10 s later. v1.34 looks at both moments.
    assert_eq!(available_at("1.34"), [(12.0, 1), (16.0, 2)]);
    // v1.32 asks for a look 11 s after it sees a pod ready: at 13 s for the first. For the second, which
    // would be at 17 s, the queue keeps the earlier time it has for this ReplicaSet. The sync at 13 s finds
    // all pods ready and not all available, and asks for a look in 10 s (kubernetes/kubernetes#101319).
    assert_eq!(available_at("1.32"), [(13.0, 1), (23.0, 2)]);
}

/// A Deployment `web` on one node.
fn deployment(spec: &str, pod: &str, timeline: &str) -> String {
    format!(
        "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: numbers}}
spec:
  timing: {{preset: instant, schedulingCycle: 0s, containerStart: 1s}}
  nodePools: [{{name: one, count: 1, template: {{status: {{allocatable: {{cpu: 64, memory: 64Gi}}}}}}}}]
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        {spec}
        selector: {{matchLabels: {{app: web}}}}
        template:
          metadata: {{labels: {{app: web}}}}
          spec: {{{pod}containers: [{{name: app, image: 'web:v1'}}]}}
  timeline: [{timeline}]
"
    )
}

#[test]
fn what_changes_nothing_is_not_written() {
    // `PrepareForUpdate` counts the generation up only for another spec.
    let text = deployment(
        "replicas: 2",
        "",
        "{at: 10s, scale: {deployment: deployment/web, replicas: 2}}, {at: 20s, resume: deployment/web}",
    );
    let (records, end) = trace(&setup(&text), 1);
    let mut objects = Objects::default();
    for (_, record) in &records {
        objects.observe(record);
    }
    assert_eq!(objects.deployments[&0].generation, 1);
    assert!(end.last_change.as_secs_f64() < 10.0);
}

#[test]
fn absurd_numbers_end_as_in_kubernetes() {
    let most = i32::MAX;
    let restart = "{at: 1m, rolloutRestart: deployment/web}";
    // 3 + 2147483647 wraps around: not one pod may be added, ever.
    let surge =
        format!("replicas: 3\n        strategy: {{rollingUpdate: {{maxSurge: {most}, maxUnavailable: 0}}}}");
    let (records, end) = trace(&setup(&deployment(&surge, "", restart)), 1);
    let mut objects = Objects::default();
    for (_, record) in &records {
        objects.observe(record);
    }
    assert_eq!((end.ended, objects.pods.len()), (Ended::Quiescent, 0));
    assert!(objects.replica_sets.values().all(|set| set.replicas == 0));
    assert_eq!(objects.replica_sets[&0].max_replicas.as_deref(), Some("-2147483646"));
    // Times of 68 years and more.
    for (spec, pod) in [
        (format!("minReadySeconds: {}\n        progressDeadlineSeconds: {most}", most - 1), ""),
        (format!("progressDeadlineSeconds: {}", most - 1), ""),
        (format!("revisionHistoryLimit: {most}"), "terminationGracePeriodSeconds: 9223372036854775807, "),
        ("strategy: {rollingUpdate: {maxSurge: 9223372036854775807%}}".to_owned(), ""),
    ] {
        let (_, end) = trace(&setup(&deployment(&spec, pod, restart)), 1);
        assert_eq!(end.ended, Ended::Quiescent, "{spec} {pod}");
    }
}
