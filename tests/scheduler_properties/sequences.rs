//! Pods scheduled one after the other, with deletions: the library carries its sums from step to step,
//! the twin counts everything anew.

use std::collections::BTreeMap;

use kubecast::conformance::comparison::first_difference;
use kubecast::conformance::scheduler_sequence;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{cases, hold_on, recorded, twin};

/// What a random step does; pods to delete are chosen among those that are there then.
#[derive(Clone, Debug)]
enum Move {
    Schedule(Value),
    Terminate(usize),
    Delete(usize),
}

fn step() -> impl Strategy<Value = Move> {
    prop_oneof![
        5 => cases::incoming_pod().boxed().prop_map(Move::Schedule),
        1 => (0_usize..50).prop_map(Move::Terminate),
        2 => (0_usize..50).prop_map(Move::Delete),
    ]
}

fn full_name(pod: &Value) -> String {
    let field = |key: &str| pod["metadata"][key].as_str().expect("a name");
    format!("{}/{}", field("namespace"), field("name"))
}

/// The twin's cluster as steps change it.
struct World {
    vector: Value,
    pods: Vec<Value>,
}

impl World {
    fn new(sequence: &Value) -> Self {
        let pods = sequence["existing"].as_array().expect("pods").clone();
        Self { vector: sequence.clone(), pods }
    }

    /// The answer to a step; the error says that a plugin fails.
    fn take(&mut self, step: &Value) -> Result<Value, String> {
        let place = |pods: &[Value]| {
            let wanted = step["pod"].as_str().expect("a pod's name");
            pods.iter().position(|pod| full_name(pod) == wanted).expect("a pod that is there")
        };
        match step["op"].as_str().expect("a step") {
            "schedule" => return self.schedule(&step["pod"]),
            "terminate" => {
                let place = place(&self.pods);
                self.pods[place]["metadata"]["deletionTimestamp"] = json!("2025-01-01T00:00:00Z");
            }
            _ => {
                self.pods.remove(place(&self.pods));
            }
        }
        Ok(Value::Null)
    }

    fn schedule(&mut self, pod: &Value) -> Result<Value, String> {
        self.vector["pods"] = json!(self.pods);
        self.vector["pod"] = pod.clone();
        let answer = twin::answer(&self.vector)?;
        let expect = &answer["expect"];
        let mut rejected: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, rejection) in expect["filter"].as_object().expect("rejections") {
            *rejected.entry(rejection["plugin"].as_str().expect("a plugin")).or_default() += 1;
        }
        let best: Vec<&str> =
            expect["best"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        let chosen = best.iter().min();
        if let Some(node) = chosen {
            let mut bound = pod.clone();
            bound["spec"]["nodeName"] = json!(node);
            self.pods.push(bound);
        }
        Ok(json!({
            "feasibleCount": expect["feasible"].as_array().map(Vec::len),
            "rejected": rejected,
            "best": best,
            "bestTotal": best.first().map(|node| expect["scores"][*node]["total"].clone()),
            "chosen": chosen,
        }))
    }
}

/// Makes the steps of a sequence from random moves, and takes them; the sequence and the answers.
fn play(case: &Value, moves: &[Move]) -> Result<(Value, Value), String> {
    let mut sequence = case.clone();
    sequence["kind"] = json!("scheduler-sequence");
    sequence["existing"] = sequence["pods"].take();
    let mut world = World::new(&sequence);
    let (mut steps, mut answers) = (Vec::new(), Vec::new());
    for (number, random) in moves.iter().enumerate() {
        let (op, of) = match random {
            Move::Schedule(pod) => {
                let mut pod = pod.clone();
                pod["metadata"]["name"] = json!(format!("s{number}"));
                pod["spec"].as_object_mut().expect("a spec").shift_remove("nodeName");
                ("schedule", pod)
            }
            Move::Terminate(_) | Move::Delete(_) if world.pods.is_empty() => continue,
            Move::Terminate(place) => ("terminate", json!(full_name(&world.pods[place % world.pods.len()]))),
            Move::Delete(place) => ("delete", json!(full_name(&world.pods[place % world.pods.len()]))),
        };
        let step = json!({ "op": op, "pod": of });
        answers.push(world.take(&step)?);
        steps.push(step);
    }
    sequence["steps"] = json!(steps);
    Ok((sequence, json!({ "expect": answers })))
}

fn agrees(case: &Value, moves: &[Move]) -> Result<(), String> {
    // A plugin that fails ends the sequence.
    let Ok((sequence, expected)) = play(case, moves) else { return Ok(()) };
    let answer = scheduler_sequence::check(&sequence)?;
    match first_difference(&expected, &answer) {
        None => Ok(()),
        Some(difference) => Err(format!("{difference}\nsteps: {:#}", sequence["steps"])),
    }
}

fn sequences_agree(seed: u8, cases: u32) {
    let strategy = (cases::case().boxed(), prop::collection::vec(step(), 1..12));
    hold_on(strategy, seed, cases, |(case, moves)| agrees(case, moves));
}

#[test]
fn what_is_carried_over_agrees_with_the_twin() {
    sequences_agree(4, 150);
}

#[test]
#[ignore = "takes minutes; run it by hand in a release build"]
fn what_is_carried_over_agrees_with_the_twin_in_many_cases() {
    sequences_agree(5, 20_000);
}

/// Holds the twin against recorded sequences of at most so many nodes.
fn twin_takes_recorded_steps(most_nodes: usize) {
    let mut taken = 0;
    for sequence in recorded("sequence.jsonl.gz") {
        if sequence["nodes"].as_array().map_or(0, Vec::len) > most_nodes {
            continue;
        }
        let mut world = World::new(&sequence);
        let steps = sequence["steps"].as_array().expect("steps");
        let answers: Vec<Value> = steps.iter().map(|step| world.take(step).expect("an answer")).collect();
        taken += answers.len();
        let difference = first_difference(&sequence, &json!({ "expect": answers }));
        assert!(difference.is_none(), "{}: {}", sequence["id"], difference.expect("one"));
    }
    assert!(taken > 500, "{taken} steps");
}

#[test]
fn the_twin_takes_recorded_steps_of_small_clusters() {
    twin_takes_recorded_steps(5);
}

#[test]
#[ignore = "takes minutes; run it by hand in a release build"]
fn the_twin_takes_all_recorded_steps() {
    twin_takes_recorded_steps(usize::MAX);
}
