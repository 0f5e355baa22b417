//! Fitted times as JSON.

use serde_json::{Map, Value, json};

use super::scenario::{field, is_settable, written};
use super::{Setting, subject_words};
use crate::study::timing_fit::estimate::{Fit, Quantile};
use crate::study::timing_fit::observations::{Hop, LeftOut, Subject};
use crate::study::timing_fit::seen::finished;
use crate::study::timing_fit::{HopFit, prior};

/// The version of this form.
const FORMAT: &str = "kubecast.dev/timing-fit/v1alpha1";

/// The fits.
pub(super) fn to_json(fits: &[HopFit], setting: &Setting) -> Value {
    json!({
        "format": FORMAT,
        "kubecast": env!("CARGO_PKG_VERSION"),
        "pods": setting.pods,
        "events": setting.events,
        "histograms": setting.histograms,
        "now": setting.now,
        "fits": fits.iter().map(one).collect::<Vec<_>>(),
    })
}

fn one(fit: &HopFit) -> Value {
    let seen = &fit.sample.seen;
    let waiting: u64 = seen.iter().filter(|seen| !seen.is_finished()).map(|seen| seen.count).sum();
    let reasons = fit.sample.left_out.iter().map(|(why, count)| (why_name(*why).to_owned(), json!(count)));
    json!({
        "of": subject_words(&fit.subject),
        "kind": match &fit.subject {
            Subject::Cluster => "cluster",
            Subject::Pool(..) => "pool",
            Subject::Workload(_) => "workload",
        },
        "hop": field(fit.hop).unwrap_or("sandbox"),
        "seen": finished(seen),
        "notOver": waiting,
        "leftOut": Value::Object(reasons.collect::<Map<_, _>>()),
        "pullsWithin": fit.sample.with_pulls,
        "fit": fit.fit.as_ref().map(found),
        "settable": is_settable(fit) && fit.hop != Hop::Sandbox,
        "prior": fit.fit.is_none().then(|| prior(fit.hop).as_ref().map(written)).flatten(),
    })
}

fn found(fit: &Fit) -> Value {
    json!({
        "family": fit.family.map_or("empirical", |family| family.name()),
        "distribution": written(&fit.distribution),
        "medianSeconds": quantile(&fit.median),
        "p95Seconds": quantile(&fit.p95),
        "distance": fit.distance.map(rounded),
        "distanceLimit": rounded(fit.limit),
    })
}

fn quantile(quantile: &Quantile) -> Value {
    json!({ "value": rounded(quantile.value), "low": quantile.low.map(rounded), "high": quantile.high.map(rounded) })
}

/// At six digits after the point: the last digits of a search say nothing.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

const fn why_name(why: LeftOut) -> &'static str {
    match why {
        LeftOut::StartedAgain => "startedAgain",
        LeftOut::Stuck => "cannotStart",
        LeftOut::NeverStarted => "neverStarted",
        LeftOut::ReadyAgain => "readyAgain",
        LeftOut::ReadyEarly => "readyEarly",
        LeftOut::OutOfOrder => "timesContradict",
    }
}
