//! `spec.startUp`, worked out by hand: pods that never become ready, or some of them, or that crash; and what is wrong
//! input.

use std::sync::Arc;

use kubecast::kernel::Seed;
use kubecast::measures::RunRecord;
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};
use kubecast::study::replication::run_once;

use crate::harness::kubecast;

/// Containers start in 5 s and stop in 1 s, everything else takes no time.
fn scenario(replicas: u32, more: &str) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: by-hand}}
spec:
  kubernetesVersion: \"1.34\"
  timing: {{containerStart: 5s, termination: 1s, schedulingCycle: 0s}}
  nodePools:
    - {{name: worker, zones: {{a: 1}}, template: {{status: {{allocatable: {{cpu: 64, memory: 64Gi, pods: 1000}}}}}}}}
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: {replicas}
        selector: {{matchLabels: {{app: web}}}}
        strategy: {{rollingUpdate: {{maxSurge: 1, maxUnavailable: 0}}}}
        template:
          metadata: {{labels: {{app: web}}}}
          spec:
            containers: [{{name: app, image: web, resources: {{requests: {{cpu: 10m}}}}}}]
            topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: topology.kubernetes.io/zone
                whenUnsatisfiable: ScheduleAnyway
                labelSelector: {{matchLabels: {{app: web}}}}
{more}"
    )
}

fn source(text: &str) -> SourceText {
    SourceText { name: "by-hand.yaml".into(), text: text.into() }
}

fn run(texts: &[String]) -> RunRecord {
    let sources: Vec<SourceText> = texts.iter().map(|text| source(text)).collect();
    let resolved = load(&sources, &LoadOptions::default(), &NoFiles);
    let resolved = resolved.unwrap_or_else(|errors| panic!("{errors:#?}"));
    run_once(&Arc::clone(&resolved.variants[0].setup), Seed(1), 0, true, None).1
}

/// What is wrong with such rules.
fn faults(rules: &str) -> Vec<String> {
    let text = scenario(1, &format!("  startUp: {rules}\n"));
    let resolved = load(&[source(&text)], &LoadOptions::default(), &NoFiles);
    let Err(errors) = resolved else { panic!("nothing is wrong with {rules}") };
    errors.iter().map(|error| error.to_string().lines().next().unwrap_or_default().to_owned()).collect()
}

/// The seconds at which it changed whether any pod is ready, and to what.
fn readiness(run: &RunRecord) -> Vec<(u64, bool)> {
    let mut changes: Vec<(u64, bool)> = Vec::new();
    for row in &run.spread {
        let is_ready = row.ready_left.is_some();
        if changes.last().map_or(is_ready, |last| last.1 != is_ready) {
            changes.push((row.time.0 / 1_000_000_000, is_ready));
        }
    }
    changes
}

#[test]
fn a_container_that_crashes_is_started_again_after_its_back_off() {
    let run = run(&[scenario(1, "  startUp: [{workload: deployment/web, crashAfter: 30s}]\n")]);
    // Ready 5 s after each start, 30 s later it ends. The waits are 0, 10, 20, 40 and 80 s: 5 + 30 = 35, + 0 + 5 = 40, 70,
    // + 10 + 5 = 85, 115, + 20 + 5 = 140, 170, + 40 + 5 = 215, 245, + 80 + 5 = 330, 360. The wait after that would be the longest
    // but one; without a horizon the loop is not followed further.
    let expected = [5, 35, 40, 70, 85, 115, 140, 170, 215, 245, 330, 360];
    let expected: Vec<(u64, bool)> = expected.into_iter().zip([true, false].into_iter().cycle()).collect();
    assert_eq!(readiness(&run), expected);
    assert_eq!(run.pods.iter().map(|row| row.pod.restarts).collect::<Vec<_>>(), [5]);
}

#[test]
fn pods_become_ready_with_the_probability_that_is_given() {
    let ready = |rules: &str| {
        let run = run(&[scenario(400, &format!("  startUp: [{{workload: deployment/web, {rules}}}]\n"))]);
        run.pods.iter().filter(|row| row.pod.is_ready()).count()
    };
    // Binomial: 400 · 0.5 = 200, four standard deviations are 4 · √(400 · 0.25) = 40.
    let half = ready("probability: 0.5");
    assert!((160..=240).contains(&half), "{half}");
    assert_eq!((ready("probability: 1"), ready("probability: 0"), ready("never: true")), (400, 0, 0));
    assert_eq!(ready("delay: 7s"), 400);
}

#[test]
fn rules_are_for_revisions_and_the_nearest_one_holds() {
    let restart = "  timeline: [{afterSettled: 10s, rolloutRestart: deployment/web}]\n";
    let blocked = |rules: &str| -> Vec<bool> {
        let run = run(&[scenario(2, &format!("  startUp: [{rules}]\n{restart}"))]);
        run.rollouts.iter().map(|rollout| rollout.blocked.is_some()).collect()
    };
    assert_eq!(blocked("{workload: deployment/web, revision: new, never: true}"), [false, true]);
    assert_eq!(blocked("{workload: deployment/web, revision: 2, never: true}"), [false, true]);
    assert_eq!(blocked("{workload: deployment/web, revision: 3, never: true}"), [false, false]);
    assert_eq!(blocked("{workload: deployment/web, never: true}"), [true, true]);
    let both =
        "{workload: deployment/web, never: true}, {workload: deployment/web, revision: new, delay: 1s}";
    // The second rollout takes the place of pods that are not available, so it gets through.
    assert_eq!(blocked(both), [true, false]);
}

#[test]
fn a_revision_that_never_becomes_ready_exceeds_its_deadline() {
    let outcome = kubecast(&["run", "scenarios/stuck-rollout.yaml"]);
    let answer = outcome.success();
    assert!(answer.contains("progress deadline exceeded"), "{answer}");
    assert!(
        answer.contains("pods of deployment/default/web, new revisions: never ready (given)"),
        "{answer}"
    );
}

/// A node, and a pod of nobody but a ReplicaSet and a Deployment, that runs and is not ready.
const UNREADY: &str = include_str!("fixtures/unready-dump.yaml");

#[test]
fn a_pod_of_a_dump_that_is_not_ready_stays_so_unless_a_rule_says_otherwise() {
    let ready = |texts: &[String]| run(texts).pods.iter().filter(|row| row.pod.is_ready()).count();
    assert_eq!(ready(&[UNREADY.to_owned()]), 0);
    let rule = |rule: &str| {
        format!(
            "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: rule}}\n\
             spec: {{startUp: [{{workload: deployment/web, {rule}}}]}}\n"
        )
    };
    assert_eq!(ready(&[UNREADY.to_owned(), rule("delay: 3s")]), 1);
    assert_eq!(ready(&[UNREADY.to_owned(), rule("revision: new, delay: 3s")]), 0);
}

#[test]
fn wrong_rules_are_told_with_their_place() {
    let only = |rules: &str, text: &str| {
        let faults = faults(rules);
        assert!(faults.len() == 1 && faults[0].contains(text), "{rules}: {faults:?}");
        assert!(faults[0].starts_with("by-hand.yaml:"), "{faults:?}");
    };
    only("[{workload: deployment/wbe, never: true}]", "spec.startUp[0]: there is no deployment/default/wbe");
    only("[{workload: deployment/web, probability: 1.5}]", "probability 1.5 is not between 0 and 1");
    only("[{workload: deployment/web, probability: -0.1}]", "probability -0.1 is not between 0 and 1");
    only("[{workload: deployment/web}]", "says nothing");
    only("[{workload: deployment/web, never: true, probability: 1}]", "give either never or probability");
    only("[{workload: deployment/web, revision: 0, never: true}]", "revisions count from 1");
    only("[{workload: deployment/web, revision: old, never: true}]", "is not `new`");
    let twice =
        "[{workload: deployment/web, never: true}, {workload: deployment/default/web, crashAfter: 1s}]";
    only(twice, "spec.startUp[1]: deployment/default/web has a rule for the same revisions already");
    only("[{workload: node/worker-0, never: true}]", "node/worker-0 is no Deployment");
}
