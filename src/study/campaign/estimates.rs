//! What is estimated of every arm at every design point.

use super::execution::Rows;
use super::frame::{Frame, FrameAsk, FrameMetric};
use crate::study::statistics::estimate::Estimate;
use crate::study::statistics::proportion::{ProportionInterval, proportion};
use crate::study::statistics::{mean, order, two_stage};

/// An estimate and what it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct EstimateRow {
    /// The design point.
    pub point: usize,
    /// The arm.
    pub arm: usize,
    /// The metric.
    pub metric: usize,
    /// In how many runs the value counted, for a share.
    pub count: Option<u64>,
    /// The estimate.
    pub estimate: Estimate,
}

/// The figures of one metric of an arm at a point, by replication; `None` where a run has none.
pub fn figures(rows: &Rows, (point, arm): (usize, usize), metric: usize) -> Vec<Option<f64>> {
    let (point, arm) = (point as u32, arm as u32);
    let of_point = rows.range((point, 0, 0)..(point + 1, 0, 0));
    of_point.filter(|(_, row)| row.arm == arm).map(|(_, row)| row.values[metric]).collect()
}

/// Every estimate, by point, arm and metric.
pub fn estimates(frame: &Frame, rows: &Rows) -> Vec<EstimateRow> {
    let mut all = Vec::new();
    for point in 0..frame.points.len() {
        for arm in 0..frame.arms.len() {
            for (metric, asked) in frame.metrics.iter().enumerate() {
                let figures = figures(rows, (point, arm), metric);
                let (estimate, count) = estimate(frame, asked, &figures);
                all.push(EstimateRow { point, arm, metric, count, estimate });
            }
        }
    }
    all
}

fn estimate(frame: &Frame, metric: &FrameMetric, figures: &[Option<f64>]) -> (Estimate, Option<u64>) {
    let there = |figures: &[Option<f64>]| -> Vec<f64> {
        figures.iter().flatten().map(|figure| metric.ask.value(*figure)).collect()
    };
    let values = there(figures);
    let confidence = frame.confidence;
    match metric.ask {
        FrameAsk::Mean if frame.is_two_stage() => {
            let first_stage = there(&figures[..figures.len().min(frame.min_runs as usize)]).len();
            (two_stage::mean(&values, first_stage, confidence), None)
        }
        FrameAsk::Mean => (mean::mean(&values, confidence), None),
        FrameAsk::Quantile(quantile) => (order::quantile(&values, quantile, confidence), None),
        FrameAsk::Above(_, exact) | FrameAsk::Below(_, exact) | FrameAsk::Equals(_, exact) => {
            let count = values.iter().filter(|value| **value > 0.5).count() as u64;
            let wanted = if exact { ProportionInterval::Exact } else { ProportionInterval::Wilson };
            (proportion(count, values.len() as u64, confidence, wanted), Some(count))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::journal::tests::{frame, row};
    use super::*;

    #[test]
    fn shares_count_runs_that_have_the_figure() {
        let mut rows = Rows::new();
        for (run, value) in [2.0, 0.0, 3.0, 1.0].into_iter().enumerate() {
            for arm in 0..2 {
                let mut row = row(0, arm, run as u32, value);
                if arm == 1 && run == 1 {
                    row.values = vec![None];
                }
                rows.insert(row.place(), row);
            }
        }
        let all = estimates(&frame(), &rows);
        let told: Vec<_> = all.iter().map(|row| (row.arm, row.count, row.estimate.runs)).collect();
        assert_eq!(told, [(0, Some(2), 4), (1, Some(2), 3)]);
    }
}
