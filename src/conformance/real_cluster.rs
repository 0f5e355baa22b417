//! Kinds `real-cluster` and `real-cluster-placement`: what came out of a whole control plane v1.36.2 that ran.
//!
//! A recorded scenario is simulated many times with the measured pace of the control plane, and each recorded share of an
//! outcome (how uneven a rollout ends) is held against the simulated one by Fisher's exact test. There are some two
//! hundred such tests, so one fails if so great a difference has a probability below 1 in 10,000: of one in fifty
//! rounds of all of them, one fails by chance. Durations are compared where the machine was quiet, or where the
//! controllers' own limits set the pace: their medians must agree within a tenth, or the difference be one that so few runs
//! show by chance (rank-sum test, 1 %).
//!
//! A placement must go to one of the best nodes, and where several are, to the one that the release takes. On the real
//! cluster about 4 % of the ties fell otherwise, because goroutines raced for the order of the nodes.

mod exact;
pub mod placement;
mod scene;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use self::exact::{fisher, quantile, rank_sum};
use self::scene::{Recording, RunResult};

/// The probability below which a difference is none of chance.
const ALPHA: f64 = 1e-4;
/// How far medians of durations may lie apart, as a part of the recorded one.
const DURATIONS: f64 = 0.1;
/// The probability, by their ranks, above which such a difference may be one of few runs.
const BY_CHANCE: f64 = 0.01;

/// The model's answer: the recorded runs, but for what does not agree.
pub fn check(vector: &Value) -> Result<Value, String> {
    let recording = Recording::new(vector)?;
    let simulated = recording.simulate();
    let mut runs = vector["runs"].clone();
    for rollout in 0..recording.rollouts() {
        if let Some(told) = uneven_otherwise(&recording.runs, &simulated, rollout) {
            runs[0]["rollouts"][rollout][recording.measure()] = json!(told);
        }
        if let Some(told) = longer_or_shorter(&recording, &simulated, rollout) {
            runs[0]["rollouts"][rollout]["durationSeconds"] = json!(told);
        }
    }
    Ok(json!({ "runs": runs, "note": note(&recording, &simulated) }))
}

/// How often each outcome of a rollout was.
fn counts(runs: &[RunResult], rollout: usize) -> BTreeMap<i64, u64> {
    let mut counts = BTreeMap::new();
    for spread in runs.iter().filter_map(|run| run.rollouts.get(rollout)?.spread) {
        *counts.entry(spread).or_default() += 1;
    }
    counts
}

/// The durations of a rollout, ascending.
fn durations(runs: &[RunResult], rollout: usize) -> Vec<f64> {
    let mut all: Vec<f64> = runs.iter().filter_map(|run| run.rollouts.get(rollout)?.seconds).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// The outcome of a rollout that is recorded more or less often than it is simulated.
fn uneven_otherwise(recorded: &[RunResult], simulated: &[RunResult], rollout: usize) -> Option<String> {
    let (seen, expected) = (counts(recorded, rollout), counts(simulated, rollout));
    let (of, out_of) = (seen.values().sum::<u64>(), expected.values().sum::<u64>());
    if of == 0 {
        return None;
    }
    let all: BTreeSet<i64> = seen.keys().chain(expected.keys()).copied().collect();
    all.into_iter().find_map(|spread| {
        let seen = seen.get(&spread).copied().unwrap_or(0);
        let expected = expected.get(&spread).copied().unwrap_or(0);
        let probability = fisher((seen, of), (expected, out_of));
        (probability < ALPHA).then(|| {
            format!("{spread} in {seen} of {of} runs, simulated in {expected} of {out_of}: {probability:.1e}")
        })
    })
}

/// A median duration that lies further from the simulated one than it may, and not by chance.
fn longer_or_shorter(recording: &Recording, simulated: &[RunResult], rollout: usize) -> Option<String> {
    if !recording.durations_count() {
        return None;
    }
    let (seen, expected) = (durations(&recording.runs, rollout), durations(simulated, rollout));
    let (recorded, model) = (quantile(&seen, 0.5)?, quantile(&expected, 0.5)?);
    let apart = (model - recorded).abs() > DURATIONS * recorded;
    let probability = rank_sum(&seen, &expected);
    (apart && probability < BY_CHANCE)
        .then(|| format!("median {recorded:.2} s, simulated {model:.2} s: {probability:.1e}"))
}

/// What was recorded beside what was simulated, a line for each rollout.
fn note(recording: &Recording, simulated: &[RunResult]) -> String {
    let line = |rollout: usize| {
        let (seen, expected) = (counts(&recording.runs, rollout), counts(simulated, rollout));
        let of = |counts: &BTreeMap<i64, u64>| counts.values().sum::<u64>().max(1) as f64;
        let all: BTreeSet<i64> = seen.keys().chain(expected.keys()).copied().collect();
        let share = |counts: &BTreeMap<i64, u64>, spread| {
            100.0 * counts.get(spread).copied().unwrap_or(0) as f64 / of(counts)
        };
        let spreads = all.iter().filter(|_| !seen.is_empty()).map(|spread| {
            format!("{spread}: {:.0} / {:.0} %", share(&seen, spread), share(&expected, spread))
        });
        let mut told = vec![format!("rollout {}", rollout + 1)];
        told.extend(spreads);
        let (seen, expected) = (durations(&recording.runs, rollout), durations(simulated, rollout));
        if let (Some(low), Some(high), Some(recorded), Some(model)) = (
            quantile(&expected, 0.05),
            quantile(&expected, 0.95),
            quantile(&seen, 0.5),
            quantile(&expected, 0.5),
        ) {
            let within = seen.iter().filter(|time| (low..=high).contains(*time)).count();
            told.push(format!(
                "median {recorded:.2} / {model:.2} s, {within} of {} within {low:.2} to {high:.2} s",
                seen.len()
            ));
        }
        told.join(", ")
    };
    let lines: Vec<String> = (0..recording.rollouts()).map(line).collect();
    format!("recorded / simulated: {}", lines.join("; "))
}

#[cfg(test)]
mod tests {
    use super::scene::RolloutResult;
    use super::*;

    fn runs(spreads: &[i64]) -> Vec<RunResult> {
        let run = |spread: &i64| RunResult {
            rollouts: vec![RolloutResult { spread: Some(*spread), seconds: None }],
        };
        spreads.iter().map(run).collect()
    }

    #[test]
    fn what_is_never_seen_and_often_simulated_is_noticed() {
        let often: Vec<i64> = (0..400).map(|run| 1 + i64::from(run % 3 == 0)).collect();
        assert!(uneven_otherwise(&runs(&[1; 30]), &runs(&often), 0).is_some(), "0 of 30 against a third");
        assert!(uneven_otherwise(&runs(&[1; 8]), &runs(&often), 0).is_none(), "0 of 8 may be chance");
        assert!(uneven_otherwise(&runs(&[1, 1, 2, 1, 2]), &runs(&often), 0).is_none());
    }
}
