//! Two runs, rollouts or studies side by side: as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::as_text::table_text;
use super::columns::Columns;
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

/// The table and what is passed. Of folders with runs that were `cut_off` no bound is judged.
pub fn to_text(cut_off: &[String], changes: &[Change], passed: &[(&FailIf, Vec<&Change>)]) -> String {
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
    let changed = changes.iter().filter(|change| is_changed(change)).count();
    let sure = changes.iter().filter(|change| change.sure().is_some_and(|sure| sure.abs() > 0.0)).count();
    let mut text = if cut_off.is_empty() {
        String::new()
    } else {
        let folders = cut_off.join(" and ");
        format!("CUT OFF: runs of {folders}; what follows does not compare results of whole runs.\n\n")
    };
    text.push_str(&table_text(1, table));
    let _ = writeln!(
        text,
        "\n{} figures: {changed} changed, {sure} of them by more than their intervals.",
        changes.len()
    );
    for (bound, by) in passed {
        let verdict = match (cut_off.is_empty(), by.is_empty()) {
            (false, _) => "not judged",
            (true, true) => "kept",
            (true, false) => "EXCEEDED",
        };
        let _ = writeln!(text, "{verdict}: {}", bound.text);
        for change in by {
            let _ = writeln!(
                text,
                "  {} of {}: {} → {}",
                change.metric,
                if change.whom.is_empty() { "the cluster" } else { &change.whom },
                told(change.first.as_ref()),
                told(change.second.as_ref())
            );
        }
    }
    text
}

/// The same as JSON.
pub fn to_json(cut_off: &[String], changes: &[Change], passed: &[(&FailIf, Vec<&Change>)]) -> Value {
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
