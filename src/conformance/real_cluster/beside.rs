//! A recorded scenario beside its simulation: what each of its rollouts came to, there and here.

use std::collections::BTreeMap;

use serde_json::Value;

use super::exact::quantile;
use super::scene::{Recording, RunResult};

/// A rollout of a recorded scenario, beside the same one simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutBeside {
    /// What was recorded.
    pub recorded: Outcomes,
    /// What was simulated.
    pub simulated: Outcomes,
    /// Whether durations can be compared: the machine was quiet, or the controllers' limits set the pace.
    pub durations_count: bool,
}

/// What a rollout came to in many runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcomes {
    /// How often the largest minus the smallest count of pods of a domain was so much.
    pub spreads: BTreeMap<i64, u64>,
    /// How long it took in seconds, ascending.
    pub seconds: Vec<f64>,
}

/// The rollouts of a line `real-cluster`, simulated 400 times, in order.
pub fn beside(vector: &Value) -> Result<Vec<RolloutBeside>, String> {
    let recording = Recording::new(vector)?;
    let simulated = recording.simulate();
    Ok((0..recording.rollouts()).map(|rollout| RolloutBeside::new(&recording, &simulated, rollout)).collect())
}

impl RolloutBeside {
    pub(super) fn new(recording: &Recording, simulated: &[RunResult], rollout: usize) -> Self {
        Self {
            recorded: Outcomes::of(&recording.runs, rollout),
            simulated: Outcomes::of(simulated, rollout),
            durations_count: recording.durations_count(),
        }
    }

    /// Every outcome that was recorded or simulated, ascending.
    pub(super) fn spreads(&self) -> Vec<i64> {
        let mut all: Vec<i64> =
            self.recorded.spreads.keys().chain(self.simulated.spreads.keys()).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Outcomes {
    pub(super) fn of(runs: &[RunResult], rollout: usize) -> Self {
        let results = || runs.iter().filter_map(|run| run.rollouts.get(rollout));
        let mut spreads = BTreeMap::new();
        for spread in results().filter_map(|one| one.spread) {
            *spreads.entry(spread).or_default() += 1;
        }
        let mut seconds: Vec<f64> = results().filter_map(|one| one.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        Self { spreads, seconds }
    }

    /// Runs of which the spread is known.
    pub fn runs(&self) -> u64 {
        self.spreads.values().sum()
    }

    /// In how many of them it was so much.
    pub fn count(&self, spread: i64) -> u64 {
        self.spreads.get(&spread).copied().unwrap_or(0)
    }

    /// A quantile of the durations in seconds; `None` without any.
    pub fn quantile(&self, at: f64) -> Option<f64> {
        quantile(&self.seconds, at)
    }
}
