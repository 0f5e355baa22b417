//! Kind `real-cluster-placement`: pods placed one after the other on a real cluster, each with its node.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::Pod;
use crate::cluster::setup::ClusterSetup;
use crate::conformance::rollout_objects::read;
use crate::scenario::{LoadOptions, NoFiles, SourceText, load};
use crate::scheduler::cache::Cache;
use crate::scheduler::cycle::select_host::top_of_heap;
use crate::scheduler::cycle::{Cycle, CycleInput, TieBreak};
use crate::scheduler::framework::Framework;

/// Ties that may fall otherwise than the heap says, of a hundred: the real scheduler's goroutines race for the order of
/// the nodes.
const RACED: usize = 10;

#[derive(Deserialize)]
struct Vector {
    kubernetes: String,
    ties: String,
    nodes: Vec<Value>,
    pods: Vec<PodInput>,
    placement: Vec<String>,
}

#[derive(Deserialize)]
struct PodInput {
    name: String,
    requests: Value,
}

/// The model's answer: the recorded node of each pod where it may be that one, else the model's.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let source = SourceText { name: "placement".into(), text: scenario(&input).to_string().into() };
    let resolved = load(&[source], &LoadOptions::default(), &NoFiles)
        .map_err(|errors| errors.first().map_or_else(String::new, ToString::to_string))?;
    let mut answer = input.placement.clone();
    let play = play(&resolved.variants[0].setup, &input.placement);
    let too_many = input.ties == "heap" && play.otherwise.len() * 100 > RACED * play.ties;
    let otherwise = play.otherwise.into_iter().filter(|_| too_many);
    for (place, node) in otherwise.chain(play.wrong) {
        answer[place] = node;
    }
    Ok(json!({ "placement": answer }))
}

/// How the recorded placements went.
#[derive(Default)]
struct Play {
    /// Pods for which several nodes were the best.
    ties: usize,
    /// Those of them that did not go to the top of the heap, and that node.
    otherwise: Vec<(usize, String)>,
    /// The first pod that went to no best node, and where it should have gone; nothing is known after it.
    wrong: Option<(usize, String)>,
}

/// Lets the scheduler look at each pod, and puts it where it really went.
fn play(setup: &ClusterSetup, placement: &[String]) -> Play {
    let mut names = setup.names.clone();
    let mut cache = Cache::new(&mut names);
    for node in &setup.nodes {
        cache.put_node(&Arc::new(node.clone()));
    }
    let mut framework = Framework::new(&setup.scheduler.profiles[0]);
    let mut play = Play::default();
    for (place, (pod, recorded)) in setup.pods.iter().zip(placement).enumerate() {
        let input = CycleInput {
            cache: &mut cache,
            framework: &mut framework,
            names: &names,
            behaviour: setup.behaviour.scheduler,
            percentage_of_nodes_to_score: 100,
            tie_break: TieBreak::First,
        };
        let report = Cycle::report(pod, input);
        let feasible: Vec<_> = report.feasible().collect();
        let totals: Vec<i64> = feasible.iter().map(|node| node.total).collect();
        let best = totals.iter().max().copied().unwrap_or(0);
        let name = |at: usize| names.resolve(cache.node_info(feasible[at].node).node().name);
        let went = (0..feasible.len()).find(|at| name(*at) == recorded);
        let Some(went) = went.filter(|at| totals[*at] == best) else {
            let node = if feasible.is_empty() { "none" } else { name(top_of_heap(&totals)) };
            play.wrong = Some((place, node.to_owned()));
            return play;
        };
        if totals.iter().filter(|total| **total == best).count() > 1 {
            play.ties += 1;
            let top = top_of_heap(&totals);
            play.otherwise.extend((top != went).then(|| (place, name(top).to_owned())));
        }
        let node = feasible[went].node;
        cache.put_pod(Arc::new(Pod { node: Some(node), ..pod.clone() }));
    }
    play
}

fn scenario(input: &Vector) -> Value {
    let nodes = input.nodes.iter().cloned().map(|mut node| {
        node["apiVersion"] = json!("v1");
        node["kind"] = json!("Node");
        node
    });
    let pods = input.pods.iter().map(|pod| {
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "name": pod.name },
            "spec": { "containers": [{
                "name": "app", "image": "app", "resources": { "requests": pod.requests },
            }] },
        })
    });
    json!({
        "apiVersion": "kubecast.dev/v1alpha1", "kind": "Scenario", "metadata": { "name": "placement" },
        "spec": {
            "kubernetesVersion": input.kubernetes.trim_start_matches('v'),
            "manifests": nodes.chain(pods).collect::<Vec<_>>(),
        },
    })
}
