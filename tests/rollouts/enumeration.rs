//! The probability of every outcome of a small rollout, simulated 20,000 times and worked out exactly: by a
//! program of its own (`by_hand.rs`) that goes through every order of ties.
//!
//! Both cases are of the kind of kubernetes/kubernetes#98215: a hard spread constraint by node counts old and
//! new pods together, so that the old ones' going decides where the new ones end.
//!
//! Faults put in by hand that it catches: pods to delete not ranked by their nodes, the list of a ReplicaSet's
//! pods not in random order.

use std::collections::BTreeMap;

use kubecast::cluster::record::Record;
use kubecast::cluster::store::Change;
use kubecast::cluster::world;
use kubecast::kernel::{Draws, Probe, Seed, SimTime, TraceSink};
use rayon::prelude::*;

use super::by_hand::{NODES, Outcome, Wanted, enumerate};
use super::library::setup;
use super::objects::Objects;

const RUNS: u32 = 20_000;

fn scenario(wanted: Wanted) -> String {
    let Wanted { replicas, surge, unavailable } = wanted;
    format!(
        "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: ties}}
spec:
  timing: {{preset: instant, schedulingCycle: 0s, containerStart: 5s, termination: 0s, apiTimestamps: exact}}
  scheduler: {{requeue: anyChange}}
  nodePools: [{{name: node, count: {NODES}, template: {{status: {{allocatable: {{cpu: 4, memory: 8Gi}}}}}}}}]
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: {replicas}
        progressDeadlineSeconds: 2147483647
        strategy: {{rollingUpdate: {{maxSurge: {surge}, maxUnavailable: {unavailable}}}}}
        selector: {{matchLabels: {{app: web}}}}
        template:
          metadata: {{labels: {{app: web}}}}
          spec:
            containers: [{{name: app, image: web, resources: {{requests: {{cpu: 0, memory: 0}}}}}}]
            topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: kubernetes.io/hostname
                whenUnsatisfiable: DoNotSchedule
                labelSelector: {{matchLabels: {{app: web}}}}
  timeline: [{{at: 10m, rolloutRestart: deployment/web}}]
"
    )
}

const BEGUN: SimTime = SimTime(600_000_000_000);

/// Watches one run for its outcome.
#[derive(Default)]
struct Watch {
    objects: Objects,
    largest_skew: usize,
    last_ready: u64,
}

impl Watch {
    /// Pods by node, of one ReplicaSet or of all.
    fn counts(&self, of: Option<u32>) -> [usize; NODES] {
        let mut counts = [0; NODES];
        for pod in self.objects.pods.values().filter(|pod| pod.is_active()) {
            let owner = pod.replica_set().map(|owner| owner.0);
            if let Some(node) = pod.node.filter(|_| of.is_none() || owner == of) {
                counts[node.index()] += 1;
            }
        }
        counts.sort_unstable_by(|a, b| b.cmp(a));
        counts
    }
}

impl TraceSink<Record> for Watch {
    fn record(&mut self, now: SimTime, _seq: u64, record: &Record) {
        self.objects.observe(record);
        match record {
            Record::InstantEnd if now >= BEGUN => {
                let counts = self.counts(None);
                self.largest_skew = self.largest_skew.max(counts[0] - counts[NODES - 1]);
            }
            Record::Change(Change::Pod { new: Some(new), .. }) if new.is_ready() && new.is_active() => {
                self.last_ready = now.0;
            }
            _ => {}
        }
    }
}

fn simulate(wanted: Wanted) -> BTreeMap<Outcome, u32> {
    let setup = setup(&scenario(wanted));
    let outcome = |run| {
        let mut watch = Watch::default();
        world::run(&setup, Draws::new(Seed(1), run), &mut watch, Probe::default());
        let seconds = (watch.last_ready - BEGUN.0) / 1_000_000_000;
        Outcome { counts: watch.counts(Some(1)), largest_skew: watch.largest_skew, seconds }
    };
    let outcomes: Vec<Outcome> = (0..RUNS).into_par_iter().map(outcome).collect();
    let mut counts = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry(outcome).or_insert(0) += 1;
    }
    counts
}

/// Holds the simulation against the exact probabilities, given as ninths by the largest skew, 1 first.
fn compare(wanted: Wanted, ninths: [u32; 3]) {
    let (exact, ways) = enumerate(wanted);
    assert!(ways > 1_000, "{ways} ways are gone");
    let mut by_skew = [0.0; 3];
    for (outcome, probability) in &exact {
        by_skew[outcome.largest_skew - 1] += probability;
    }
    for (probability, ninths) in by_skew.into_iter().zip(ninths) {
        assert!((probability - f64::from(ninths) / 9.0).abs() < 1e-9, "{by_skew:?} against {ninths} ninths");
    }
    let simulated = simulate(wanted);
    for (outcome, probability) in &exact {
        let count = f64::from(simulated.get(outcome).copied().unwrap_or(0));
        let mean = f64::from(RUNS) * probability;
        let error = (mean * (1.0 - probability)).max(0.0).sqrt();
        assert!(
            (count - mean).abs() <= 4.0 * error + 1e-6,
            "{outcome:?}: {count} of {RUNS}, {mean} ± {error}"
        );
    }
    assert!(simulated.keys().all(|outcome| exact.contains_key(outcome)), "{simulated:?} against {exact:?}");
}

#[test]
fn five_pods_two_at_a_time_more() {
    compare(Wanted { replicas: 5, surge: 2, unavailable: 0 }, [6, 2, 1]);
}

#[test]
fn six_pods_two_more_and_one_fewer() {
    compare(Wanted { replicas: 6, surge: 2, unavailable: 1 }, [1, 6, 2]);
}
