//! Words that several answers share.

use std::fmt::Write as _;

use crate::scenario::Unknowns;
use crate::study::statistics::Proportion;

/// What is not known: the lines that every answer opens with.
pub fn unknown_words(unknowns: &Unknowns) -> String {
    let mut text = String::new();
    if unknowns.items.is_empty() {
        text.push_str("Nothing in this input is left out of the simulation.\n");
    } else {
        let _ = writeln!(text, "Not simulated: {}.", unknown_lines(unknowns).join("; "));
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
