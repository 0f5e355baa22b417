//! A what-if from code: does `matchLabelKeys` keep a rollout even? Both answers come from the same luck.
//!
//!     cargo run --release --example what_if

use std::sync::atomic::{AtomicU64, Ordering};

use kubecast::forecast::{Error, Forecast, Monitor, RolloutOptions};
use kubecast::scenario::assignment::Assignment;
use kubecast::scenario::rollout::{Arm, RolloutOrder, parse_target};

const CLUSTER: &str = "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: shop}
spec:
  nodePools: [{name: worker, count: 3, template: {status: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}}}]
";

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: 'web:1', resources: {requests: {cpu: 100m}}}]
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: DoNotSchedule
          labelSelector: {matchLabels: {app: web}}
";

/// Counts runs. A monitor may also stop the work: `goes_on` is asked every few thousand events.
#[derive(Default)]
struct Count(AtomicU64);

impl Monitor for Count {
    fn finished(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn main() -> Result<(), Error> {
    let match_label_keys =
        "/spec/template/spec/topologySpreadConstraints/0/matchLabelKeys=[pod-template-hash]";
    let order = RolloutOrder {
        target: parse_target("deployment/web", None).expect("a Deployment"),
        image: None,
        set: Vec::new(),
        arms: vec![Arm {
            name: "match-label-keys".to_owned(),
            set: Assignment::parse_list(match_label_keys).expect("a pointer and its value"),
        }],
    };
    let forecast = Forecast::of_texts([("cluster.yaml", CLUSTER), ("web.yaml", DEPLOYMENT)]).seed(7);
    let count = Count::default();
    let answer = forecast.rollout(order)?.run_monitored(&RolloutOptions::default().runs(400), &count)?;
    println!("{} runs", count.0.into_inner());
    for arm in &answer.arms {
        for constraint in &arm.outcome.constraints {
            let above = &constraint.above;
            println!(
                "{}: skew above {} in {:.1} % of the runs (95 % interval {:.1} to {:.1} %)",
                arm.name,
                constraint.max_skew,
                100.0 * above.share(),
                100.0 * above.low,
                100.0 * above.high
            );
        }
    }
    Ok(())
}
