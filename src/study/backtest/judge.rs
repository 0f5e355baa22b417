//! Judges what happened by the runs of the forecast.

use std::sync::Arc;

use super::forecast::{Forecast, ROUNDING};
use super::{Completion, Figure, Kind, LEVEL, Rollout, Seen, miss};
use crate::api::Timestamp;
use crate::measures::rollout_row::OWN_SPREAD;
use crate::measures::{Counted, RolloutRow};
use crate::scenario::backtest::{End, ResolvedBacktest, Roll, SeenSpread};
use crate::study::replication::Run;

/// The rollout that the timeline makes: 0 is the state taken over.
const ROLLOUT: u32 = 1;
/// The default of `progressDeadlineSeconds`: a run without an end counts as long at least, where it is scored.
const PROGRESS_DEADLINE: i64 = 600;

/// Whether a row is of the rollouts that are judged: what runs are to keep.
pub fn is_judged(backtest: &ResolvedBacktest, row: &RolloutRow) -> bool {
    row.number == ROLLOUT && backtest.rolls.iter().any(|roll| *row.workload == *roll.workload.to_string())
}

/// Judges every rollout of a backtest.
pub fn judge(backtest: &ResolvedBacktest, runs: &[Run]) -> Vec<Rollout> {
    backtest.rolls.iter().map(|roll| rollout(roll, backtest.read.1, runs)).collect()
}

/// How long a rollout took in a run, from when its ReplicaSet first had pods to make; `None` if it did not complete.
fn seconds(row: &RolloutRow) -> Option<f64> {
    let begin = row.scaled_up.unwrap_or(row.started);
    row.completed.map(|end| end.0.saturating_sub(begin.0) as f64 / 1e9)
}

fn rollout(roll: &Roll, read: Timestamp, runs: &[Run]) -> Rollout {
    let workload = roll.workload.to_string();
    let rows = runs.iter().flat_map(|run| &run.rollouts);
    let rows: Vec<&RolloutRow> =
        rows.filter(|row| row.number == ROLLOUT && *row.workload == *workload).collect();
    let times: Vec<Option<f64>> = rows.iter().map(|row| seconds(row)).collect();
    let mut judged = Rollout {
        workload: roll.workload.clone(),
        begin: roll.begin.map(|begin| begin.to_string()),
        end: roll.end,
        completion: None,
        figures: Vec::new(),
        not_judged: roll.not_judged.clone(),
    };
    let Some(forecast) = Forecast::of_seconds(&times) else {
        judged.not_judged.push("duration: the forecast did not roll it".to_owned());
        return judged;
    };
    let complete = matches!(roll.end, End::Complete(_));
    if let Some(elapsed) = roll.elapsed(read) {
        judged.completion = Some(completion(&forecast, complete, elapsed));
        // Dumps are read when rollouts are done: what is complete is judged as if one had looked on for long.
        let bound = if complete { elapsed.max(forecast.longest()).max(PROGRESS_DEADLINE) } else { elapsed };
        let seen = match (roll.seconds(), complete) {
            (Some(seconds), _) => Some(Seen::Value(seconds)),
            (None, false) => Some(Seen::MoreThan(elapsed)),
            (None, true) => None,
        };
        let figure = seen.map(|seen| figure(Kind::Duration, &forecast, seen, Some(bound)));
        judged.figures.extend(figure.map(|figure| Figure { miss: miss::of(&figure, &roll.hops), ..figure }));
    }
    for spread in &roll.spreads {
        match skews(&rows, spread) {
            Some(forecast) => {
                let kind = Kind::Skew(Arc::clone(&spread.constraint));
                let figure = figure(kind, &forecast, Seen::Value(i64::from(spread.skew)), None);
                judged.figures.push(Figure { miss: miss::of(&figure, &roll.hops), ..figure });
            }
            None => {
                judged.not_judged.push(format!("{}: no run of the forecast completes", spread.constraint));
            }
        }
    }
    judged
}

/// Of one that is complete the share of runs that complete at all: when the dump was read may hang on when it was done. Of
/// another the share that do not by then.
fn completion(forecast: &Forecast, complete: bool, elapsed: i64) -> Completion {
    let probability = if complete { forecast.up_to(i64::MAX) } else { 1.0 - forecast.up_to(elapsed) };
    Completion { complete, probability, score: (1.0 - probability) * (1.0 - probability) }
}

/// The final skews of the Deployment's own pods, of the runs in which it completed.
fn skews(rows: &[&RolloutRow], seen: &SeenSpread) -> Option<Forecast> {
    let own = format!("{}{OWN_SPREAD}", seen.constraint);
    let of_run = |row: &&&RolloutRow| {
        let mut outcomes = row.constraints.iter().filter(|outcome| outcome.counted != Counted::Selected);
        outcomes
            .find(|outcome| *outcome.name == *seen.constraint || *outcome.name == *own)
            .map(|outcome| outcome.final_skew)
    };
    let complete = rows.iter().filter(|row| row.completed.is_some());
    Forecast::of_counts(&complete.filter_map(|row| of_run(&row)).collect::<Vec<_>>())
}

/// Judges one figure. `bound` is how far anybody looked: whatever is beyond counts as the next number.
pub fn figure(kind: Kind, forecast: &Forecast, seen: Seen, bound: Option<i64>) -> Figure {
    let (low, high) = forecast.middle(LEVEL);
    let up_to_high = high.map_or(1.0, |high| forecast.up_to(high));
    let below_low = low.map_or(0.0, |low| forecast.below(low));
    let middle = match low {
        // Hardly any run completes: nothing finite lies in the middle.
        None => 1.0 - forecast.up_to(i64::MAX),
        Some(_) => up_to_high - below_low,
    };
    let (probability, held, expected, rank, place, number) = match seen {
        Seen::Value(value) => {
            let (below, at) = (forecast.below(value), forecast.at(value));
            let held = low.is_some_and(|low| value >= low) && high.is_none_or(|high| value <= high);
            (at, held, middle, Some(below + at / 2.0), Some((below, forecast.up_to(value))), value)
        }
        Seen::MoreThan(value) => {
            let longer = 1.0 - forecast.up_to(value);
            let tail = (1.0 - LEVEL) / 2.0;
            // Only what hardly any run outlasts can be missed.
            let held = longer >= tail - ROUNDING;
            (longer, held, if held { 1.0 } else { 1.0 - longer }, None, None, value.saturating_add(1))
        }
    };
    let median = forecast.quantile(0.5);
    let score = forecast.score(number, bound);
    Figure { kind, seen, median, low, high, rank, probability, held, expected, score, place, miss: None }
}
