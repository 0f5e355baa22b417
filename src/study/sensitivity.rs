//! How much the answers hang on times that nobody measured: the same runs, with the same luck, with
//! start-up and lag halved and doubled.
//!
//! An answer moves if its 95 % interval and that of the rerun have no value in common.

use std::sync::Arc;

use super::statistics::{Proportion, median_interval};
use super::summary::VariantResult;
use crate::cluster::setup::ClusterSetup;
use crate::measures::{Counted, FigureKey, Measure, RolloutRow, listed};

/// Fewer runs than this leave intervals so wide that hardly anything moves out of them.
pub const LEAST_RUNS: u32 = 20;

/// Which hops are scaled together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hops {
    /// `imagePull`, `containerStart`, `readiness`.
    StartUp,
    /// `apiRequest`, `binding`, `watch.*`, `controllerSync`.
    Lag,
}

/// The same runs with other times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rerun {
    /// Which hops are scaled.
    pub hops: Hops,
    /// Twice as long; else half as long.
    pub doubled: bool,
}

/// All reruns, in the order in which they are told.
pub const RERUNS: [Rerun; 4] = [
    Rerun { hops: Hops::StartUp, doubled: false },
    Rerun { hops: Hops::StartUp, doubled: true },
    Rerun { hops: Hops::Lag, doubled: false },
    Rerun { hops: Hops::Lag, doubled: true },
];

impl Rerun {
    /// The setup with these times; `None` where that changes nothing, because the hops take no time.
    pub fn of(self, setup: &Arc<ClusterSetup>) -> Option<Arc<ClusterSetup>> {
        let (numerator, denominator) = if self.doubled { (2, 1) } else { (1, 2) };
        let timing = match self.hops {
            Hops::StartUp => setup.timing.with_start_up_scaled(numerator, denominator),
            Hops::Lag => setup.timing.with_lag_scaled(numerator, denominator),
        };
        (timing != setup.timing).then(|| Arc::new(ClusterSetup { timing, ..ClusterSetup::clone(setup) }))
    }
}

/// What is asked about a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// The share of runs that end with more skew than the constraint of this name allows.
    SkewAbove(Arc<str>, i32),
    /// The share of runs in which it does not complete.
    Blocked,
    /// The median of its duration in seconds.
    MedianSeconds,
}

/// A figure with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Estimate {
    fn is_apart_from(self, other: Self) -> bool {
        self.low > other.high || self.high < other.low
    }
}

impl From<Proportion> for Estimate {
    fn from(share: Proportion) -> Self {
        Self { value: share.share(), low: share.low, high: share.high }
    }
}

/// An answer as given, and with other times.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The variant, if there are variants.
    pub variant: Option<String>,
    /// `KIND/NAMESPACE/NAME`, such as `deployment/default/web`.
    pub workload: Arc<str>,
    /// Which rollout of it.
    pub rollout: u32,
    /// Nothing was rolled: the state that was taken over.
    pub adopted: bool,
    /// What is asked.
    pub question: Question,
    /// With the times as given.
    pub as_given: Estimate,
    /// With other times; `None` where no run has such a value.
    pub reruns: Vec<(Rerun, Option<Estimate>)>,
}

impl Answer {
    /// The answers about the rollouts of a variant that `wanted` names, as given.
    pub fn of(result: &VariantResult, wanted: &dyn Fn(&RolloutRow) -> bool) -> Vec<Self> {
        let Some(record) = result.first_record() else { return Vec::new() };
        let mut answers = Vec::new();
        for row in record.rollouts.iter().filter(|row| wanted(row)) {
            let constraints = row.constraints.iter().filter(|outcome| outcome.counted != Counted::OwnBeside);
            let skews =
                constraints.map(|outcome| Question::SkewAbove(outcome.name.clone(), outcome.max_skew));
            for question in skews.chain([Question::Blocked, Question::MedianSeconds]) {
                let as_given = estimate(&question, &row.workload, row.number, result);
                answers.extend(as_given.map(|as_given| Self {
                    variant: result.name.clone(),
                    workload: Arc::clone(&row.workload),
                    rollout: row.number,
                    adopted: row.adopted,
                    question,
                    as_given,
                    reruns: Vec::new(),
                }));
            }
        }
        answers
    }

    /// Adds what a rerun of the same variant answers.
    pub fn add(&mut self, rerun: Rerun, result: &VariantResult) {
        let estimate = estimate(&self.question, &self.workload, self.rollout, result);
        self.reruns.push((rerun, estimate));
    }

    /// The reruns that move the answer by more than the intervals.
    pub fn moved(&self) -> impl Iterator<Item = (Rerun, Estimate)> {
        let there = self.reruns.iter().filter_map(|(rerun, estimate)| Some((*rerun, (*estimate)?)));
        there.filter(|(_, estimate)| estimate.is_apart_from(self.as_given))
    }
}

fn estimate(
    question: &Question,
    workload: &Arc<str>,
    rollout: u32,
    result: &VariantResult,
) -> Option<Estimate> {
    let key = |measure: &Measure| FigureKey::of_rollout(measure, workload, rollout);
    match question {
        Question::SkewAbove(constraint, max_skew) => {
            let skew = const { listed("finalSkew") };
            let key = FigureKey::of_constraint(skew, workload, rollout, constraint);
            let share = result.share_above(&key, f64::from(*max_skew));
            (share.runs > 0).then(|| share.into())
        }
        Question::Blocked => Some(result.share_above(&key(const { listed("rolloutBlocked") }), 0.5).into()),
        Question::MedianSeconds => {
            let values = result.values(&key(const { listed("rolloutDurationSeconds") }));
            let (low, high) = median_interval(&values)?;
            let summary = super::statistics::Summary::of(&values)?;
            Some(Estimate { value: summary.median, low, high })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_that_touch_are_not_apart() {
        let estimate = |low, high| Estimate { value: low, low, high };
        let base = estimate(0.2, 0.3);
        assert!(!base.is_apart_from(estimate(0.3, 0.4)));
        assert!(!base.is_apart_from(estimate(0.25, 0.26)));
        assert!(base.is_apart_from(estimate(0.31, 0.4)));
        assert!(base.is_apart_from(estimate(0.0, 0.19)));
    }
}
