//! A rollout as JSON: `--format json` and `summary.json`.

use serde_json::{Value, json};

use super::arms::{ArmReport, Setting, State};
use crate::report::run::json::FORMAT;
use crate::report::words::ends::cut_off_json;
use crate::report::words::verdicts;
use crate::report::words::{assumptions_json, earlier_json, gaps_json, irrelevant_json, lints_json};
use crate::scenario::rollout::Moment;
use crate::study::rollout_outcome::ConstraintSpread;
use crate::study::statistics::{Proportion, Summary};

/// The whole answer.
pub fn to_json(arms: &[ArmReport], setting: &Setting<'_>) -> Value {
    let State { nodes, pods, replicas, without_node, terminating, not_ready } = setting.state;
    let mut value = json!({
        "cutOff": cut_off_json(arms.iter().map(|arm| (Some(arm.name.as_str()), &arm.ends))),
        "format": FORMAT,
        "rollout": setting.workload,
        "moment": match setting.moment {
            Moment::Now => "now",
            Moment::AfterCreation => "afterCreation",
        },
        "startTime": setting.start.to_string(),
        "image": setting.image,
        "set": setting.set,
        "seed": setting.seed,
        "runs": setting.runs,
        "notSimulated": gaps_json(setting.ledger),
        "irrelevant": irrelevant_json(setting.ledger),
        "lints": lints_json(setting.ledger),
        "assumptions": assumptions_json(setting.ledger),
        "releases": setting.ledger.releases,
        "models": setting.ledger.models,
        "notes": setting.ledger.notes,
        "atTheStart": {
            "nodes": nodes,
            "pods": pods,
            "replicas": replicas,
            "podsWithoutNode": without_node,
            "podsTerminating": terminating,
            "podsNotReady": not_ready,
        },
        "arms": arms.iter().map(arm).collect::<Vec<_>>(),
        "expectations": verdicts::to_json(setting.verdicts),
    });
    earlier_json(setting.ledger, &mut value);
    value
}

/// What the files of a folder are of: the head of the summary, and the arms.
pub fn manifest(arms: &[ArmReport], summary: &Value) -> Value {
    json!({
        "format": summary["format"],
        "kubecast": env!("CARGO_PKG_VERSION"),
        "rollout": summary["rollout"],
        "seed": summary["seed"],
        "runs": summary["runs"],
        "cutOff": summary["cutOff"],
        "set": summary["set"],
        "arms": arms.iter().map(|arm| json!({ "arm": arm.name, "set": arm.set })).collect::<Vec<_>>(),
        "moment": summary["moment"],
        "notSimulated": summary["notSimulated"],
    })
}

fn arm(arm: &ArmReport) -> Value {
    let outcome = &arm.outcome;
    json!({
        "arm": arm.name,
        "set": arm.set,
        "runs": outcome.runs,
        "cutOffRuns": arm.ends.cut_off,
        "runsAtHorizon": arm.ends.at_horizon,
        "blocked": share(&outcome.blocked),
        "reasons": outcome.reasons.iter().map(|(reason, of)| {
            let mut value = share(of);
            value["reason"] = json!(&**reason);
            value
        }).collect::<Vec<_>>(),
        "durationSeconds": outcome.seconds.as_ref().map(|lasted| {
            let mut value = summary(lasted);
            value["medianInterval95"] = json!(outcome.median_interval.map(|(low, high)| [low, high]));
            value
        }),
        "surgePodsMax": summary(&outcome.surge),
        "unavailablePodsMax": summary(&outcome.unavailable),
        "pendingSecondsMax": summary(&outcome.pending_longest),
        "pendingSecondsTotal": summary(&outcome.pending_total),
        "constraints": outcome.constraints.iter().map(constraint).collect::<Vec<_>>(),
    })
}

fn constraint(constraint: &ConstraintSpread) -> Value {
    json!({
        "constraint": &*constraint.name,
        "maxSkew": constraint.max_skew,
        "aboveMaxSkew": share(&constraint.above),
        "finalSpreads": constraint.finals.iter().map(|spread| {
            let mut value = share(&spread.share);
            value["podsPerDomain"] = json!(spread.counts);
            value["skew"] = json!(spread.skew);
            value["completeRuns"] = json!(spread.complete);
            value["replications"] = json!(spread.replications);
            value
        }).collect::<Vec<_>>(),
        "domains": constraint.domains.iter().map(|domain| {
            let mut value = share(&domain.share);
            value["domain"] = json!(domain.domain);
            value["pods"] = json!(domain.pods);
            value
        }).collect::<Vec<_>>(),
        "readyShareAfterDomainLossMin": constraint.ready_left_min.as_ref().map(summary),
        "readyShareAfterDomainLoss": constraint.ready_left.as_ref().map(summary),
    })
}

fn share(share: &Proportion) -> Value {
    json!({ "count": share.count, "share": share.share(), "wilson95": [share.low, share.high] })
}

fn summary(summary: &Summary) -> Value {
    json!({
        "mean": summary.mean,
        "min": summary.min,
        "median": summary.median,
        "p95": summary.p95,
        "max": summary.max,
    })
}
