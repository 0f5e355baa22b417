//! A study's results in words: what is estimated where, and what follows.

use super::findings::{StudyReport, number};
use crate::kernel::Ended;
use crate::measures::MEASURES;
use crate::report::page::columns::Columns;
use crate::report::page::{Block, Section};
use crate::report::words::{INTERVALS, closing, opening, own_error};
use crate::study::campaign::differences::DifferenceRow;
use crate::study::campaign::estimates::EstimateRow;
use crate::study::campaign::frame::{Frame, FrameMetric};

/// More lines than this and the table is in `estimates.csv` alone.
const MOST_LINES: usize = 40;

/// What is told.
pub fn sections(report: &StudyReport<'_>) -> Vec<Section> {
    let frame = report.frame;
    let ledger = report.ledger();
    let mut first: Section = cut_off(report).into_iter().map(Block::Warning).collect();
    first.push(opening(&ledger));
    first.push(Block::Sentence(0, heading(report)));
    first.extend(horizon(report).map(Block::sentence));
    let estimates = if frame.points.len() * frame.arms.len() <= MOST_LINES {
        Block::Table(1, table(report))
    } else {
        Block::Sentence(1, format!("{} estimates: see estimates.csv.", report.estimates.len()))
    };
    let mut sentences = Section::new();
    for (index, metric) in frame.metrics.iter().enumerate() {
        let told = extremes(report, index).into_iter().chain(conclusions(report, index));
        sentences.extend(told.map(|sentence| Block::sentence(format!("{}: {sentence}", metric.name))));
    }
    sentences.extend(doubts(report).into_iter().map(Block::Note));
    let mut last = vec![Block::Note(INTERVALS.to_owned())];
    if tells_of_rollouts(frame) {
        last.push(Block::Note(own_error(&ledger)));
    }
    last.extend(closing(&ledger));
    vec![first, vec![estimates], sentences, last]
}

/// Whether something of a rollout is measured.
fn tells_of_rollouts(frame: &Frame) -> bool {
    let of_rollouts = |name: &str| MEASURES.iter().any(|one| one.name == name && one.scope() != "cluster");
    frame.metrics.iter().any(|metric| of_rollouts(&metric.measure))
}

/// That runs were cut off: what comes before all else.
fn cut_off(report: &StudyReport<'_>) -> Option<String> {
    let cut: u64 = report.ended(Ended::EventLimit).values().map(|(cut, _)| cut).sum();
    let words = || {
        format!(
            "CUT OFF (spec.maxEvents): {cut} of {}: their figures are those of that moment, and what follows is not a \
             result of whole runs.",
            plural(report.rows.len(), "run")
        )
    };
    (cut > 0).then(words)
}

/// That runs ended at the horizon of their scenario, which is where they are meant to end.
fn horizon(report: &StudyReport<'_>) -> Option<String> {
    let there: u64 = report.ended(Ended::Horizon).values().map(|(there, _)| there).sum();
    let words = || {
        let end = if there == 1 { "ends" } else { "end" };
        let runs = plural(report.rows.len(), "run");
        format!("{there} of {runs} {end} at the horizon of the scenario.")
    };
    (there > 0).then(words)
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn heading(report: &StudyReport<'_>) -> String {
    let frame = report.frame;
    let runs = if frame.is_two_stage() {
        format!(
            "{} to {} runs each, as many as the first {} ask for",
            frame.min_runs, frame.max_runs, frame.min_runs
        )
    } else {
        format!("{} each", plural(frame.min_runs as usize, "run"))
    };
    let numbers = match (frame.points.len(), frame.common_random_numbers) {
        (1, _) => "",
        (_, true) => "; all points on the same random numbers",
        (_, false) => "; each point on random numbers of its own",
    };
    format!(
        "{}: {}, {}, {runs}, {} in all, seed {}{numbers}; {} % intervals.",
        frame.study,
        plural(frame.points.len(), "design point"),
        plural(frame.arms.len(), "arm"),
        plural(report.rows.len(), "run"),
        frame.seed,
        number(frame.confidence * 100.0)
    )
}

fn table(report: &StudyReport<'_>) -> Columns {
    let frame = report.frame;
    let arms = frame.arms.len() > 1;
    let mut heading: Vec<String> = frame.factors.clone();
    if arms {
        heading.push("arm".to_owned());
    }
    heading.push("runs".to_owned());
    heading.extend(frame.metrics.iter().map(|metric| metric.name.clone()));
    let mut columns = Columns::new(heading);
    for rows in report.estimates.chunks(frame.metrics.len()) {
        let mut line = frame.points[rows[0].point].clone();
        if arms {
            line.push(frame.arms[rows[0].arm].clone());
        }
        let runs = rows.iter().map(|row| row.estimate.runs).max().unwrap_or(0);
        line.push(runs.to_string());
        line.extend(rows.iter().map(|row| estimate_words(frame, row)));
        columns.push(line);
    }
    columns
}

/// A number with two or three digits behind the point, as its size asks for.
fn short(value: f64) -> String {
    let digits = if value.abs() >= 100.0 { 1 } else { 2 };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn value_words(metric: &FrameMetric, value: f64) -> String {
    if metric.ask.counts(0.0).is_some() { format!("{} %", short(value * 100.0)) } else { short(value) }
}

fn interval_words(metric: &FrameMetric, interval: Option<(f64, f64)>) -> String {
    let scale = if metric.ask.counts(0.0).is_some() { 100.0 } else { 1.0 };
    interval
        .map_or_else(String::new, |(low, high)| format!(" [{}, {}]", short(low * scale), short(high * scale)))
}

/// `34.7 % [31.8, 37.7]`; none seen: `none (below 0.37 %)`.
fn estimate_words(frame: &Frame, row: &EstimateRow) -> String {
    let metric = &frame.metrics[row.metric];
    let Some(value) = row.estimate.value else { return "no run has it".to_owned() };
    match (row.count, row.estimate.interval) {
        (Some(0), Some((_, high))) => format!("none (below {} %)", short(high * 100.0)),
        (Some(count), Some((low, _))) if count == row.estimate.runs => {
            format!("all (above {} %)", short(low * 100.0))
        }
        (_, interval) => format!("{}{}", value_words(metric, value), interval_words(metric, interval)),
    }
}

/// `at maxSurge=1, without`.
fn cell_words(frame: &Frame, point: usize, arm: usize) -> String {
    let mut parts = Vec::new();
    if !frame.factors.is_empty() {
        parts.push(frame.point_words(point));
    }
    if frame.arms.len() > 1 {
        parts.push(frame.arms[arm].clone());
    }
    if parts.is_empty() { String::new() } else { format!(" at {}", parts.join(", ")) }
}

/// Where the metric is largest and smallest.
fn extremes(report: &StudyReport<'_>, metric: usize) -> Vec<String> {
    let frame = report.frame;
    let told = report.estimates.iter().filter(|row| row.metric == metric && row.estimate.value.is_some());
    let told: Vec<&EstimateRow> = told.collect();
    let value = |row: &EstimateRow| row.estimate.value.unwrap_or(0.0);
    // Of equal ones the first in the design is named.
    let most = told.iter().rev().max_by(|a, b| value(a).total_cmp(&value(b)));
    let least = told.iter().min_by(|a, b| value(a).total_cmp(&value(b)));
    let (Some(most), Some(least)) = (most, least) else { return vec!["no run has it.".to_owned()] };
    let words = |row: &EstimateRow| {
        format!("{}{}", estimate_words(frame, row), cell_words(frame, row.point, row.arm))
    };
    if told.len() == 1 {
        return vec![format!("{} of {}.", words(most), plural(most.estimate.runs as usize, "run"))];
    }
    if value(most) <= value(least) {
        return vec![format!("the same everywhere: {}.", estimate_words(frame, most))];
    }
    vec![format!("largest {}; smallest {}.", words(most), words(least))]
}

fn is_beyond_doubt(row: &DifferenceRow) -> bool {
    row.together.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
}

/// How each arm (or point) differs from what it is compared with.
fn conclusions(report: &StudyReport<'_>, metric: usize) -> Vec<String> {
    let frame = report.frame;
    let rows: Vec<&DifferenceRow> = report.differences.iter().filter(|row| row.metric == metric).collect();
    let mut sentences = Vec::new();
    if frame.arms.len() > 1 {
        for arm in (0..frame.arms.len()).filter(|arm| *arm != frame.baseline) {
            let of_arm: Vec<&DifferenceRow> = rows.iter().copied().filter(|row| row.arm == arm).collect();
            let what = format!("{} against {}", frame.arms[arm], frame.arms[frame.baseline]);
            sentences.push(conclusion(frame, &what, &of_arm));
            sentences.extend(pairing(&what, &of_arm));
        }
    } else if !rows.is_empty() {
        let what = format!("other points against {}", frame.point_words(0));
        sentences.push(conclusion(frame, &what, &rows));
        sentences.extend(pairing(&what, &rows));
    }
    sentences
}

fn conclusion(frame: &Frame, what: &str, rows: &[&DifferenceRow]) -> String {
    let sure: Vec<&&DifferenceRow> = rows.iter().filter(|row| is_beyond_doubt(row)).collect();
    let value = |row: &DifferenceRow| row.difference.value.unwrap_or(0.0);
    let more = sure.iter().filter(|row| value(row) > 0.0).count();
    let (all, less) = (rows.len(), sure.len() - more);
    let largest = rows.iter().rev().max_by(|a, b| value(a).abs().total_cmp(&value(b).abs()));
    let largest = largest.map_or_else(String::new, |row| {
        let metric = &frame.metrics[row.metric];
        let at = if all > 1 {
            format!("{}, ", cell_words(frame, row.point, row.arm).trim_start())
        } else {
            String::new()
        };
        let sign = if value(row) > 0.0 { "+" } else { "" };
        let words = format!(
            "{sign}{}{}",
            value_words(metric, value(row)),
            interval_words(metric, row.difference.interval)
        );
        format!("; largest difference: {at}{words}")
    });
    let verdict = match (all, more, less) {
        (1, 1, 0) => "more, beyond doubt".to_owned(),
        (1, 0, 1) => "less, beyond doubt".to_owned(),
        (1, _, _) => "no difference that these runs could show".to_owned(),
        (_, 0, 0) => format!("no difference that these runs could show at any of {all} points"),
        (_, more, 0) => {
            format!("more at {more} of {all} points beyond doubt, all intervals holding together")
        }
        (_, 0, less) => {
            format!("less at {less} of {all} points beyond doubt, all intervals holding together")
        }
        (_, more, less) => format!(
            "more at {more} and less at {less} of {all} points beyond doubt, all intervals holding together"
        ),
    };
    format!("{what}: {verdict}{largest}.")
}

/// How much variance the pairs took away.
fn pairing(what: &str, rows: &[&DifferenceRow]) -> Option<String> {
    let mut ratios: Vec<_> = rows.iter().filter_map(|row| row.variance).collect();
    ratios.sort_by(|a, b| a.ratio.total_cmp(&b.ratio));
    let middle = ratios.get(ratios.len() / 2)?;
    let percent = |share: f64| short(share * 100.0);
    let interval = middle
        .interval
        .map_or_else(String::new, |(low, high)| format!(" [{}, {}]", percent(low), percent(high)));
    let typical = if ratios.len() > 1 { " (the middle one of the points)" } else { "" };
    Some(format!(
        "{what}: the same random numbers leave {} %{interval} of the variance of a difference{typical}.",
        percent(middle.ratio)
    ))
}

/// What makes the answers weaker than asked.
fn doubts(report: &StudyReport<'_>) -> Vec<String> {
    let frame = report.frame;
    let mut sentences = Vec::new();
    let wide = report.estimates.iter().filter(|row| {
        let asked = frame.metrics[row.metric].half_width;
        let found = row.estimate.half_width();
        asked.is_some_and(|asked| found.is_none_or(|found| found > asked * 1.000_001))
    });
    let wide = wide.count();
    if wide > 0 {
        sentences.push(format!(
            "{} wider than asked for.",
            if wide == 1 { "1 interval is".to_owned() } else { format!("{wide} intervals are") }
        ));
    }
    sentences
}
