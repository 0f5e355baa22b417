//! A study's results as JSON: `manifest.json`, and what `--format json` prints.

use serde_json::{Value, json};

use super::findings::StudyReport;
use crate::kernel::{Digest, Ended};
use crate::report::words::{assumptions_json, earlier_json, gaps_json, irrelevant_json, lints_json};
use crate::study::campaign::execution::Rows;
use crate::study::campaign::frame::Frame;
use crate::study::statistics::distributions::rounded;

/// The digest of all runs, in the order of the design.
pub fn digest(rows: &Rows) -> String {
    let mut digest = Digest::new();
    for row in rows.values() {
        digest.u32(row.point);
        digest.u32(row.replication);
        digest.u32(row.arm);
        digest.str(&row.digest);
    }
    format!("{:016x}", digest.finish())
}

/// What was run: the study, its points, arms and metrics, and the digest of all runs.
pub fn manifest(report: &StudyReport<'_>) -> Value {
    let frame = report.frame;
    let ledger = frame.ledger();
    json!({
        "cutOff": cut_off(report),
        "format": frame.format,
        "kubecast": frame.kubecast,
        "study": frame.study,
        "description": frame.description,
        "fingerprint": frame.fingerprint,
        "seed": frame.seed,
        "commonRandomNumbers": frame.common_random_numbers,
        "confidence": frame.confidence,
        "factors": frame.factors,
        "points": frame.points,
        "arms": frame.arms,
        "baseline": frame.arms[frame.baseline],
        "metrics": frame.metrics.iter().map(|metric| json!({
            "name": metric.name,
            "measure": metric.measure,
            "of": metric.of,
            "halfWidth": metric.half_width,
        })).collect::<Vec<_>>(),
        "runs": report.rows.len(),
        "runsOfPoints": runs_of_points(frame, report.rows),
        "digest": digest(report.rows),
        "notSimulated": gaps_json(&ledger),
        "irrelevant": irrelevant_json(&ledger),
        "lints": lints_json(&ledger),
        "assumptions": assumptions_json(&ledger),
        "releases": frame.releases,
        "models": frame.models,
    })
}

/// Each arm and point of which runs were cut off.
fn cut_off(report: &StudyReport<'_>) -> Value {
    let entry = |((point, arm), (cut, runs)): ((u32, u32), (u64, u64))| {
        let arm = &report.frame.arms[arm as usize];
        json!({ "point": point, "of": arm, "by": "maxEvents", "cutOffRuns": cut, "runs": runs })
    };
    report.ended(Ended::EventLimit).into_iter().map(entry).collect()
}

/// The runs of each arm at each point.
fn runs_of_points(frame: &Frame, rows: &Rows) -> Vec<usize> {
    let points = 0..frame.points.len() as u32;
    points.map(|point| rows.range((point, 0, 0)..(point + 1, 0, 0)).count() / frame.arms.len()).collect()
}

fn interval(interval: Option<(f64, f64)>) -> Value {
    interval.map_or(Value::Null, |(low, high)| json!([rounded(low), rounded(high)]))
}

/// The manifest with all estimates and differences.
pub fn summary(report: &StudyReport<'_>) -> Value {
    let frame = report.frame;
    let mut value = manifest(report);
    earlier_json(&report.ledger(), &mut value);
    value["estimates"] = report
        .estimates
        .iter()
        .map(|row| {
            json!({
                "point": row.point,
                "arm": frame.arms[row.arm],
                "metric": frame.metrics[row.metric].name,
                "n": row.estimate.runs,
                "count": row.count,
                "estimate": row.estimate.value.map(rounded),
                "interval": interval(row.estimate.interval),
                "method": row.estimate.method.name(),
            })
        })
        .collect();
    value["differences"] = report
        .differences
        .iter()
        .map(|row| {
            json!({
                "point": row.point,
                "arm": frame.arms[row.arm],
                "againstPoint": row.against_point,
                "againstArm": frame.arms[row.against_arm],
                "metric": frame.metrics[row.metric].name,
                "n": row.difference.runs,
                "difference": row.difference.value.map(rounded),
                "interval": interval(row.difference.interval),
                "intervalTogether": interval(row.together),
                "p": row.p_value,
                "pHolm": row.p_holm,
                "correlation": row.correlation.map(rounded),
                "varianceRatio": row.variance.map(|variance| rounded(variance.ratio)),
                "varianceRatioInterval": interval(row.variance.and_then(|variance| variance.interval)),
                "method": row.difference.method.name(),
            })
        })
        .collect();
    value
}
