//! Measures of rollouts, worked out by hand: time without a node, what the loss of a domain leaves, and why
//! a rollout is blocked.

use std::sync::Arc;

use kubecast::cluster::setup::ClusterSetup;
use kubecast::kernel::Seed;
use kubecast::measures::{Counted, MEASURES, RolloutRow, RunRecord, SpreadRow};
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};
use kubecast::study::replication::run_once;

/// Containers start in 5 s and stop in 1 s, everything else takes no time, of equal nodes the first name
/// is taken. The node a-0 has room for two pods, b-0, which comes after 30 s, for one.
const BASE: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: by-hand}
spec:
  timing: {preset: instant, containerStart: 5s, termination: 1s, schedulingCycle: 0s}
  scheduler: {tieBreak: first}
  nodePools:
    - {name: a, zones: {a: 1}, template: {status: {allocatable: {cpu: 2, memory: 8Gi}}}}
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: app, image: web, resources: {requests: {cpu: 1}}}]
            topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: topology.kubernetes.io/zone
                whenUnsatisfiable: ScheduleAnyway
                labelSelector: {matchLabels: {app: web}}
  timeline:
    - at: 30s
      apply:
        apiVersion: v1
        kind: Node
        metadata: {name: b-0, labels: {kubernetes.io/hostname: b-0, topology.kubernetes.io/zone: b}}
        status: {allocatable: {cpu: 1, memory: 8Gi, pods: 110}}
";

const RESTART: &str = "    - {afterSettled: 60s, rolloutRestart: deployment/web}\n";

fn setup(text: &str) -> Arc<ClusterSetup> {
    let source = SourceText { name: "by-hand.yaml".into(), text: text.into() };
    let resolved = load(&[source], &LoadOptions::default(), &NoFiles);
    let resolved = resolved.unwrap_or_else(|errors| panic!("{errors:#?}"));
    Arc::clone(&resolved.variants[0].setup)
}

fn run(text: &str) -> RunRecord {
    run_once(&setup(text), Seed(1), 0, true, None).1
}

/// The value of a measure of `deployment/default/web` in a rollout.
fn figure(record: &RunRecord, measure: &str, rollout: u32) -> Option<f64> {
    assert!(MEASURES.iter().any(|known| known.name == measure), "{measure} can be expected");
    let figures = record.figures();
    let found =
        figures.iter().find(|figure| figure.key.measure == measure && figure.key.rollout == Some(rollout));
    found.map(|figure| figure.value)
}

fn check(record: &RunRecord, rollout: u32, expected: &[(&str, f64)]) {
    for (measure, value) in expected {
        let found = figure(record, measure, rollout).unwrap_or_else(|| panic!("{measure} is missing"));
        assert!((found - value).abs() < 1e-9, "rollout {rollout}: {measure} is {found}, not {value}");
    }
}

#[test]
fn a_creation_that_waits_for_a_node() {
    let record = run(BASE);
    // Two pods start on a-0 at once and are ready at 5 s, both in zone a: its loss leaves 0 of 2. The third
    // waits 30 s for b-0 and is ready at 35 s: the loss of a leaves 1 of 3.
    check(
        &record,
        0,
        &[
            ("pendingSecondsMax", 30.0),
            ("pendingSecondsTotal", 30.0),
            ("readyShareAfterDomainLossMin", 0.0),
            ("readyShareAfterDomainLoss", 1.0 / 3.0),
            ("rolloutDurationSeconds", 35.0),
            ("rolloutBlocked", 0.0),
        ],
    );
}

#[test]
fn a_rollout_that_waits_for_its_own_old_pods() {
    let record = run(&format!("{BASE}{RESTART}"));
    // At 95 s one old pod of a-0, which holds most, is deleted; the new one waits 1 s for its place, starts at
    // 96 s and is ready at 101 s. Then the other old pod of a-0 goes, then the one of b-0: each new pod
    // waits 1 s, each step takes 6 s.
    // Ready pods at settled instants: 95 s a1 b1 (1/2), 101 s a1 b1 (1/2), 107 s a2 (0), 113 s a2 b1 (1/3).
    check(
        &record,
        1,
        &[
            ("pendingSecondsMax", 1.0),
            ("pendingSecondsTotal", 3.0),
            ("readyShareAfterDomainLossMin", 0.0),
            ("readyShareAfterDomainLoss", 1.0 / 3.0),
            ("rolloutDurationSeconds", 18.0),
            ("unavailablePodsMax", 1.0),
            ("surgePodsMax", 0.0),
        ],
    );
    let shares: Vec<(u64, String)> = record
        .spread
        .iter()
        .filter(|row| row.rollout == 1)
        .map(|row| (row.time.0 / 1_000_000_000, words(row)))
        .collect();
    let at = |second: u64| -> Vec<&str> {
        shares.iter().filter(|(time, _)| *time == second).map(|(_, words)| words.as_str()).collect()
    };
    assert_eq!(at(95), vec!["a=1;b=1 1/2"]);
    assert_eq!(at(96), vec!["a=2;b=1 1/2"]);
    assert_eq!(at(101), vec!["a=1;b=1 1/2"]);
    assert_eq!(at(107), vec!["a=2;b=0 0/2"]);
    assert_eq!(at(113), vec!["a=2;b=1 1/3"], "only the ready pods changed, and that is a row");
}

#[test]
fn a_wait_counts_in_the_rollout_that_made_the_pod() {
    // Four pods, room for three, and a restart at 40 s. Of the creation, one pod waits 30 s and one until the
    // restart, which deletes it. The new pod in its place finds the cluster full of old ones, all of them
    // needed: it waits until the deadline of 600 s, looked at a second later, is over and nothing goes on.
    let text = BASE.replace("replicas: 3", "replicas: 4");
    let record = run(&format!("{text}    - {{at: 40s, rolloutRestart: deployment/web}}\n"));
    check(&record, 0, &[("pendingSecondsMax", 40.0), ("pendingSecondsTotal", 70.0), ("rolloutBlocked", 1.0)]);
    check(
        &record,
        1,
        &[("pendingSecondsMax", 601.0), ("pendingSecondsTotal", 601.0), ("rolloutBlocked", 1.0)],
    );
}

fn words(row: &SpreadRow) -> String {
    let left = row.ready_left.map_or_else(String::new, |left| format!(" {}/{}", left.left, left.ready));
    format!("{}{left}", row.counts)
}

#[test]
fn a_pod_on_a_node_without_the_key_outlives_every_loss() {
    // b-0 has no zone: of three ready pods two are in zone a, the only domain.
    let record = run(&BASE.replace(", topology.kubernetes.io/zone: b", ""));
    check(&record, 0, &[("readyShareAfterDomainLoss", 1.0 / 3.0), ("finalSkew", 0.0)]);
    // Without ready pods there is nothing to lose.
    let never = run(&BASE.replace("cpu: 2,", "cpu: 500m,").replace("cpu: 1,", "cpu: 500m,"));
    assert_eq!(figure(&never, "readyShareAfterDomainLoss", 0), None);
    assert_eq!(figure(&never, "readyShareAfterDomainLossMin", 0), None);
}

/// Why rollout `number` did not complete.
fn blocked(text: &str, number: u32) -> String {
    let record = run(text);
    let row: &RolloutRow =
        record.rollouts.iter().find(|row| row.number == number).expect("the rollout took place");
    assert_eq!(row.completed.is_none(), row.blocked.is_some(), "one of the two");
    row.blocked.as_deref().unwrap_or("complete").to_owned()
}

#[test]
fn a_blocked_rollout_names_its_reason() {
    let few = BASE.replace("replicas: 3", "replicas: 5");
    let cpu = "2 pods of the newest ReplicaSet wait for a node: 0/2 nodes are available: 2 Insufficient cpu. no new \
               claims to deallocate, preemption: 0/2 nodes are available: 2 No preemption victims found for incoming \
               pod";
    assert_eq!(blocked(&few, 0), format!("{cpu}; progress deadline exceeded"));
    let patient = few.replace("replicas: 5", "replicas: 5\n        progressDeadlineSeconds: 2147483647");
    assert_eq!(blocked(&patient, 0), cpu);
    let horizon = |text: &str, end: &str| {
        text.replace("spec:\n  timing", &format!("spec:\n  horizon: {end}\n  timing"))
    };
    assert_eq!(
        blocked(&horizon(BASE, "3s"), 0).split(':').next(),
        Some("1 pod of the newest ReplicaSet waits for a node")
    );
    let small = BASE.replace("replicas: 3", "replicas: 2");
    assert_eq!(blocked(&horizon(&small, "3s"), 0), "waiting for 2 pods to become available");
    assert_eq!(blocked(BASE, 0), "complete");
}

#[test]
fn a_rollout_that_is_cut_off_says_by_what() {
    let then = |more: &str| format!("{BASE}{RESTART}{more}");
    let paused = format!("{BASE}    - {{at: 40s, pause: deployment/web}}\n{RESTART}");
    assert_eq!(blocked(&paused, 1), "paused");
    let late = then("").replace("spec:\n  timing", "spec:\n  blockedAfter: 10s\n  timing");
    assert_eq!(blocked(&late, 1), "complete only after 18s, later than blockedAfter allows (10s)");
    // The restart at 43 s comes when the first new pod has its node and is not ready.
    let twice = format!(
        "{BASE}    - {{at: 40s, rolloutRestart: deployment/web}}\n    - {{at: 43s, rolloutRestart: deployment/web}}\n"
    );
    assert_eq!(
        blocked(&twice, 1),
        "waiting for 2 pods of the newest ReplicaSet to be created; the template changed again after 3s"
    );
    assert_eq!(blocked(&twice, 2), "complete");
    let gone = format!(
        "{BASE}    - {{at: 40s, rolloutRestart: deployment/web}}\n    - {{at: 43s, delete: deployment/web}}\n"
    );
    assert_eq!(
        blocked(&gone, 1),
        "waiting for 2 pods of the newest ReplicaSet to be created; the Deployment was deleted"
    );
}

#[test]
fn pods_that_nobody_schedules_are_told_apart() {
    let with = |field: &str| {
        BASE.replace("            containers:", &format!("            {field}\n            containers:"))
    };
    let patient = |text: String| {
        text.replace("replicas: 3", "replicas: 3\n        progressDeadlineSeconds: 2147483647")
    };
    let wait = "3 pods of the newest ReplicaSet wait for a node: ";
    assert_eq!(
        blocked(&patient(with("schedulingGates: [{name: example.com/hold}]")), 0),
        format!("{wait}scheduling gates hold them back")
    );
    assert_eq!(
        blocked(&patient(with("schedulerName: nobody")), 0),
        format!("{wait}no scheduler has tried them yet")
    );
}

/// Two nodes, one a zone, `web` of two pods in both, and a bare pod `other` pinned to a with the labels given.
fn beside(labels: &str, selector: &str) -> RunRecord {
    run(&format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: beside}}
spec:
  kubernetesVersion: \"1.34\"
  timing: {{preset: instant, containerStart: 5s, termination: 1s, schedulingCycle: 0s}}
  scheduler: {{tieBreak: first}}
  nodePools:
    - {{name: worker, zones: {{a: 1, b: 1}}, template: {{status: {{allocatable: {{cpu: 8, memory: 8Gi}}}}}}}}
  manifests:
    - apiVersion: v1
      kind: Pod
      metadata: {{name: other, labels: {labels}}}
      spec:
        nodeSelector: {{topology.kubernetes.io/zone: a}}
        containers: [{{name: app, image: other}}]
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: 2
        selector: {{matchLabels: {{app: web}}}}
        template:
          metadata: {{labels: {{app: web, tier: front}}}}
          spec:
            containers: [{{name: app, image: web, resources: {{requests: {{cpu: 1}}}}}}]
            topologySpreadConstraints:
              - maxSkew: 2
                topologyKey: topology.kubernetes.io/zone
                whenUnsatisfiable: DoNotSchedule
                labelSelector: {{matchLabels: {selector}}}
"
    ))
}

/// Name, skew at the end, pods per domain, whose pods.
fn skews(run: &RunRecord) -> Vec<(&str, u32, &[u32], Counted)> {
    let outcomes = run.rollouts.iter().flat_map(|rollout| &rollout.constraints);
    outcomes.map(|one| (&*one.name, one.final_skew, &one.final_counts[..], one.counted)).collect()
}

const ZONE: &str = "topology.kubernetes.io/zone|DoNotSchedule";
const OWN: &str = "topology.kubernetes.io/zone|DoNotSchedule|own spread";

#[test]
fn a_constraint_counts_whom_it_selects_and_the_own_spread_stands_beside() {
    // `other` and one of web in a, one of web in b: 2 − 1; of web alone 1/1.
    let run = beside("{tier: front}", "{tier: front}");
    let own = (OWN, 0, &[1, 1][..], Counted::OwnBeside);
    assert_eq!(skews(&run), [(ZONE, 1, &[2, 1][..], Counted::Selected), own]);
    let last = run.spread.iter().rev().find(|row| *row.constraint == *ZONE).map(|row| row.counts.as_str());
    assert_eq!(last, Some("a=2;b=1"));
    // The selector is web's alone: nothing beside it.
    let run = beside("{tier: front}", "{app: web}");
    assert_eq!(skews(&run), [(ZONE, 0, &[1, 1][..], Counted::Own)]);
    // The selector covers others, of whom there is none.
    let run = beside("{tier: back}", "{tier: front}");
    assert_eq!(skews(&run), [(ZONE, 0, &[1, 1][..], Counted::Own)]);
    // It misses web's own pods: `other` counts alone.
    let run = beside("{app: wbe}", "{app: wbe}");
    let [constraint, beside] = &skews(&run)[..] else { panic!("the own spread stands beside it") };
    assert_eq!(*constraint, (ZONE, 1, &[1, 0][..], Counted::Selected));
    assert_eq!((beside.0, beside.2.iter().sum::<u32>()), (OWN, 2));
}
