//! `docs/releases.md`: which behaviour is of which release, as the code has it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{compare, with_table};
use crate::api::behaviour::differences::{DIFFERENCES, Difference};
use crate::api::behaviour::switches::{Component, Setting};
use crate::api::behaviour::{Behaviour, Gates, Release};

const RELEASES: &str = "docs/releases.md";

/// The switches of a release with its own gates.
fn settings(release: Release) -> Vec<Setting> {
    Behaviour::resolve(release, &BTreeMap::new()).expect("a release's defaults are valid").0.settings()
}

/// `from 1.27`, `1.29 to 1.34`, `up to 1.32`, `all`.
fn range(first: Release, last: Release) -> String {
    match (first == Release::OLDEST, last == Release::NEWEST) {
        (true, true) => "all".to_owned(),
        (true, false) => format!("up to {last}"),
        (false, true) => format!("from {first}"),
        (false, false) if first == last => first.to_string(),
        (false, false) => format!("{first} to {last}"),
    }
}

/// In which releases a switch has which value; those where it is off are left out.
fn releases(place: usize) -> String {
    let mut spans: Vec<(&str, Release, Release)> = Vec::new();
    for release in Release::minors() {
        let value = settings(release)[place].value;
        match spans.last_mut() {
            Some((before, _, last)) if *before == value => *last = release,
            _ => spans.push((value, release, release)),
        }
    }
    let told = spans.iter().filter(|(value, _, _)| !["off", "unknown"].contains(value));
    let words = told.map(|(value, first, last)| {
        let range = range(*first, *last);
        if *value == "on" { range } else { format!("{value} {range}") }
    });
    words.collect::<Vec<_>>().join(", ")
}

fn recorded(component: Component) -> String {
    component.recorded().map_or_else(
        || "extrapolated".to_owned(),
        |release| format!("recorded at {release}, elsewhere extrapolated"),
    )
}

fn switches() -> String {
    let mut rows = String::new();
    for (place, setting) in settings(Release::DEFAULT).iter().enumerate() {
        let Setting { component, name, words, source, .. } = setting;
        let what =
            if words.starts_with("option ") { format!("{words} `{name}`") } else { (*words).to_owned() };
        let (releases, recorded) = (releases(place), recorded(*component));
        let _ = writeln!(rows, "| {what} | {} | {releases} | {recorded} | {source} |", component.name());
    }
    rows
}

fn differences() -> String {
    let mut rows = String::new();
    for one in DIFFERENCES {
        let Difference { component, words, first, end, changes, evidence, source, .. } = one;
        let releases = match end {
            None => format!("from {first}"),
            Some(end) if *first == Release::OLDEST => format!("before {end}"),
            Some(end) => format!("from {first}, before {end}"),
        };
        let (component, what, evidence) = (component.name(), changes.name(), evidence.name());
        let _ = writeln!(rows, "| {words} | {component} | {releases} | {what} | {evidence}: {source} |");
    }
    rows
}

fn gates() -> String {
    let mut rows = String::new();
    for gate in Gates::known() {
        let here = if gate.simulated { "a switch above" } else { "nothing here" };
        let _ = writeln!(rows, "| `{}` | {} | {here} |", gate.name, gate.history_words());
    }
    rows
}

#[test]
fn the_document_of_releases_is_as_the_code() {
    compare(RELEASES, &|text| {
        let heading = "| behaviour | component | releases | recorded or extrapolated | source |";
        let text = with_table(text, heading, &switches(), RELEASES);
        let heading = "| what those releases do | component | releases | changes | known from |";
        let text = with_table(&text, heading, &differences(), RELEASES);
        with_table(&text, "| gate | history | changes |", &gates(), RELEASES)
    });
}
