//! A controller of one's own: a minute after it sees a Deployment of one replica it wants three of it.
//!
//!     cargo run --release --example own_controller

use std::sync::Arc;

use kubecast::api::{Deployment, DeploymentId};
use kubecast::cluster::controller_manager::{Context, Controller, ControllerFactory, IN_TREE, Key, Step};
use kubecast::cluster::store::Change;
use kubecast::cluster::world;
use kubecast::forecast::{Error, Forecast};
use kubecast::kernel::{Draws, Probe, Seed, SimDuration};
use kubecast::measures::Recorder;

/// Keeps a queue of its own, as every controller; what it reads is its cache, what it writes goes to the API server.
#[derive(Default)]
struct Grower {
    seen: bool,
}

impl Controller for Grower {
    fn name(&self) -> &'static str {
        "grower-controller"
    }

    fn observe(&mut self, change: &Change, context: &mut Context<'_, '_>) {
        if let Change::Deployment { old: None, new: Some(new) } = change {
            context.queue.add(0, Key(new.id.0));
        }
    }

    fn sync(&mut self, key: Key, context: &mut Context<'_, '_>) -> Step {
        if !std::mem::replace(&mut self.seen, true) {
            let at = context.api.now.plus(SimDuration::from_secs(60));
            context.queue.add_at(key, at, context.events);
            return Step::Done;
        }
        context.api.update(DeploymentId(key.0), |deployment: &mut Deployment| {
            deployment.replicas = 3;
            deployment.generation += 1;
        });
        Step::Done
    }
}

const SCENARIO: &str = "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: grow}
spec:
  timing: {preset: instant, containerStart: 1s}
  nodePools: [{name: worker, count: 2, template: {status: {allocatable: {cpu: 8, memory: 8Gi, pods: 110}}}}]
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 1
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: 'web:1'}]}
";

fn main() -> Result<(), Error> {
    let scenario = Forecast::of_texts([("grow.yaml", SCENARIO)]).scenario()?;
    let setup = Arc::clone(&scenario.variants()[0].setup);
    // Those of Kubernetes, and one more line.
    let own: ControllerFactory = || Box::<Grower>::default();
    let controllers: Vec<ControllerFactory> = IN_TREE.iter().copied().chain([own]).collect();
    let mut recorder = Recorder::new(&setup, true);
    let end = world::run_with(&setup, Draws::new(Seed(1), 0), &mut recorder, Probe::default(), &controllers);
    let record = recorder.finish(end.last_change);
    for event in record.events.iter().filter(|event| event.reason == "ScalingReplicaSet") {
        println!("{} {}", event.time, event.message);
    }
    println!("{} pods have a node", record.pods.iter().filter(|row| row.pod.node.is_some()).count());
    Ok(())
}
