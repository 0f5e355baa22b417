//! `summary.json`: the figures of each variant over its runs, how the runs ended, and what stands behind them;
//! `manifest.json`: what the files of a folder are of.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::cluster::world::RunEnd;
use crate::measures::FigureKey;
use crate::report::words::seconds::seconds;
use crate::report::words::{self, ends, verdicts};
use crate::scenario::Ledger;
use crate::study::ends::ended_word;
use crate::study::expectation::Verdict;
use crate::study::statistics::Summary;
use crate::study::summary::VariantResult;

/// The version of the layout of `summary.json` and `manifest.json`.
pub const FORMAT: &str = "kubecast.dev/v1alpha1";

/// What was run.
pub struct Head<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// The seed of all draws.
    pub seed: u64,
    /// How often each variant was run.
    pub runs: u32,
    /// The digest of everything.
    pub digest: u64,
    /// The variants and their figures.
    pub variants: &'a [VariantResult],
}

/// The whole summary.
pub fn summary(head: &Head<'_>, ledger: &Ledger, verdicts: &[Verdict]) -> Value {
    let mut summary = json!({
        "cutOff": cut_off(head.variants),
        "format": FORMAT,
        "scenario": head.scenario,
        "seed": head.seed,
        "digest": digest_text(head.digest),
        "notSimulated": words::gaps_json(ledger),
        "irrelevant": words::irrelevant_json(ledger),
        "lints": words::lints_json(ledger),
        "assumptions": words::assumptions_json(ledger),
        "releases": ledger.releases,
        "models": ledger.models,
        "notes": ledger.notes,
        "expectations": verdicts::to_json(verdicts),
        "variants": head.variants.iter().map(variant).collect::<Vec<_>>(),
    });
    words::earlier_json(ledger, &mut summary);
    if !ledger.unfinished.is_empty() {
        summary["unfinished"] = json!(ledger.unfinished);
    }
    summary
}

/// The manifest.
pub fn manifest(head: &Head<'_>, ledger: &Ledger) -> Value {
    json!({
        "format": FORMAT,
        "kubecast": env!("CARGO_PKG_VERSION"),
        "scenario": head.scenario,
        "seed": head.seed,
        "runs": head.runs,
        "cutOff": cut_off(head.variants),
        "variants": head.variants.iter().map(|result| &result.name).collect::<Vec<_>>(),
        "digest": digest_text(head.digest),
        "notSimulated": words::gaps_json(ledger),
    })
}

/// The variants of which runs were cut off; what a summary opens with.
pub fn cut_off(results: &[VariantResult]) -> Value {
    let all: Vec<_> = results.iter().map(|result| (result.name.as_deref(), result.ends())).collect();
    ends::cut_off_json(all.iter().map(|(name, ends)| (*name, ends)))
}

/// The summary of one variant.
fn variant(result: &VariantResult) -> Value {
    json!({
        "variant": result.name,
        "runs": result.runs.len(),
        "figures": result.summaries.iter().map(|(key, summary)| figure(key, summary)).collect::<Vec<_>>(),
        "blocked": blocked(result),
        "ends": result.runs.iter().map(|run| end(run.replication, &run.end)).collect::<Vec<_>>(),
    })
}

/// The rollouts that did not complete in some run, and why.
fn blocked(result: &VariantResult) -> Vec<Value> {
    let rows = result.runs.iter().flat_map(|run| &run.rollouts).filter(|row| row.blocked.is_some());
    let rollouts: BTreeSet<(&str, u32)> = rows.map(|row| (&*row.workload, row.number)).collect();
    let mut values = Vec::new();
    for (workload, rollout) in rollouts {
        for (reason, runs) in result.blocked_reasons(workload, rollout) {
            values
                .push(json!({ "workload": workload, "rollout": rollout, "reason": &*reason, "runs": runs }));
        }
    }
    values
}

/// One digest for all runs of a variant, by replication.
pub fn digest_text(digest: u64) -> String {
    format!("{digest:016x}")
}

fn end(replication: u32, end: &RunEnd) -> Value {
    json!({
        "replication": replication,
        "reason": ended_word(end.ended),
        "lastChangeSeconds": seconds(end.last_change.0),
        "events": end.events,
        "digest": digest_text(end.fingerprint),
    })
}

fn figure(key: &FigureKey, summary: &Summary) -> Value {
    let mut value = Map::new();
    value.insert("measure".into(), json!(key.measure));
    if !key.workload.is_empty() {
        value.insert("workload".into(), json!(&*key.workload));
    }
    if let Some(rollout) = key.rollout {
        value.insert("rollout".into(), json!(rollout));
    }
    if !key.constraint.is_empty() {
        value.insert("constraint".into(), json!(&*key.constraint));
    }
    if summary.runs == 1 {
        value.insert("value".into(), json!(summary.mean));
        return Value::Object(value);
    }
    for (name, number) in [
        ("mean", summary.mean),
        ("min", summary.min),
        ("median", summary.median),
        ("p95", summary.p95),
        ("max", summary.max),
    ] {
        value.insert(name.into(), json!(number));
    }
    value.insert("runs".into(), json!(summary.runs));
    let bins: Vec<Value> = summary
        .histogram
        .iter()
        .map(|(bin, share)| {
            json!({
                "value": bin,
                "count": share.count,
                "share": share.share(),
                "wilson95": [share.low, share.high],
            })
        })
        .collect();
    if !bins.is_empty() {
        value.insert("histogram".into(), json!(bins));
    }
    Value::Object(value)
}
