//! Words that several answers share.

use std::fmt::Write as _;

use crate::scenario::Unknowns;
use crate::study::statistics::Proportion;

/// Columns of the terminal that texts are broken to.
const WIDTH: usize = 96;

/// What is not known: the lines that every answer opens with.
pub fn unknown_words(unknowns: &Unknowns) -> String {
    let mut text = String::new();
    if unknowns.items.is_empty() {
        text.push_str("Nothing in this input is left out of the simulation.\n");
    } else {
        let _ = writeln!(text, "Not simulated: {}.", unknown_lines(unknowns).join("; "));
    }
    text.push_str(&checked_words(unknowns));
    text
}

/// What stands behind the answer, and what is to be known of it.
pub fn checked_words(unknowns: &Unknowns) -> String {
    let mut text = String::new();
    for release in &unknowns.releases {
        let _ = writeln!(text, "{release}.");
    }
    let _ = writeln!(text, "Checked against Kubernetes' own code: {}.", unknowns.models.join("; "));
    for note in &unknowns.notes {
        let _ = writeln!(text, "Note: {note}");
    }
    text
}

/// What is not simulated, one text a thing.
pub fn unknown_lines(unknowns: &Unknowns) -> Vec<String> {
    unknowns.items.iter().map(ToString::to_string).collect()
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

    #[test]
    fn names_are_listed() {
        assert_eq!(listed(&["a"], 3), "a");
        assert_eq!(listed(&["a", "b"], 3), "a and b");
        assert_eq!(listed(&["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(listed(&[""; 0], 2), "");
    }
}
