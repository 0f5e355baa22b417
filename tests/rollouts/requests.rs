//! How many requests the controllers send, held against the audit log of a control plane v1.36.2 that ran
//! (`tests/conformance/real-cluster/pacing.requests.txt`: 5, 30, 100 and 300 pods created and restarted, twice each).

use std::collections::BTreeMap;

use kubecast::cluster::controller_manager::ControllerId;
use kubecast::cluster::record::Record;
use kubecast::cluster::request::{ClientId, RequestRecord, Verb};
use kubecast::cluster::store::Change;
use kubecast::cluster::world;
use kubecast::kernel::{Draws, Probe, Seed, SimTime, TraceSink};

use super::library::setup;

const AUDIT_LOG: &str = include_str!("../conformance/real-cluster/pacing.requests.txt");
/// The places of the two controllers in the list.
const DEPLOYMENT: u8 = 0;
const REPLICA_SET: u8 = 1;
/// The mean of so many runs is held against the mean of the two recordings.
const RUNS: u32 = 20;

/// Requests by controller, and by what they do: `create pods`.
type Counts = BTreeMap<(u8, String), f64>;

fn scenario(replicas: u32) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: pacing}}
spec:
  kubernetesVersion: '1.36'
  timing: {{preset: quiet, containerStart: {{uniform: [200ms, 1200ms]}}, termination: 300ms}}
  nodePools:
    - {{name: worker, count: 10, template: {{status: {{allocatable: {{cpu: 64, memory: 256Gi, pods: 250}}}}}}}}
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: d}}
      spec:
        replicas: {replicas}
        selector: {{matchLabels: {{app: d}}}}
        template:
          metadata: {{labels: {{app: d}}}}
          spec: {{containers: [{{name: a, image: x, resources: {{requests: {{cpu: 100m, memory: 64Mi}}}}}}]}}
  timeline:
    - {{afterSettled: 3s, rolloutRestart: deployment/default/d}}
"
    )
}

/// Requests of the creation, and of the rollout, each until the Deployment is complete, as the audit log was cut.
#[derive(Default)]
struct Counter {
    phases: [Counts; 2],
    restarted: bool,
    complete: bool,
}

impl Counter {
    fn count(&mut self, request: &RequestRecord) {
        let ClientId::Controller(controller) = request.client else { return };
        let verb = match request.verb {
            // Of reads the audit log's list has none.
            Verb::Get | Verb::List => return,
            Verb::Post => "create",
            Verb::Put => "update",
            Verb::Patch => "patch",
            Verb::Delete => "delete",
        };
        let what = (controller.0, format!("{verb} {}", request.resource));
        *self.phases[usize::from(self.restarted)].entry(what).or_default() += 1.0;
    }
}

impl TraceSink<Record> for Counter {
    fn record(&mut self, _: SimTime, _: u64, record: &Record) {
        match record {
            Record::Operation { .. } => self.restarted = true,
            Record::Change(Change::Deployment { new: Some(new), .. }) => {
                let status = &new.status;
                self.complete = status.observed_generation >= new.generation
                    && [status.replicas, status.updated_replicas, status.available_replicas]
                        == [new.replicas; 3];
            }
            Record::Request(request) if !self.complete => self.count(request),
            _ => {}
        }
    }
}

/// The mean counts of the runs, by phase.
fn simulated(replicas: u32) -> [Counts; 2] {
    let setup = setup(&scenario(replicas));
    let mut mean: [Counts; 2] = Default::default();
    for run in 0..RUNS {
        let mut counter = Counter::default();
        world::run(&setup, Draws::new(Seed(1), run), &mut counter, Probe::default());
        for (mean, counts) in mean.iter_mut().zip(counter.phases) {
            for (what, count) in counts {
                *mean.entry(what).or_default() += count / f64::from(RUNS);
            }
        }
    }
    mean
}

/// The mean counts of the two recordings: by replicas and phase.
fn recorded() -> BTreeMap<(u32, usize), Counts> {
    let mut recorded: BTreeMap<(u32, usize), Counts> = BTreeMap::new();
    for line in AUDIT_LOG.lines() {
        let mut words = line.split_whitespace();
        let mut word = || words.next().expect("a line has its columns");
        let replicas = word().parse().expect("replicas");
        let phase = usize::from([word(), word()][1] == "rollout");
        let counts = recorded.entry((replicas, phase)).or_default();
        let (set, deployment) = line.split_once("| DC total").expect("both controllers");
        for (controller, text) in [(REPLICA_SET, set), (DEPLOYMENT, deployment)] {
            let (_, list) = text.split_once('{').expect("a list");
            for entry in list.trim_end().trim_end_matches('}').split(", ") {
                let (what, count) = entry.split_once("': ").expect("a count");
                let what = (controller, what.trim_start_matches('\'').to_owned());
                *counts.entry(what).or_default() += count.parse::<f64>().expect("a number") / 2.0;
            }
        }
    }
    recorded
}

fn total(counts: &Counts, controller: u8) -> f64 {
    counts.iter().filter(|(what, _)| what.0 == controller).map(|(_, count)| count).sum()
}

/// Pods are created and deleted exactly once; each controller's requests are those of the recordings to 5 %, or 5 requests where
/// they are few, and each kind of them to 15 % or 5 requests.
#[test]
fn the_controllers_send_as_many_requests_as_real_ones() {
    let recorded = recorded();
    assert_eq!(recorded.len(), 8, "four sizes, two phases");
    let mut faults = Vec::new();
    for replicas in [5, 30, 100, 300] {
        for (phase, simulated) in simulated(replicas).iter().enumerate() {
            let recorded = &recorded[&(replicas, phase)];
            let mut check = |what: &str, found: f64, wanted: f64, tolerance: f64| {
                if (found - wanted).abs() > tolerance {
                    faults.push(format!("{replicas} pods, phase {phase}: {what} {found}, recorded {wanted}"));
                }
            };
            for controller in [DEPLOYMENT, REPLICA_SET] {
                let (found, wanted) = (total(simulated, controller), total(recorded, controller));
                check(&format!("controller {controller}"), found, wanted, (wanted * 0.05).max(5.0));
            }
            for what in simulated.keys().chain(recorded.keys()) {
                let count = |counts: &Counts| counts.get(what).copied().unwrap_or_default();
                let exact = what.1.ends_with(" pods");
                let tolerance = if exact { 1e-9 } else { (count(recorded) * 0.15).max(5.0) };
                check(&format!("{what:?}"), count(simulated), count(recorded), tolerance);
            }
        }
    }
    faults.dedup();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Twenty Deployments on one control plane, requests that take no time, 2 a second after 3 at once. The controller has more to ask
/// for than tokens: each Deployment is created a ReplicaSet and told its status, twice twenty requests at least. So its k-th
/// request is answered at max(0, (k - 3) / 2) seconds, the fortieth at 18.5 s.
#[test]
fn the_requests_of_twenty_deployments_stand_in_one_line() {
    let mut text = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: twenty}
spec:
  kubernetesVersion: '1.34'
  controlPlane: {kube-controller-manager: {kube-api-qps: 2, kube-api-burst: 3}}
  timing: {apiRequest: 0s, watch: {controllerManager: 0s}}
  nodePools: [{name: worker, count: 1, template: {status: {allocatable: {cpu: 64, memory: 256Gi, pods: 250}}}}]
"
    .to_owned();
    for number in 0..20 {
        text.push_str(&format!(
            "---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: d{number}}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: d{number}}}}}
  template:
    metadata: {{labels: {{app: d{number}}}}}
    spec: {{containers: [{{name: a, image: x}}]}}
"
        ));
    }
    let mut line = Line::default();
    world::run(&setup(&text), Draws::new(Seed(1), 0), &mut line, Probe::default());
    let expected: Vec<u64> = (1..=40_u64).map(|k| k.saturating_sub(3) * 500_000_000).collect();
    assert_eq!(line.0[..40], expected);
}

/// When the Deployment controller's requests were answered, in nanoseconds.
#[derive(Default)]
struct Line(Vec<u64>);

impl TraceSink<Record> for Line {
    fn record(&mut self, now: SimTime, _: u64, record: &Record) {
        if let Record::Request(RequestRecord {
            client: ClientId::Controller(ControllerId(DEPLOYMENT)), ..
        }) = record
        {
            self.0.push(now.0);
        }
    }
}
