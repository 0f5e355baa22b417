//! Words that several answers share.

pub mod ends;
pub mod seconds;
pub mod sensitivity;
pub mod verdicts;

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::report::page::{Block, Item, List, Section};
use crate::scenario::assumptions::{Assumption, REQUESTS};
use crate::scenario::lints::Lint;
use crate::scenario::{Gap, Ledger};
use crate::study::statistics::Proportion;

/// Columns of the terminal that texts are broken to.
const WIDTH: usize = 96;

/// More things that can turn an answer round than this are named before it by their names only.
const MOST_DECISIVE: usize = 2;

/// What every answer opens with: what can turn it round, or that nothing is left out.
pub fn opening(ledger: &Ledger) -> Block {
    let decisive: Vec<&Gap> = ledger.decisive().collect();
    let details = ledger.details().count();
    match &decisive[..] {
        [] if ledger.is_whole() => {
            Block::Note("Nothing in this input is left out of the simulation.".to_owned())
        }
        [] if details == 0 => Block::Note(
            "Nothing is known to be left out, but the input is doubtful: see the warnings.".to_owned(),
        ),
        [] => Block::Note(format!(
            "{} not simulated, none known to change this answer (listed at the end).",
            counted(details, "thing is", "things are")
        )),
        few if few.len() <= MOST_DECISIVE => {
            let words: Vec<String> = few.iter().map(ToString::to_string).collect();
            Block::Warning(format!("NOT SIMULATED, AND CAN CHANGE THIS ANSWER: {}.", words.join("; ")))
        }
        many => {
            let names: Vec<&str> = many.iter().map(|gap| gap.what.as_str()).collect();
            Block::Warning(format!(
                "NOT SIMULATED, AND CAN CHANGE THIS ANSWER: {} (at the end, each with what it could do).",
                listed(&names, names.len())
            ))
        }
    }
}

/// What an interval is of, and what is not in it.
pub const INTERVALS: &str = "Intervals are of the runs of this model; the model's own error is not in them.";

/// How far forecasts of rollouts lay from a control plane that ran (`results/real-cluster.md`).
pub fn own_error(ledger: &Ledger) -> String {
    let own = ledger.earlier.as_ref().map_or_else(String::new, |earlier| {
        format!("; of your own backtests {} of {} held at 90 %", earlier.held, earlier.judged)
    });
    format!("{}{own}.", recorded_error(ledger).trim_end_matches('.'))
}

fn recorded_error(ledger: &Ledger) -> &'static str {
    if ledger.assumptions.iter().any(|assumption| assumption.what == REQUESTS) {
        "Under the preset quiet, 227 of 242 rollouts of a control plane v1.36.2 that ran took as long as the middle 90 % of the \
         simulated ones; shares of outcomes agreed under quiet and loaded. Other timings were not compared."
    } else {
        "Here the control plane writes at once. Beside one that ran, rollouts of more than some ten pods took 2 to 15 times as \
         long, and skew was 1.5 to 2.3 times as frequent where pods stop fast; the preset quiet, the default, gives it its pace."
    }
}

/// Adds to an answer's JSON how earlier forecasts of the user's own clusters held, where that is known.
pub fn earlier_json(ledger: &Ledger, answer: &mut Value) {
    if let Some(earlier) = &ledger.earlier {
        answer["ownBacktests"] = json!({ "judged": earlier.judged, "held": earlier.held });
    }
}

/// What every answer closes with: all that is left out, one line each, and what stands behind the rest.
pub fn closing(ledger: &Ledger) -> Section {
    let told_before = ledger.decisive().count() <= MOST_DECISIVE;
    let mut section = gaps(ledger.gaps.iter().filter(|gap| !(told_before && gap.decisive)));
    let unfinished = ledger.unfinished.iter();
    section.extend(unfinished.map(|operation| Block::Note(format!("Not finished: at the end {operation}."))));
    section.extend(ledger.lints.iter().map(|lint| Block::Note(format!("Note: {lint}"))));
    section.extend(checked(ledger));
    section
}

/// All that is left out, one line each; those that can turn an answer round are marked.
pub fn gaps<'g>(gaps: impl Iterator<Item = &'g Gap>) -> Section {
    let item = |gap: &Gap| Item { mark: if gap.decisive { '!' } else { '-' }, text: format!("{gap}.") };
    let items: Vec<Item> = gaps.map(item).collect();
    if items.is_empty() {
        return Section::new();
    }
    vec![Block::Note("Not simulated:".to_owned()), Block::List(List { indent: "  ", wrapped: false, items })]
}

/// What stands behind the answer, and what is to be known of it.
fn checked(ledger: &Ledger) -> Section {
    let mut notes = Vec::new();
    if !ledger.assumptions.is_empty() {
        let words: Vec<String> = ledger.assumptions.iter().map(ToString::to_string).collect();
        notes.push(format!("Assumed: {}.", words.join(", ")));
    }
    notes.extend(ledger.releases.iter().map(|release| format!("{release}.")));
    notes.push(format!("Checked against Kubernetes' own code: {}.", ledger.models.join("; ")));
    notes.extend(ledger.notes.iter().map(|note| format!("Note: {note}")));
    notes.into_iter().map(Block::Note).collect()
}

/// The lints as JSON: the rule, where, and what.
pub fn lints_json(ledger: &Ledger) -> Value {
    let lint = |lint: &Lint| {
        let place = lint.place.as_ref().map(ToString::to_string);
        json!({ "rule": lint.rule, "place": place, "message": lint.message })
    };
    ledger.lints.iter().map(lint).collect()
}

/// The assumptions as JSON: what, how long, and where it comes from.
pub fn assumptions_json(ledger: &Ledger) -> Value {
    let one = |one: &Assumption| json!({ "what": one.what, "value": one.value, "source": one.source });
    ledger.assumptions.iter().map(one).collect()
}

/// What changes nothing as JSON: the kind, how many objects, and why.
pub fn irrelevant_json(ledger: &Ledger) -> Value {
    serde_json::to_value(&ledger.irrelevant).expect("texts and numbers can be written")
}

/// The gaps as JSON: what is left out, how many have it, what it could do, whether it can turn the answer round.
pub fn gaps_json(ledger: &Ledger) -> Value {
    serde_json::to_value(&ledger.gaps).expect("texts and flags can be written")
}

/// `34.7 % [31.8, 37.7] of 1000 runs`.
pub fn percent(share: &Proportion) -> String {
    format!(
        "{:.1} % [{:.1}, {:.1}] of {} runs",
        share.share() * 100.0,
        share.low * 100.0,
        share.high * 100.0,
        share.runs
    )
}

/// `1 node`, `2 nodes`.
pub fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// `a`, `a and b`, `a, b and 7 more`.
pub fn listed(names: &[impl AsRef<str>], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    let more = names.len() - shown.len();
    match &shown[..] {
        [] => String::new(),
        _ if more > 0 => format!("{} and {more} more", shown.join(", ")),
        [name] => (*name).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// A text broken into lines.
pub fn wrapped(first: &str, other: &str, text: &str) -> String {
    let mut lines = String::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(lines, "{line}");
            (line, empty) = (other.to_owned(), true);
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    let _ = writeln!(lines, "{line}");
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_broken_between_words() {
        let text = "word ".repeat(40);
        let lines = wrapped("- ", "  ", &text);
        assert!(lines.lines().all(|line| line.len() <= WIDTH));
        assert_eq!(lines.lines().count(), 3);
        assert_eq!(lines.split_whitespace().count(), 41);
    }

    /// The figure that answers name is that of the page.
    #[test]
    fn the_own_error_is_what_was_compared() {
        let paced = Assumption { what: REQUESTS.into(), value: String::new(), source: "".into() };
        let told = own_error(&Ledger { assumptions: vec![paced], ..Ledger::default() });
        let figure = told.split_once("quiet, ").and_then(|(_, rest)| rest.split_once(" rollouts"));
        let page = include_str!("../../results/real-cluster.md");
        assert!(figure.is_some_and(|(figure, _)| page.contains(&format!("Together {figure}, "))), "{told}");
    }

    #[test]
    fn names_are_listed() {
        assert_eq!(listed(&["a"], 3), "a");
        assert_eq!(listed(&["a", "b"], 3), "a and b");
        assert_eq!(listed(&["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(listed(&[""; 0], 2), "");
    }
}
