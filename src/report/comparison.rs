//! Two runs, rollouts or studies side by side: in words and as JSON.

use serde_json::{Value, json};

use crate::report::page::columns::Columns;
use crate::report::page::{Block, Page, Section};
use crate::study::comparison::{Change, FailIf};

/// More rows than this and only those that changed are told.
const MOST_ROWS: usize = 30;

fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn told(told: Option<&crate::study::comparison::Told>) -> String {
    let Some(told) = told else { return "–".to_owned() };
    let interval =
        told.interval.map_or_else(String::new, |(low, high)| format!(" [{}, {}]", short(low), short(high)));
    format!("{}{interval}", short(told.value))
}

fn is_changed(change: &Change) -> bool {
    change.change().is_none_or(|change| change.abs() > 0.0)
}

/// Bounds, each with the changes that pass it.
pub type Passed<'a> = [(&'a FailIf, Vec<&'a Change>)];

/// The comparison. Of folders with runs that were `cut_off` no bound is judged.
pub fn page<'a>(cut_off: &'a [String], changes: &'a [Change], passed: &'a Passed<'a>) -> Page<'a> {
    Page::new(sections(cut_off, changes, passed), move || to_json(cut_off, changes, passed))
}

fn sections(cut_off: &[String], changes: &[Change], passed: &Passed<'_>) -> Vec<Section> {
    let mut sections = Vec::new();
    if !cut_off.is_empty() {
        let folders = cut_off.join(" and ");
        let words =
            format!("CUT OFF: runs of {folders}; what follows does not compare results of whole runs.");
        sections.push(vec![Block::Warning(words)]);
    }
    sections.push(vec![Block::Table(1, table(changes))]);
    let changed = changes.iter().filter(|change| is_changed(change)).count();
    let sure = changes.iter().filter(|change| change.sure().is_some_and(|sure| sure.abs() > 0.0)).count();
    let figures = changes.len();
    let mut last = vec![Block::sentence(format!(
        "{figures} figures: {changed} changed, {sure} of them by more than their intervals."
    ))];
    for (bound, by) in passed {
        let verdict = match (cut_off.is_empty(), by.is_empty()) {
            (false, _) => "not judged",
            (true, true) => "kept",
            (true, false) => "EXCEEDED",
        };
        last.push(Block::sentence(format!("{verdict}: {}", bound.text)));
        last.extend(by.iter().map(|change| Block::Sentence(1, change_words(change))));
    }
    sections.push(last);
    sections
}

fn table(changes: &[Change]) -> Columns {
    let mut table = Columns::new(["of", "metric", "first", "second", "change", "sure"]);
    let all = changes.len() <= MOST_ROWS;
    for change in changes.iter().filter(|change| all || is_changed(change)) {
        table.push(vec![
            change.whom.clone(),
            change.metric.clone(),
            told(change.first.as_ref()),
            told(change.second.as_ref()),
            change.change().map_or_else(String::new, short),
            change.sure().filter(|sure| sure.abs() > 0.0).map_or_else(String::new, short),
        ]);
    }
    table
}

fn change_words(change: &Change) -> String {
    format!(
        "{} of {}: {} → {}",
        change.metric,
        if change.whom.is_empty() { "the cluster" } else { &change.whom },
        told(change.first.as_ref()),
        told(change.second.as_ref())
    )
}

/// The same as JSON.
fn to_json(cut_off: &[String], changes: &[Change], passed: &Passed<'_>) -> Value {
    let value = |told: Option<&crate::study::comparison::Told>| {
        told.map(
            |told| json!({ "value": told.value, "interval": told.interval.map(|(low, high)| [low, high]) }),
        )
    };
    json!({
        "cutOff": cut_off,
        "figures": changes.iter().map(|change| json!({
            "of": change.whom,
            "metric": change.metric,
            "first": value(change.first.as_ref()),
            "second": value(change.second.as_ref()),
            "change": change.change(),
            "sure": change.sure(),
        })).collect::<Vec<_>>(),
        "bounds": passed.iter().map(|(bound, by)| json!({
            "failIf": bound.text,
            "judged": cut_off.is_empty(),
            "passed": !by.is_empty(),
            "by": by.iter().map(|change| json!({ "of": change.whom, "metric": change.metric })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
