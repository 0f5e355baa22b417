//! The plot of a study's main metric: along the bottom the factor with most numbers, a line for each arm and
//! each combination of the other factors.

use std::collections::BTreeMap;

use super::findings::StudyReport;
use crate::report::chart::{Chart, ChartPoint, Series, XAxis};
use crate::study::campaign::frame::Frame;

/// The most lines that can be told apart.
const MOST_SERIES: usize = 8;

/// The factor along the bottom: all its values are numbers, and of these it has most.
fn bottom(frame: &Frame) -> Option<usize> {
    let levels = |factor: usize| {
        let mut labels: Vec<&str> = frame.points.iter().map(|point| point[factor].as_str()).collect();
        labels.sort_unstable();
        labels.dedup();
        // A number beside percentages is of another kind.
        let percent = labels.first().is_some_and(|label| label.ends_with('%'));
        let numbers = labels.iter().all(|label| number(label).is_some() && label.ends_with('%') == percent);
        if numbers { labels.len() } else { 0 }
    };
    let counted = (0..frame.factors.len()).map(|factor| (levels(factor), factor));
    let best = counted.max_by_key(|(count, factor)| (*count, std::cmp::Reverse(*factor)))?;
    (best.0 >= 2).then_some(best.1)
}

/// A number, or a percentage as its number. A release such as 1.30 is no number.
fn number(label: &str) -> Option<f64> {
    let digits = label.strip_suffix('%').unwrap_or(label);
    digits.parse().ok().filter(|value: &f64| value.is_finite() && value.to_string() == digits)
}

/// The plot.
pub fn plot(report: &StudyReport<'_>) -> Chart {
    let frame = report.frame;
    let bottom = bottom(frame);
    let main = &frame.metrics[0];
    let mut order: Vec<String> = Vec::new();
    let mut lines: BTreeMap<String, Vec<ChartPoint>> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    for row in report.estimates.iter().filter(|row| row.metric == 0) {
        let (line, x) = if let Some(factor) = bottom {
            let others = (0..frame.factors.len()).filter(|other| *other != factor);
            let mut parts: Vec<String> = others
                .map(|other| format!("{}={}", frame.factors[other], frame.points[row.point][other]))
                .collect();
            if frame.arms.len() > 1 {
                parts.push(frame.arms[row.arm].clone());
            }
            (parts.join(", "), number(&frame.points[row.point][factor]).unwrap_or(0.0))
        } else {
            let name = frame.point_words(row.point);
            if !names.contains(&name) {
                names.push(name);
            }
            (frame.arms[row.arm].clone(), row.point as f64)
        };
        let Some(y) = row.estimate.value else { continue };
        if !order.contains(&line) {
            order.push(line.clone());
        }
        lines.entry(line).or_default().push(ChartPoint { x, y, interval: row.estimate.interval });
    }
    if bottom.is_none() && frame.points.len() == 1 {
        return by_arm(report);
    }
    let mut series: Vec<Series> = Vec::new();
    for name in order.iter().take(MOST_SERIES) {
        let mut points = lines.remove(name).unwrap_or_default();
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        series.push(Series { name: name.clone(), points });
    }
    let more = order.len().saturating_sub(MOST_SERIES);
    let rest = if more > 0 { format!(" (and {more} more lines)") } else { String::new() };
    Chart {
        title: format!("{}: {}{rest}", frame.study, main.name),
        x_label: bottom.map_or_else(String::new, |factor| frame.factors[factor].clone()),
        y_label: y_label(frame),
        x_axis: if bottom.is_some() { XAxis::Linear } else { XAxis::Names(names) },
        series,
    }
}

fn y_label(frame: &Frame) -> String {
    let main = &frame.metrics[0];
    if main.ask.counts(0.0).is_some() { "share of runs".to_owned() } else { main.measure.clone() }
}

/// One design point: the arms stand side by side.
fn by_arm(report: &StudyReport<'_>) -> Chart {
    let frame = report.frame;
    let points = report.estimates.iter().filter(|row| row.metric == 0).filter_map(|row| {
        let y = row.estimate.value?;
        Some(ChartPoint { x: row.arm as f64, y, interval: row.estimate.interval })
    });
    Chart {
        title: format!("{}: {}", frame.study, frame.metrics[0].name),
        x_label: String::new(),
        y_label: y_label(frame),
        x_axis: XAxis::Names(frame.arms.clone()),
        series: vec![Series { name: String::new(), points: points.collect() }],
    }
}
