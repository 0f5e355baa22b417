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

/// More patch releases than any minor has whose behaviour flips.
const NEWEST_PATCH: u8 = 20;

/// `from 1.27`, `1.29 to 1.34`, `up to 1.32`, `1.33 to 1.33.3`, `all`.
fn range(first: Release, last: Release) -> String {
    let of_minor = |release: Release| release.rank().1 == Some(0);
    let oldest = first.minor() == Release::OLDEST && of_minor(first);
    // The first of a minor is said as the minor, unless it is the last as well.
    let first = if of_minor(first) && first != last { first.minor() } else { first };
    match (oldest, last == Release::NEWEST) {
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
    for release in Release::minors().flat_map(with_patches) {
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
    let words = words.collect::<Vec<_>>().join(", ");
    if words.is_empty() { "none without its gate".to_owned() } else { words }
}

/// The patch releases of a minor, then the minor itself, which is its newest.
fn with_patches(minor: Release) -> impl Iterator<Item = Release> {
    let (_, patch) = minor.rank();
    assert!(patch.is_none(), "{minor} is a minor");
    (0..=NEWEST_PATCH).map(move |patch| Release::patched(minor.rank().0, patch)).chain([minor])
}

/// Switches of the queue, and of which of equal nodes is taken: recorded of the default release alone.
const OF_SEQUENCES: [&str; 8] = [
    "queueing_hints",
    "pop_from_backoff_q",
    "in_place_pod_vertical_scaling",
    "taint_update_counts_as_node_add",
    "anti_affinity_of_deleted_pod",
    "any_anti_affinity_term",
    "ties_by_heap",
    "naming_plugins_wait_for_events",
];

/// Switches whose releases, or the inputs that they need, are in no recording.
const NOT_RECORDED: [&str; 5] = [
    "image_volumes_raise_limit",
    "absent_nodes_are_rejected",
    "start_wraps_at_named_nodes",
    "unknown_named_node_fails",
    "no_named_node_panics",
];

fn recorded(component: Component, name: &str) -> String {
    let releases: Vec<String> = component.recorded().iter().map(Release::to_string).collect();
    if component == Component::Scheduler {
        return match (OF_SEQUENCES.contains(&name), NOT_RECORDED.contains(&name), &releases[..]) {
            (true, _, _) => "recorded at 1.34.1, elsewhere extrapolated".to_owned(),
            (_, true, _) | (_, _, []) => "extrapolated".to_owned(),
            (_, _, [first, .., last]) => {
                format!("recorded at eight releases, {first} to {last}, elsewhere extrapolated")
            }
            (_, _, [only]) => format!("recorded at {only}, elsewhere extrapolated"),
        };
    }
    if releases.is_empty() {
        return "extrapolated".to_owned();
    }
    format!("recorded at {}, elsewhere extrapolated", releases.join(", "))
}

fn switches() -> String {
    let mut rows = String::new();
    for (place, setting) in settings(Release::DEFAULT).iter().enumerate() {
        let Setting { component, name, words, source, .. } = setting;
        let what =
            if words.starts_with("option ") { format!("{words} `{name}`") } else { (*words).to_owned() };
        let (releases, recorded) = (releases(place), recorded(*component, name));
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
