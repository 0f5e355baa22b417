//! A vector's configuration as a Scenario: the timing model of the recordings, said in a scenario's words.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{ControllersBehaviour, Labels, SpreadConstraint, Symbol};
use crate::cluster::setup::ClusterSetup;
use crate::conformance::rollout_objects::{controllers, read};
use crate::kernel::Interner;
use crate::scenario::{LoadOptions, NoFiles, SourceText, load};
use crate::scheduler::plugins::pod_topology_spread::PodTopologySpreadArgs;

/// The release of the recorded controllers.
const CONTROLLERS: &str = "v1.32";
/// `progressDeadlineSeconds` that stands for none (`HasProgressDeadline`).
const NO_DEADLINE: i32 = i32::MAX;

/// A configuration, ready to run.
pub(in crate::conformance) struct Scene {
    /// The cluster at its start.
    pub(in crate::conformance) setup: Arc<ClusterSetup>,
    /// Template changes in a run.
    pub(in crate::conformance) rollouts: usize,
    /// Independent runs.
    pub(in crate::conformance) runs: u32,
    /// The topology keys whose counts are recorded.
    pub(in crate::conformance) keys: Vec<(String, Symbol)>,
    /// The constraints whose skew is recorded, of each Deployment.
    pub(in crate::conformance) constraints: Vec<(String, Vec<SpreadConstraint>)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    nodes: Vec<Value>,
    existing: Vec<Value>,
    services: Vec<Value>,
    #[serde(default)]
    deployment: Option<Value>,
    #[serde(default)]
    deployments: Vec<Value>,
    startup_ms: Startup,
    grace_ms: u64,
    gap_ms: u64,
    horizon_ms: u64,
    rollouts: usize,
    runs: u32,
    expect_create: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Startup {
    Constant(u64),
    Uniform([u64; 2]),
}

impl Scene {
    pub(in crate::conformance) fn new(vector: &Value) -> Result<Self, String> {
        let vector: Vector = read(vector)?;
        let deployments: Vec<Value> = vector.deployment.iter().chain(&vector.deployments).cloned().collect();
        let scenario = scenario(&vector, &deployments);
        let source = SourceText { name: "closed-loop".into(), text: scenario.to_string().into() };
        let resolved = load(&[source], &LoadOptions::default(), &NoFiles)
            .map_err(|errors| errors.first().map_or_else(String::new, ToString::to_string))?;
        let mut setup = ClusterSetup::clone(&resolved.variants[0].setup);
        // The recordings look at every pod as soon as it is available, which v1.32 by itself does not.
        setup.behaviour.controllers =
            ControllersBehaviour { availability_checks_on_time: true, ..controllers(CONTROLLERS)? };
        let keys = names_of(&vector.expect_create, "finalCounts");
        let keys = keys.into_iter().map(|key| (key.clone(), setup.names.intern(&key))).collect();
        let constraints = names_of(&vector.expect_create, "finalSkew")
            .into_iter()
            .map(|name| constraint_of_each(&name, &mut setup).map(|found| (name, found)))
            .collect::<Result<_, _>>()?;
        let (rollouts, runs) = (vector.rollouts, vector.runs);
        Ok(Self { setup: Arc::new(setup), rollouts, runs, keys, constraints })
    }

    /// A node's value of a topology key, for every node.
    pub(in crate::conformance) fn values(&self, key: Symbol) -> impl Iterator<Item = Option<Symbol>> + '_ {
        self.setup.nodes.iter().map(move |node| Labels::get(&node.labels, key))
    }
}

fn names_of(expected: &Value, field: &str) -> Vec<String> {
    expected.get(field).and_then(Value::as_object).map_or_else(Vec::new, |map| map.keys().cloned().collect())
}

/// The constraint `TOPOLOGY_KEY|WHEN_UNSATISFIABLE` of every Deployment: its own, or the default one.
fn constraint_of_each(name: &str, setup: &mut ClusterSetup) -> Result<Vec<SpreadConstraint>, String> {
    let defaults = PodTopologySpreadArgs::system(&mut setup.names).default_constraints;
    let named = |constraint: &&SpreadConstraint, names: &Interner| {
        *crate::measures::spread::constraint_name(constraint, names) == *name
    };
    let found = setup.deployments.iter().map(|deployment| {
        let own = deployment.template.pod.spread_constraints.iter();
        own.chain(&defaults).find(|constraint| named(constraint, &setup.names)).cloned()
    });
    found.collect::<Option<Vec<_>>>().ok_or_else(|| format!("no Deployment has the constraint {name}"))
}

fn scenario(vector: &Vector, deployments: &[Value]) -> Value {
    let ms = |count: u64| format!("{count}ms");
    let start = match vector.startup_ms {
        Startup::Constant(time) => json!(ms(time)),
        Startup::Uniform([low, high]) => json!({ "uniform": [ms(low), ms(high)], "step": "1ms" }),
    };
    let restarted: Vec<String> = deployments
        .iter()
        .map(|deployment| format!("deployment/{}", deployment["metadata"]["name"].as_str().unwrap_or("")))
        .collect();
    let mut manifests = vector.nodes.clone();
    manifests.extend(vector.services.iter().cloned());
    manifests.extend(vector.existing.iter().cloned().map(running));
    manifests.extend(deployments.iter().cloned().map(without_deadline));
    let mut timeline = Vec::new();
    if vector.rollouts > 0 {
        timeline.push(json!({
            "afterSettled": ms(vector.gap_ms), "rolloutRestart": restarted, "repeat": vector.rollouts,
        }));
    }
    json!({
        "apiVersion": "kubecast.dev/v1alpha1",
        "kind": "Scenario",
        "metadata": { "name": "closed-loop" },
        "spec": {
            "kubernetesVersion": "1.34",
            "blockedAfter": ms(vector.horizon_ms),
            "manifests": manifests,
            "timing": {
                "preset": "instant",
                "schedulingCycle": "0s",
                "containerStart": start,
                "termination": ms(vector.grace_ms),
                "apiTimestamps": "exact",
            },
            "scheduler": { "requeue": "anyChange" },
            "timeline": timeline,
        },
    })
}

/// A pod that belongs to nobody and never changes.
fn running(mut pod: Value) -> Value {
    pod["status"]["phase"] = json!("Running");
    pod["status"]["conditions"] = json!([{ "type": "Ready", "status": "True" }]);
    pod
}

fn without_deadline(mut deployment: Value) -> Value {
    if deployment["spec"].get("progressDeadlineSeconds").is_none() {
        deployment["spec"]["progressDeadlineSeconds"] = json!(NO_DEADLINE);
    }
    deployment
}
