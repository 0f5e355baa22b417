//! A recorded scenario, ready to be simulated, and what a run's rollouts come to.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::Labels;
use crate::cluster::world;
use crate::conformance::closed_loop::observer::Observer;
use crate::conformance::closed_loop::scene::Scene;
use crate::conformance::rollout_objects::read;
use crate::kernel::{Draws, Probe, Seed};
use crate::scenario::{LoadOptions, NoFiles, SourceText, load};

/// Simulated runs.
const RUNS: u32 = 400;
/// Requests a second from which on a client's limit is no limit any more.
const UNLIMITED: f64 = 1000.0;
const ZONE: &str = "topology.kubernetes.io/zone";

/// What a run came to.
#[derive(Clone, Debug)]
pub(super) struct RunResult {
    pub(super) rollouts: Vec<RolloutResult>,
}

/// What a rollout came to.
#[derive(Clone, Debug)]
pub(super) struct RolloutResult {
    /// The largest minus the smallest count, of the recorded domains.
    pub(super) spread: Option<i64>,
    pub(super) seconds: Option<f64>,
}

/// A recorded scenario and its runs.
pub(super) struct Recording {
    scene: Scene,
    input: Input,
    pub(super) runs: Vec<RunResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    kubernetes: String,
    ties: String,
    load: String,
    control_plane: Plane,
    nodes: Vec<Value>,
    deployments: Vec<Value>,
    timing: Timing,
    settle_seconds: f64,
    restarts: usize,
    runs: Vec<RunInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plane {
    controller_manager: Flags,
}

#[derive(Deserialize)]
struct Flags {
    #[serde(rename = "kubeAPIQPS")]
    qps: f64,
    #[serde(rename = "kubeAPIBurst")]
    burst: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timing {
    container_start_uniform_seconds: [f64; 2],
    termination_seconds: f64,
}

#[derive(Deserialize)]
struct RunInput {
    rollouts: Vec<RolloutInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RolloutInput {
    skew: Option<i64>,
    zone_skew: Option<i64>,
    duration_seconds: Option<f64>,
}

fn ms(seconds: f64) -> String {
    format!("{}ms", libm::round(seconds * 1000.0) as u64)
}

impl Recording {
    pub(super) fn new(vector: &Value) -> Result<Self, String> {
        let input: Input = read(vector)?;
        let source = SourceText { name: "real-cluster".into(), text: scenario(&input).to_string().into() };
        let resolved = load(&[source], &LoadOptions::default(), &NoFiles)
            .map_err(|errors| errors.first().map_or_else(String::new, ToString::to_string))?;
        let setup = Arc::clone(&resolved.variants[0].setup);
        let (keys, constraints) = (Vec::new(), Vec::new());
        let scene = Scene { setup, rollouts: input.restarts, runs: RUNS, keys, constraints };
        let runs = input.runs.iter().map(RunInput::result).collect();
        Ok(Self { scene, input, runs })
    }

    /// Rollouts in a row.
    pub(super) fn rollouts(&self) -> usize {
        self.runs.iter().map(|run| run.rollouts.len()).max().unwrap_or(0)
    }

    /// Which outcome is recorded.
    pub(super) fn measure(&self) -> &'static str {
        if self.by_zone() { "zoneSkew" } else { "skew" }
    }

    fn by_zone(&self) -> bool {
        self.input.runs.iter().flat_map(|run| &run.rollouts).any(|rollout| rollout.zone_skew.is_some())
    }

    /// Whether durations were not those of a loaded machine.
    pub(super) fn durations_count(&self) -> bool {
        self.input.load == "quiet" || self.input.control_plane.controller_manager.qps < UNLIMITED
    }

    /// Simulates the scenario, seed 1.
    pub(super) fn simulate(&self) -> Vec<RunResult> {
        (0..RUNS).map(|replication| self.run(replication)).collect()
    }

    fn run(&self, replication: u32) -> RunResult {
        let mut observer = Observer::new(&self.scene);
        world::run(
            &Arc::clone(&self.scene.setup),
            Draws::new(Seed(1), replication),
            &mut observer,
            Probe::default(),
        );
        let phases = observer.finish();
        let rollouts = phases.iter().skip(1).map(|phase| {
            let one = &phase.deployments[0];
            RolloutResult {
                spread: Some(self.spread(&one.final_nodes)),
                seconds: one.duration_ms.map(|duration| duration as f64 / 1000.0),
            }
        });
        RunResult { rollouts: rollouts.collect() }
    }

    /// The largest minus the smallest count of pods, by node or by zone.
    fn spread(&self, nodes: &[crate::api::NodeId]) -> i64 {
        let setup = &self.scene.setup;
        let zone = setup.names.get(ZONE);
        let domain = |place: usize| match zone.filter(|_| self.by_zone()) {
            Some(key) => Labels::get(&setup.nodes[place].labels, key).map_or(0, |value| value.0 as usize),
            None => place,
        };
        let mut counts: BTreeMap<usize, i64> =
            (0..setup.nodes.len()).map(|place| (domain(place), 0)).collect();
        for node in nodes {
            *counts.entry(domain(node.index())).or_default() += 1;
        }
        counts.values().max().unwrap_or(&0) - counts.values().min().unwrap_or(&0)
    }
}

impl RunInput {
    fn result(&self) -> RunResult {
        let rollouts = self.rollouts.iter().map(|rollout| RolloutResult {
            spread: rollout.zone_skew.or(rollout.skew),
            seconds: rollout.duration_seconds,
        });
        RunResult { rollouts: rollouts.collect() }
    }
}

fn scenario(input: &Input) -> Value {
    let kind = |version: &str, kind: &str, object: &Value| {
        let mut object = object.clone();
        object["apiVersion"] = json!(version);
        object["kind"] = json!(kind);
        object
    };
    let nodes = input.nodes.iter().map(|node| kind("v1", "Node", node));
    let deployments = input.deployments.iter().map(|one| kind("apps/v1", "Deployment", one));
    let name = |one: &Value| format!("deployment/default/{}", one["metadata"]["name"].as_str().unwrap_or(""));
    let all: Vec<String> = input.deployments.iter().map(name).collect();
    let manager = &input.control_plane.controller_manager;
    // Where the controllers' limits were off, load made every hop longer; else the limits set the pace.
    let loaded = input.load == "loaded" && manager.qps >= UNLIMITED;
    let [low, high] = input.timing.container_start_uniform_seconds.map(ms);
    let restart = json!({
        "afterSettled": ms(input.settle_seconds), "rolloutRestart": all, "repeat": input.restarts,
    });
    json!({
        "apiVersion": "kubecast.dev/v1alpha1",
        "kind": "Scenario",
        "metadata": { "name": "real-cluster" },
        "spec": {
            "kubernetesVersion": input.kubernetes.trim_start_matches('v'),
            "manifests": nodes.chain(deployments).collect::<Vec<_>>(),
            "controlPlane": {
                "kube-controller-manager": { "kube-api-qps": manager.qps, "kube-api-burst": manager.burst },
            },
            "timing": {
                "preset": if loaded { "loaded" } else { "quiet" },
                "containerStart": { "uniform": [low, high], "step": "1ms" },
                "termination": ms(input.timing.termination_seconds),
            },
            "scheduler": { "tieBreak": if input.ties == "random" { "random" } else { "kubernetes" } },
            "timeline": [restart],
        },
    })
}
