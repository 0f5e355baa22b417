//! The answer as JSON.

use serde_json::{Value, json};

use super::{RULE, Setting, end_word, misses};
use crate::report::run::json::FORMAT;
use crate::report::words::ends::cut_off_json;
use crate::report::words::{assumptions_json, earlier_json, gaps_json, irrelevant_json, lints_json};
use crate::study::backtest::calibration::{Tally, mean};
use crate::study::backtest::{Figure, Kind, LEVEL, Pair, Rollout, Seen};
use crate::study::statistics::distributions::rounded;

/// The whole answer.
pub(super) fn to_json(setting: Setting<'_>) -> Value {
    let all = setting.tally(|_| true);
    let completions = setting.completions();
    let scores: Vec<f64> = completions.iter().map(|one| one.score).collect();
    let mut value = json!({
        "cutOff": cut_off_json(setting.pairs.iter().map(|pair| (pair.name.as_deref(), &pair.ends))),
        "format": FORMAT,
        "backtest": {
            "level": LEVEL,
            "judged": all.judged,
            "held": all.held,
            "heldByChance95": all.by_chance,
        },
        "seed": setting.seed,
        "runs": setting.runs,
        "scoringRule": RULE,
        "durations": tally(&setting.tally(|kind| *kind == Kind::Duration)),
        "finalSkews": tally(&setting.tally(|kind| matches!(kind, Kind::Skew(_)))),
        "completions": {
            "judged": completions.len(),
            "asLikelier": completions.iter().filter(|one| one.probability >= 0.5).count(),
            "meanBrierScore": rounded(mean(&scores)),
        },
        "pairs": setting.pairs.iter().map(pair).collect::<Vec<_>>(),
        "notSimulated": gaps_json(setting.ledger),
        "irrelevant": irrelevant_json(setting.ledger),
        "lints": lints_json(setting.ledger),
        "assumptions": assumptions_json(setting.ledger),
        "releases": setting.ledger.releases,
        "models": setting.ledger.models,
        "notes": setting.ledger.notes,
    });
    earlier_json(setting.ledger, &mut value);
    value
}

fn tally(tally: &Tally) -> Value {
    json!({
        "judged": tally.judged,
        "held": tally.held,
        "heldByChance95": tally.by_chance,
        "meanScore": rounded(tally.score),
        "rankHistogram": tally.bins.map(rounded),
    })
}

fn pair(pair: &Pair) -> Value {
    json!({
        "pair": pair.name,
        "first": pair.read.0,
        "second": pair.read.1,
        "rollouts": pair.rollouts.iter().map(rollout).collect::<Vec<_>>(),
        "notJudged": pair.not_judged,
        "happenedToo": pair.beside,
    })
}

fn rollout(rollout: &Rollout) -> Value {
    json!({
        "workload": rollout.workload.to_string(),
        "begin": rollout.begin,
        "end": end_word(rollout.end),
        "completion": rollout.completion.map(|one| json!({
            "complete": one.complete,
            "probability": rounded(one.probability),
            "brierScore": rounded(one.score),
        })),
        "figures": rollout.figures.iter().map(figure).collect::<Vec<_>>(),
        "notJudged": rollout.not_judged,
    })
}

fn figure(figure: &Figure) -> Value {
    let (kind, constraint) = match &figure.kind {
        Kind::Duration => ("durationSeconds", None),
        Kind::Skew(constraint) => ("finalSkew", Some(&**constraint)),
    };
    let (seen, more_than) = match figure.seen {
        Seen::Value(value) => (Some(value), None),
        Seen::MoreThan(value) => (None, Some(value)),
    };
    json!({
        "figure": kind,
        "constraint": constraint,
        "seen": seen,
        "moreThan": more_than,
        "median": figure.median,
        "middle90": [figure.low, figure.high],
        "rank": figure.rank.map(rounded),
        "probability": rounded(figure.probability),
        "held": figure.held,
        "expectedToHold": rounded(figure.expected),
        "score": rounded(figure.score),
        "why": figure.miss.as_ref().map(|_| misses::why(figure)),
    })
}
