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

mod beside;
mod exact;
pub mod placement;
mod scene;

use serde_json::{Value, json};

pub use self::beside::{Outcomes, RolloutBeside, beside};
use self::exact::{fisher, rank_sum};
use self::scene::Recording;

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
    let mut notes = Vec::new();
    for rollout in 0..recording.rollouts() {
        let one = RolloutBeside::new(&recording, &simulated, rollout);
        if let Some(told) = uneven_otherwise(&one) {
            runs[0]["rollouts"][rollout][recording.measure()] = json!(told);
        }
        if let Some(told) = longer_or_shorter(&one) {
            runs[0]["rollouts"][rollout]["durationSeconds"] = json!(told);
        }
        notes.push(note(rollout, &one));
    }
    Ok(json!({ "runs": runs, "note": format!("recorded / simulated: {}", notes.join("; ")) }))
}

/// The outcome of a rollout that is recorded more or less often than it is simulated.
fn uneven_otherwise(one: &RolloutBeside) -> Option<String> {
    let (of, out_of) = (one.recorded.runs(), one.simulated.runs());
    if of == 0 {
        return None;
    }
    one.spreads().into_iter().find_map(|spread| {
        let (seen, expected) = (one.recorded.count(spread), one.simulated.count(spread));
        let probability = fisher((seen, of), (expected, out_of));
        (probability < ALPHA).then(|| {
            format!("{spread} in {seen} of {of} runs, simulated in {expected} of {out_of}: {probability:.1e}")
        })
    })
}

/// A median duration that lies further from the simulated one than it may, and not by chance.
fn longer_or_shorter(one: &RolloutBeside) -> Option<String> {
    if !one.durations_count {
        return None;
    }
    let (recorded, model) = (one.recorded.quantile(0.5)?, one.simulated.quantile(0.5)?);
    let apart = (model - recorded).abs() > DURATIONS * recorded;
    let probability = rank_sum(&one.recorded.seconds, &one.simulated.seconds);
    (apart && probability < BY_CHANCE)
        .then(|| format!("median {recorded:.2} s, simulated {model:.2} s: {probability:.1e}"))
}

/// What was recorded beside what was simulated.
fn note(rollout: usize, one: &RolloutBeside) -> String {
    let share =
        |outcomes: &Outcomes, spread| 100.0 * outcomes.count(spread) as f64 / outcomes.runs().max(1) as f64;
    let mut told = vec![format!("rollout {}", rollout + 1)];
    told.extend(one.spreads().into_iter().filter(|_| one.recorded.runs() > 0).map(|spread| {
        format!("{spread}: {:.0} / {:.0} %", share(&one.recorded, spread), share(&one.simulated, spread))
    }));
    if let (Some(low), Some(high), Some(recorded), Some(model)) = (
        one.simulated.quantile(0.05),
        one.simulated.quantile(0.95),
        one.recorded.quantile(0.5),
        one.simulated.quantile(0.5),
    ) {
        let seen = &one.recorded.seconds;
        let within = seen.iter().filter(|time| (low..=high).contains(*time)).count();
        told.push(format!(
            "median {recorded:.2} / {model:.2} s, {within} of {} within {low:.2} to {high:.2} s",
            seen.len()
        ));
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::scene::{RolloutResult, RunResult};
    use super::*;

    fn runs(spreads: &[i64]) -> Vec<RunResult> {
        let run = |spread: &i64| RunResult {
            rollouts: vec![RolloutResult { spread: Some(*spread), seconds: None }],
        };
        spreads.iter().map(run).collect()
    }

    fn beside(recorded: &[i64], simulated: &[i64]) -> RolloutBeside {
        let outcomes = |spreads| Outcomes::of(&runs(spreads), 0);
        RolloutBeside { recorded: outcomes(recorded), simulated: outcomes(simulated), durations_count: false }
    }

    #[test]
    fn what_is_never_seen_and_often_simulated_is_noticed() {
        let often: Vec<i64> = (0..400).map(|run| 1 + i64::from(run % 3 == 0)).collect();
        assert!(uneven_otherwise(&beside(&[1; 30], &often)).is_some(), "0 of 30 against a third");
        assert!(uneven_otherwise(&beside(&[1; 8], &often)).is_none(), "0 of 8 may be chance");
        assert!(uneven_otherwise(&beside(&[1, 1, 2, 1, 2], &often)).is_none());
    }
}
