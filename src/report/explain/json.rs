//! The explanation as JSON. The layout is documented in `docs/explain.md`; new fields are added at the
//! end (but `cutOff`, which comes first wherever it is), and none depends on anything but the documents and the seed.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer;
use super::history::{Row, rows};
use super::setting::Setting;
use crate::cluster::explanation::{
    ConstraintCounts, FixRow, HistoryStep, NodeVerdict, Preemption, Rejection, Scene, Verdict, WhatIf,
};
use crate::cluster::setup::TieBreakRule;
use crate::kernel::SimTime;
use crate::report::run::json::{FORMAT, digest_text};
use crate::report::words::ends::cut_off_json;
use crate::report::words::seconds::seconds;
use crate::report::words::{assumptions_json, gaps_json, irrelevant_json, lints_json};
use crate::study::ends::ended_word;
use crate::study::explanation::Explanation;

/// The whole explanation.
pub(super) fn to_json(explanation: &Explanation, setting: &Setting<'_>) -> Value {
    let pod = &explanation.pod;
    let ledger = setting.ledger;
    json!({
        "cutOff": cut_off_json([(None, &explanation.ends())]),
        "format": FORMAT,
        "scenario": setting.scenario,
        "variant": setting.variant,
        "seed": setting.seed,
        "replication": setting.replication,
        "notSimulated": gaps_json(ledger),
        "irrelevant": irrelevant_json(ledger),
        "lints": lints_json(ledger),
        "assumptions": assumptions_json(ledger),
        "releases": ledger.releases,
        "models": ledger.models,
        "notes": ledger.notes,
        "answer": answer::sentences(explanation).join(" "),
        "pod": {
            "name": explanation.name,
            "node": explanation.node.as_deref(),
            "boundInInput": explanation.bound_in_input,
            "namesakes": explanation.namesakes,
            "createdSeconds": seconds(pod.created.0),
            "scheduledSeconds": time(pod.scheduled),
            "readySeconds": time(pod.ready),
            "deletedSeconds": time(pod.deleted),
            "goneSeconds": time(pod.gone),
        },
        "askedAtSeconds": time(explanation.at),
        "attempts": explanation.testimony.attempts,
        "scene": explanation.testimony.scene.as_ref().map(|scene| scene_json(scene, explanation.tie_break)),
        "history": rows(explanation).iter().map(|(time, row)| history_row(*time, row)).collect::<Vec<_>>(),
        "digest": digest_text(explanation.end.fingerprint),
        "ended": ended_word(explanation.end.ended),
    })
}

fn time(moment: Option<SimTime>) -> Option<String> {
    moment.map(|moment| seconds(moment.0))
}

fn texts(names: &[Arc<str>]) -> Vec<&str> {
    names.iter().map(AsRef::as_ref).collect()
}

fn scene_json(scene: &Scene, tie_break: TieBreakRule) -> Value {
    let verdict = match &scene.verdict {
        Verdict::Placed { node, total, best } => json!({
            "outcome": "scheduled",
            "node": &**node,
            "total": total,
            "best": texts(best),
            "tieBreak": match tie_break {
                TieBreakRule::Random => "random",
                TieBreakRule::Heap => "heap",
                TieBreakRule::First => "first",
            },
        }),
        Verdict::Refused { message, way_out } => json!({
            "outcome": "unschedulable",
            "message": &**message,
            "preemption": way_out.as_ref().map(preemption_json),
        }),
        Verdict::Failed { message } => json!({"outcome": "error", "message": &**message}),
        Verdict::NoProfile => json!({"outcome": "noProfile"}),
    };
    json!({
        "timeSeconds": seconds(scene.at.0),
        "attempt": scene.attempt,
        "boundTo": scene.bound_to.as_deref(),
        "gates": scene.gates,
        "scheduler": scene.scheduler,
        "verdict": verdict,
        "sample": {
            "nodes": scene.sample.all,
            "evaluated": scene.sample.evaluated,
            "feasible": scene.sample.feasible,
            "sought": scene.sample.sought,
        },
        "nodes": scene.nodes.iter().map(|node| node_json(node, &scene.topology_keys)).collect::<Vec<_>>(),
        "spreadConstraints": scene.constraints.iter().map(constraint_json).collect::<Vec<_>>(),
        "whatIf": scene.what_if.as_ref().map(what_if_json),
    })
}

fn preemption_json(preemption: &Preemption) -> Value {
    let victims = preemption.victims.iter().map(
        |victim| json!({"pod": &*victim.pod, "priority": victim.priority, "leaving": victim.is_leaving}),
    );
    json!({"node": &*preemption.node, "victims": victims.collect::<Vec<_>>()})
}

fn node_json(node: &NodeVerdict, keys: &[String]) -> Value {
    let mut domains = Map::new();
    for (key, value) in keys.iter().zip(&node.domains) {
        domains.insert(key.clone(), json!(value));
    }
    let lacks = node.lacks.iter().map(|lack| {
        json!({
            "resource": lack.resource,
            "requested": lack.requested,
            "free": lack.free,
            "allocatable": lack.allocatable,
        })
    });
    let scores = node.scores.iter().map(|score| {
        json!({
            "plugin": score.plugin,
            "raw": score.raw,
            "normalized": score.normalized,
            "weight": score.weight,
            "weighted": score.normalized * score.weight,
        })
    });
    json!({
        "node": &*node.name,
        "chosen": node.chosen,
        "lookedAt": node.looked_at,
        "feasible": node.rejections.is_empty(),
        "domains": domains,
        "rejections": node.rejections.iter().map(rejection_json).collect::<Vec<_>>(),
        "insufficient": lacks.collect::<Vec<_>>(),
        "scores": scores.collect::<Vec<_>>(),
        "total": node.total,
    })
}

fn rejection_json(rejection: &Rejection) -> Value {
    json!({"plugin": rejection.plugin, "code": rejection.code, "reasons": rejection.reasons})
}

fn constraint_json(constraint: &ConstraintCounts) -> Value {
    let domains = constraint.domains.iter().map(|domain| {
        json!({
            "domain": domain.value,
            "pods": domain.pods,
            "allowed": domain.allowed,
            "nodes": domain.nodes,
            "closedBy": domain.closed_by,
        })
    });
    json!({
        "topologyKey": constraint.topology_key,
        "whenUnsatisfiable": constraint.when_unsatisfiable,
        "maxSkew": constraint.max_skew,
        "minDomains": constraint.min_domains,
        "selector": constraint.selector,
        "matchLabelKeys": constraint.match_label_keys,
        "nodeAffinityPolicy": constraint.node_affinity_policy,
        "nodeTaintsPolicy": constraint.node_taints_policy,
        "isDefault": constraint.is_default,
        "matchesItself": constraint.matches_itself,
        "minimum": constraint.minimum,
        "domains": domains.collect::<Vec<_>>(),
    })
}

fn what_if_json(what_if: &WhatIf) -> Value {
    let fix = |fix: &FixRow| {
        json!({
            "kind": fix.kind,
            "change": fix.text,
            "touches": fix.touches,
            "amountPpm": fix.amount_ppm,
            "fitsOn": texts(&fix.fits_on),
        })
    };
    let nearest = what_if.nearest.as_ref().map(|(node, rejections)| {
        json!({"node": &**node, "rejections": rejections.iter().map(rejection_json).collect::<Vec<_>>()})
    });
    json!({"fixes": what_if.fixes.iter().map(fix).collect::<Vec<_>>(), "nearest": nearest})
}

fn history_row(time: SimTime, row: &Row<'_>) -> Value {
    let time = seconds(time.0);
    match row {
        Row::Api(what) => json!({"timeSeconds": time, "step": what}),
        Row::Scheduler(HistoryStep::Moved { from, to, event, plugin }) => json!({
            "timeSeconds": time, "step": "moved", "from": from, "to": to, "event": event, "plugin": plugin,
        }),
        Row::Scheduler(HistoryStep::AttemptBegan { number }) => {
            json!({"timeSeconds": time, "step": "attemptBegan", "attempt": number})
        }
        Row::Scheduler(HistoryStep::NodeChosen { number, node }) => {
            json!({"timeSeconds": time, "step": "nodeChosen", "attempt": number, "node": &**node})
        }
        Row::Scheduler(HistoryStep::Refused { number, message }) => {
            json!({"timeSeconds": time, "step": "refused", "attempt": number, "message": &**message})
        }
        Row::Scheduler(HistoryStep::Obsolete { number }) => {
            json!({"timeSeconds": time, "step": "obsolete", "attempt": number})
        }
    }
}
