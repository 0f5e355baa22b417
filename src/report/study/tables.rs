//! `runs.csv`, `estimates.csv` and `differences.csv` of a study. Rows are in the order of the design, never
//! in that in which runs ended; new columns are added at the end.

use csv::Writer;

use super::{StudyReport, number};
use crate::study::campaign::execution::Rows;
use crate::study::campaign::frame::Frame;

fn text(rows: Vec<Vec<String>>) -> String {
    let mut writer = Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("rows are as long as the heading");
    }
    String::from_utf8(writer.into_inner().expect("a text takes it")).expect("names are UTF-8")
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(String::new, number)
}

fn ends(interval: Option<(f64, f64)>) -> [String; 2] {
    [optional(interval.map(|ends| ends.0)), optional(interval.map(|ends| ends.1))]
}

/// One row a run: every metric's figure, as the run has it.
pub fn runs(frame: &Frame, rows: &Rows) -> String {
    let fixed = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let mut heading = fixed(&["point"]);
    heading.extend(frame.factors.iter().cloned());
    heading.extend(fixed(&["arm", "replication"]));
    heading.extend(frame.metrics.iter().map(|metric| metric.name.clone()));
    heading.extend(fixed(&["ended", "digest"]));
    let mut table = vec![heading];
    for row in rows.values() {
        let mut line = vec![row.point.to_string()];
        line.extend(frame.points[row.point as usize].iter().cloned());
        line.extend([frame.arms[row.arm as usize].clone(), row.replication.to_string()]);
        let figure = |value: &Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        line.extend(row.values.iter().map(figure));
        line.extend([row.ended.clone(), row.digest.clone()]);
        table.push(line);
    }
    text(table)
}

/// One row a point, arm and metric.
pub fn estimates(report: &StudyReport<'_>) -> String {
    let frame = report.frame;
    let mut heading = vec!["point".to_owned()];
    heading.extend(frame.factors.iter().cloned());
    heading.extend(["arm", "metric", "n", "estimate", "low", "high", "method"].map(str::to_owned));
    let mut table = vec![heading];
    for row in &report.estimates {
        let mut line = vec![row.point.to_string()];
        line.extend(frame.points[row.point].iter().cloned());
        let estimate = &row.estimate;
        line.extend([frame.arms[row.arm].clone(), frame.metrics[row.metric].name.clone()]);
        line.extend([estimate.runs.to_string(), optional(estimate.value)]);
        line.extend(ends(estimate.interval));
        line.push(estimate.method.name().to_owned());
        table.push(line);
    }
    text(table)
}

/// One row a difference and metric: this minus what it is compared with.
pub fn differences(report: &StudyReport<'_>) -> String {
    let frame = report.frame;
    let mut heading = vec!["point".to_owned()];
    heading.extend(frame.factors.iter().cloned());
    let columns = [
        "arm",
        "againstPoint",
        "againstArm",
        "metric",
        "n",
        "difference",
        "low",
        "high",
        "lowAll",
        "highAll",
        "p",
        "pHolm",
        "correlation",
        "varianceRatio",
        "varianceRatioLow",
        "varianceRatioHigh",
        "method",
    ];
    heading.extend(columns.map(str::to_owned));
    let mut table = vec![heading];
    for row in &report.differences {
        let mut line = vec![row.point.to_string()];
        line.extend(frame.points[row.point].iter().cloned());
        line.extend([
            frame.arms[row.arm].clone(),
            row.against_point.to_string(),
            frame.arms[row.against_arm].clone(),
            frame.metrics[row.metric].name.clone(),
            row.difference.runs.to_string(),
            optional(row.difference.value),
        ]);
        line.extend(ends(row.difference.interval));
        line.extend(ends(row.together));
        line.extend([optional(row.p_value), optional(row.p_holm), optional(row.correlation)]);
        line.push(optional(row.variance.map(|variance| variance.ratio)));
        line.extend(ends(row.variance.and_then(|variance| variance.interval)));
        line.push(row.difference.method.name().to_owned());
        table.push(line);
    }
    text(table)
}
