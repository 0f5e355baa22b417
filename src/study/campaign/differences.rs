//! Differences: of the arms from the baseline at each point; in a study with one arm, of the points from the
//! first point. Intervals are given for each difference alone and for all of them together.

use super::estimates::figures;
use super::execution::Rows;
use super::frame::{Frame, FrameAsk};
use crate::study::statistics::estimate::{Estimate, Method};
use crate::study::statistics::multiple::{bonferroni, holm};
use crate::study::statistics::paired::{self, Paired, VarianceRatio};
use crate::study::statistics::{mean, order, proportion};

/// A difference and what it is between.
#[derive(Clone, Debug, PartialEq)]
pub struct DifferenceRow {
    /// The design point.
    pub point: usize,
    /// The arm.
    pub arm: usize,
    /// The point that it is compared with.
    pub against_point: usize,
    /// The arm that it is compared with.
    pub against_arm: usize,
    /// The metric.
    pub metric: usize,
    /// This minus what it is compared with.
    pub difference: Estimate,
    /// The interval that holds together with those of all other differences.
    pub together: Option<(f64, f64)>,
    /// The probability of at least this much difference if there were none.
    pub p_value: Option<f64>,
    /// The same, corrected for the number of differences after Holm.
    pub p_holm: Option<f64>,
    /// Correlation of the pairs; `None` for runs that are no pairs.
    pub correlation: Option<f64>,
    /// The variance of the differences, as a share of that without pairs.
    pub variance: Option<VarianceRatio>,
}

/// What is compared with what: (point, arm) with (point, arm).
fn comparisons(frame: &Frame) -> Vec<((usize, usize), (usize, usize))> {
    let (points, arms) = (frame.points.len(), frame.arms.len());
    if arms == 1 {
        return (1..points).map(|point| ((point, 0), (0, 0))).collect();
    }
    let others = move |point| (0..arms).filter(|arm| *arm != frame.baseline).map(move |arm| (point, arm));
    let pairs = (0..points).flat_map(others);
    pairs.map(|(point, arm)| ((point, arm), (point, frame.baseline))).collect()
}

/// Every difference, by point, arm and metric.
pub fn differences(frame: &Frame, rows: &Rows) -> Vec<DifferenceRow> {
    let comparisons = comparisons(frame);
    let together = bonferroni(frame.confidence, comparisons.len() * frame.metrics.len());
    let mut all = Vec::new();
    for (this, other) in comparisons {
        // Arms of a point are pairs; points are if they share their random numbers.
        let pairs = this.0 == other.0 || frame.common_random_numbers;
        for (metric, asked) in frame.metrics.iter().enumerate() {
            let (first, second) = (figures(rows, other, metric), figures(rows, this, metric));
            let alone = compare(frame, asked.ask, (&first, &second), pairs, frame.confidence);
            let interval = compare(frame, asked.ask, (&first, &second), pairs, together).difference.interval;
            all.push(DifferenceRow {
                point: this.0,
                arm: this.1,
                against_point: other.0,
                against_arm: other.1,
                metric,
                difference: alone.difference,
                together: interval,
                p_value: alone.p_value,
                p_holm: None,
                correlation: alone.correlation,
                variance: alone.variance,
            });
        }
    }
    let corrected = holm(&all.iter().map(|row| row.p_value).collect::<Vec<_>>());
    for (row, p_holm) in all.iter_mut().zip(corrected) {
        row.p_holm = p_holm;
    }
    all
}

fn compare(
    frame: &Frame,
    ask: FrameAsk,
    (first, second): (&[Option<f64>], &[Option<f64>]),
    pairs: bool,
    confidence: f64,
) -> Paired {
    let is_share = ask.counts(0.0).is_some();
    if let FrameAsk::Quantile(quantile) = ask {
        let values = |figures: &[Option<f64>]| figures.iter().flatten().copied().collect::<Vec<f64>>();
        let difference = order::difference(&values(first), &values(second), quantile, confidence);
        return Paired { difference, p_value: None, correlation: None, variance: None };
    }
    if !pairs {
        let values = |figures: &[Option<f64>]| -> Vec<f64> {
            figures.iter().flatten().map(|figure| ask.value(*figure)).collect()
        };
        return apart(&values(first), &values(second), is_share, confidence);
    }
    // Only runs in which both have the figure are pairs.
    let both = first.iter().zip(second).enumerate();
    let both: Vec<(usize, f64, f64)> =
        both.filter_map(|(run, (a, b))| Some((run, ask.value((*a)?), ask.value((*b)?)))).collect();
    let a: Vec<f64> = both.iter().map(|(_, a, _)| *a).collect();
    let b: Vec<f64> = both.iter().map(|(_, _, b)| *b).collect();
    if is_share {
        return paired::proportions(&a, &b, confidence);
    }
    let mut found = paired::means(&a, &b, confidence);
    if frame.is_two_stage() {
        let stage = both.iter().filter(|(run, _, _)| *run < frame.min_runs as usize).count();
        let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b - a).collect();
        let sequential = crate::study::statistics::two_stage::mean(&differences, stage, confidence);
        found.difference = Estimate { method: Method::PairedTwoStage, ..sequential };
    }
    found
}

/// Compares runs that are no pairs.
fn apart(first: &[f64], second: &[f64], is_share: bool, confidence: f64) -> Paired {
    let (difference, p_value) = if is_share {
        let count = |values: &[f64]| values.iter().filter(|value| **value > 0.5).count() as u64;
        let of = |values: &[f64]| (count(values), values.len() as u64);
        (proportion::difference(of(first), of(second), confidence), None)
    } else {
        mean::welch(first, second, confidence)
    };
    Paired { difference, p_value, correlation: None, variance: None }
}

#[cfg(test)]
mod tests {
    use super::super::journal::tests::{frame, row};
    use super::*;

    #[test]
    fn arms_are_compared_with_the_baseline_and_points_with_the_first() {
        let mut frame = frame();
        frame.points = vec![vec!["1".into()], vec!["2".into()], vec!["3".into()]];
        frame.arms.push("c".to_owned());
        frame.baseline = 1;
        assert_eq!(comparisons(&frame)[..3], [((0, 0), (0, 1)), ((0, 2), (0, 1)), ((1, 0), (1, 1))]);
        assert_eq!(comparisons(&frame).len(), 6);
        frame.arms.truncate(1);
        frame.baseline = 0;
        assert_eq!(comparisons(&frame), [((1, 0), (0, 0)), ((2, 0), (0, 0))]);
    }

    #[test]
    fn runs_without_the_figure_are_no_pairs() {
        let mut rows = Rows::new();
        for run in 0..4 {
            for arm in 0..2 {
                let mut row = row(0, arm, run, f64::from(2 * (run + arm)));
                if arm == 0 && run == 3 {
                    row.values = vec![None];
                }
                rows.insert(row.place(), row);
            }
        }
        let found = differences(&frame(), &rows);
        // Above 1: a: 0, 1, 1, none; b: 1, 1, 1, 1. One pair of three differs.
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].difference.runs, 3);
        assert!((found[0].difference.value.expect("pairs") - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(found[0].p_value, Some(1.0), "one pair that differs proves nothing");
    }
}
