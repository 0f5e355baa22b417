//! Kind `closed-loop`: whole rollouts, many times. The real Deployment and ReplicaSet controllers (v1.32)
//! and the real scheduler (v1.34.1) were driven in a loop on a virtual clock; recorded is how what came
//! out of each phase is distributed.
//!
//! The same configuration is simulated as often as it was recorded, seed 1, and every distribution is held
//! against the recorded one by a two-sample test (`sample`): a leaf agrees if its test gives a p-value of
//! at least `sample::ALPHA`. A distribution that was recorded as a certainty must come out as nearly one.

mod compare;
pub(super) mod observer;
mod sample;
pub(super) mod scene;
mod tally;

use std::sync::Arc;

use serde_json::{Map, Value};

use self::compare::Comparison;
use self::observer::Observer;
use self::scene::Scene;
use self::tally::PhaseTally;
use crate::cluster::world;
use crate::kernel::{Draws, Probe, Seed};

/// The model's answer: the recorded leaves where they agree with what was simulated, else what came out;
/// and a note on the tests.
pub fn check(vector: &Value) -> Result<Value, String> {
    let scene = Scene::new(vector)?;
    let phases = simulate(&scene);
    let mut comparison = Comparison::new(&scene);
    let recorded = |name: &str| vector.get(name).unwrap_or(&Value::Null);
    let create = comparison.phase(recorded("expectCreate"), &phases[0]);
    let none = Vec::new();
    let later = recorded("expect").as_array().unwrap_or(&none);
    let rollouts = (1..phases.len())
        .map(|phase| comparison.phase(later.get(phase - 1).unwrap_or(&Value::Null), &phases[phase]));
    let rollouts: Vec<Value> = rollouts.collect();
    let mut answer = Map::new();
    answer.insert("expectCreate".to_owned(), create);
    answer.insert("expect".to_owned(), Value::Array(rollouts));
    answer.insert("note".to_owned(), Value::from(comparison.note()));
    Ok(Value::Object(answer))
}

/// All runs, tallied phase by phase.
fn simulate(scene: &Scene) -> Vec<PhaseTally> {
    let mut phases: Vec<PhaseTally> = (0..=scene.rollouts).map(|_| PhaseTally::default()).collect();
    for replication in 0..scene.runs {
        let mut observer = Observer::new(scene);
        world::run(
            &Arc::clone(&scene.setup),
            Draws::new(Seed(1), replication),
            &mut observer,
            Probe::default(),
        );
        for (tally, outcome) in phases.iter_mut().zip(observer.finish()) {
            tally.add(&outcome, scene);
        }
    }
    phases
}

#[cfg(test)]
mod tests;
