//! `runs.csv`, `estimates.csv` and `differences.csv` of a study. Rows are in the order of the design, never
//! in that in which runs ended.

use std::borrow::Cow;

use super::findings::{StudyReport, number};
use crate::report::table::{Column, Table};
use crate::study::campaign::differences::DifferenceRow;
use crate::study::campaign::estimates::EstimateRow;
use crate::study::campaign::frame::Frame;
use crate::study::campaign::journal::RunRow;

/// What a table of a study is made from.
type Study<'a> = StudyReport<'a>;

/// A row of a study.
struct Line<'a, R> {
    row: &'a R,
    frame: &'a Frame,
}

/// All tables of a study. A new table is one function and one word here.
pub fn tables<'a>() -> [Table<'a, Study<'a>>; 3] {
    [runs(), estimates(), differences()]
}

/// The design point that a row is of.
trait OfPoint {
    fn point(&self) -> usize;
}

impl OfPoint for RunRow {
    fn point(&self) -> usize {
        self.point as usize
    }
}

impl OfPoint for EstimateRow {
    fn point(&self) -> usize {
        self.point
    }
}

impl OfPoint for DifferenceRow {
    fn point(&self) -> usize {
        self.point
    }
}

/// The columns with which every table begins.
fn point_columns<'a, R: OfPoint>() -> [Column<Study<'a>, Line<'a, R>>; 2] {
    [
        Column::new("point", "the design point, from 0", |line| line.row.point().to_string().into()),
        Column::several(
            "the factors",
            "the value of each factor there",
            |study: Study<'_>| study.frame.factors.clone(),
            |line| line.frame.points[line.row.point()].clone(),
        ),
    ]
}

/// One row a run: every metric's figure, as the run has it.
fn runs<'a>() -> Table<'a, Study<'a>> {
    let columns: [Column<Study<'a>, Line<'a, RunRow>>; 5] = [
        Column::new("arm", "the arm", |line| line.frame.arms[line.row.arm as usize].as_str().into()),
        Column::new("replication", "which run, from 0", |line| line.row.replication.to_string().into()),
        Column::several(
            "the metrics",
            "the figure of each metric; empty where the run has none",
            |study: Study<'_>| study.frame.metrics.iter().map(|metric| metric.name.clone()).collect(),
            |line| {
                let figure = |value: &Option<f64>| value.map_or_else(String::new, |value| value.to_string());
                line.row.values.iter().map(figure).collect()
            },
        ),
        Column::new("ended", "`quiescent`, `horizon` or `eventLimit`", |line| line.row.ended.as_str().into()),
        Column::new("digest", "the digest of its outcome", |line| line.row.digest.as_str().into()),
    ];
    Table::new(("runs.csv", "each run"), point_columns().into_iter().chain(columns), |study: Study<'a>| {
        study.rows.values().map(|row| Line { row, frame: study.frame })
    })
}

/// One row a point, arm and metric.
fn estimates<'a>() -> Table<'a, Study<'a>> {
    let columns: [Column<Study<'a>, Line<'a, EstimateRow>>; 7] = [
        Column::new("arm", "the arm", |line| line.frame.arms[line.row.arm].as_str().into()),
        Column::new("metric", "what is estimated", |line| {
            line.frame.metrics[line.row.metric].name.as_str().into()
        }),
        Column::new("n", "runs that have the figure", |line| line.row.estimate.runs.to_string().into()),
        Column::new("estimate", "the value; empty where the runs are too few", |line| {
            optional(line.row.estimate.value)
        }),
        Column::new("low", "the lower end of its interval", |line| low(line.row.estimate.interval)),
        Column::new("high", "the upper end", |line| high(line.row.estimate.interval)),
        Column::new("method", "how the interval is made (below)", |line| {
            line.row.estimate.method.name().into()
        }),
    ];
    let columns = point_columns().into_iter().chain(columns);
    Table::new(("estimates.csv", "each point, arm and metric"), columns, |study: Study<'a>| {
        study.estimates.iter().map(|row| Line { row, frame: study.frame })
    })
}

/// One row a difference and metric: this minus what it is compared with.
fn differences<'a>() -> Table<'a, Study<'a>> {
    let columns: [Column<Study<'a>, Line<'a, DifferenceRow>>; 10] = [
        Column::new("arm", "the arm", |line| line.frame.arms[line.row.arm].as_str().into()),
        Column::new(
            "againstPoint",
            "the point of what is subtracted: the same; in a study with one arm, the first",
            |line| line.row.against_point.to_string().into(),
        ),
        Column::new("againstArm", "its arm: the baseline", |line| {
            line.frame.arms[line.row.against_arm].as_str().into()
        }),
        Column::new("metric", "what is compared", |line| {
            line.frame.metrics[line.row.metric].name.as_str().into()
        }),
        Column::new("n", "pairs of runs of which both have the figure", |line| {
            line.row.difference.runs.to_string().into()
        }),
        Column::new("difference", "the difference; empty where the runs are too few", |line| {
            optional(line.row.difference.value)
        }),
        Column::new("low", "the lower end of the interval of this difference alone", |line| {
            low(line.row.difference.interval)
        }),
        Column::new("high", "the upper end", |line| high(line.row.difference.interval)),
        Column::new(
            "lowAll",
            "the lower end of the interval that holds together with those of all other differences \
             (Bonferroni)",
            |line| low(line.row.together),
        ),
        Column::new("highAll", "the upper end", |line| high(line.row.together)),
    ];
    let columns = point_columns().into_iter().chain(columns).chain(evidence_columns());
    Table::new(("differences.csv", "each difference and metric"), columns, |study: Study<'a>| {
        study.differences.iter().map(|row| Line { row, frame: study.frame })
    })
}

/// What speaks for a difference.
fn evidence_columns<'a>() -> [Column<Study<'a>, Line<'a, DifferenceRow>>; 7] {
    [
        Column::new(
            "p",
            "how likely at least this much difference is if there were none; empty for quantiles",
            |line| optional(line.row.p_value),
        ),
        Column::new("pHolm", "the same, corrected for the number of differences after Holm", |line| {
            optional(line.row.p_holm)
        }),
        Column::new("correlation", "of the pairs; empty where runs are no pairs", |line| {
            optional(line.row.correlation)
        }),
        Column::new(
            "varianceRatio",
            "the variance of the difference as a share of what runs of their own would give",
            |line| optional(line.row.variance.map(|variance| variance.ratio)),
        ),
        Column::new("varianceRatioLow", "the lower end of its interval", |line| {
            low(line.row.variance.and_then(|variance| variance.interval))
        }),
        Column::new("varianceRatioHigh", "the upper end", |line| {
            high(line.row.variance.and_then(|variance| variance.interval))
        }),
        Column::new("method", "how the interval is made (below)", |line| {
            line.row.difference.method.name().into()
        }),
    ]
}

fn optional(value: Option<f64>) -> Cow<'static, str> {
    value.map_or_else(String::new, number).into()
}

fn low(interval: Option<(f64, f64)>) -> Cow<'static, str> {
    optional(interval.map(|ends| ends.0))
}

fn high(interval: Option<(f64, f64)>) -> Cow<'static, str> {
    optional(interval.map(|ends| ends.1))
}
