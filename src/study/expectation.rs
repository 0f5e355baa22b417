//! Whether what a scenario expects came out.

use super::ends::Ends;
use super::replication::Run;
use super::summary::VariantResult;
use crate::measures::figure::of_the_named;
use crate::measures::{Figure, FigureKey};
use crate::scenario::Expectation;

/// The verdict on one expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What was expected, in words.
    pub expected: String,
    /// Whether it came out; `None` if that is not judged.
    pub met: Option<bool>,
    /// What came out instead, if it did not, or why it is not judged.
    pub found: String,
}

impl Verdict {
    /// An expectation that is not judged, and why.
    pub fn not_judged(expected: String, why: impl Into<String>) -> Self {
        Self { expected, met: None, found: why.into() }
    }
}

/// Holds the results against the expectations, variant by variant.
pub fn evaluate(expectations: &[Expectation], results: &[VariantResult]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for expectation in expectations {
        for result in results {
            let wanted = expectation.variant.is_none() || expectation.variant == result.name;
            if wanted {
                verdicts.push(judge(expectation, result));
            }
        }
    }
    verdicts
}

fn judge(expectation: &Expectation, result: &VariantResult) -> Verdict {
    let key = find_key(expectation, result);
    let expected = describe(expectation, key.as_ref(), result);
    if let Some(cut) = cut_off(&result.ends()) {
        return Verdict::not_judged(expected, cut);
    }
    let Some(key) = key else {
        let found = format!("there is no {} of that in this run", expectation.measure.name);
        return Verdict { expected, met: Some(false), found };
    };
    let values: Vec<(u32, Option<f64>)> =
        result.runs.iter().map(|run| (run.replication, value(run, &key))).collect();
    let broken = values.iter().find(|(_, value)| {
        !value.map_or(expectation.every_run == crate::scenario::expectation::Bounds::default(), |value| {
            expectation.every_run.contain(value)
        })
    });
    if let Some((replication, value)) = broken {
        let value = value.map_or_else(|| "nothing".to_owned(), |value| value.to_string());
        return Verdict {
            expected,
            met: Some(false),
            found: format!("{value} in replication {replication}"),
        };
    }
    let Some(share) = &expectation.share else {
        return Verdict { expected, met: Some(true), found: String::new() };
    };
    let holding = values.iter().filter(|(_, value)| value.is_some_and(|value| share.of_runs.holds(value)));
    let found = holding.count() as f64 / values.len() as f64;
    let met = share.min.is_none_or(|min| found >= min) && share.max.is_none_or(|max| found <= max);
    Verdict { expected, met: Some(met), found: format!("in {found} of {} runs", values.len()) }
}

/// Why nothing can be judged: what would have come out of a whole run is not known.
fn cut_off(ends: &Ends) -> Option<String> {
    ends.is_cut_off().then(|| match ends.runs {
        1 => "the run was cut off".to_owned(),
        runs => format!("{} of {runs} runs were cut off", ends.cut_off),
    })
}

fn value(run: &Run, key: &FigureKey) -> Option<f64> {
    run.figures.iter().find(|figure| figure.key == *key).map(|figure| figure.value)
}

/// The figure that an expectation is about: of the named (or only) workload, the named (or last)
/// rollout, the named (or first) constraint.
fn find_key(expectation: &Expectation, result: &VariantResult) -> Option<FigureKey> {
    let fits = |figure: &&Figure| {
        let key = &figure.key;
        key.measure == expectation.measure.name
            && expectation.of.as_ref().is_none_or(|of| *key.workload == *of.to_string())
            && (key.rollout.is_none()
                || expectation.rollout.is_none_or(|rollout| key.rollout == Some(rollout)))
            && expectation.constraint.as_ref().is_none_or(|wanted| wanted.fits(&key.constraint))
    };
    let figures = result.runs.iter().flat_map(|run| run.figures.iter()).filter(fits);
    let figures = of_the_named(figures.collect(), expectation.of.is_some()).into_iter();
    // The last rollout, and of it the first constraint.
    let last = figures.clone().map(|figure| figure.key.rollout).max()?;
    figures.map(|figure| &figure.key).find(|key| key.rollout == last).cloned()
}

fn describe(expectation: &Expectation, key: Option<&FigureKey>, result: &VariantResult) -> String {
    let mut text = result.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
    text.push_str(expectation.measure.name);
    if let Some(key) = key {
        if !key.workload.is_empty() {
            text.push_str(&format!(" of {}", key.workload));
        }
        if let Some(rollout) = key.rollout {
            text.push_str(&format!(", rollout {rollout}"));
        }
        if !key.constraint.is_empty() {
            text.push_str(&format!(", {}", key.constraint));
        }
    }
    let bounds = [
        ("at least", expectation.every_run.min),
        ("at most", expectation.every_run.max),
        ("exactly", expectation.every_run.equals),
    ];
    for (word, bound) in bounds {
        if let Some(bound) = bound {
            text.push_str(&format!(", {word} {bound}"));
        }
    }
    if let Some(share) = &expectation.share {
        let of_runs = match share.of_runs {
            crate::scenario::expectation::Compare::Above(bound) => format!("above {bound}"),
            crate::scenario::expectation::Compare::Below(bound) => format!("below {bound}"),
            crate::scenario::expectation::Compare::Equals(bound) => format!("exactly {bound}"),
        };
        let (low, high) = (share.min.unwrap_or(0.0), share.max.unwrap_or(1.0));
        text.push_str(&format!(", {of_runs} in a share of {low} to {high} of the runs"));
    }
    text
}
