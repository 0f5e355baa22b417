//! Blocks as text, for answers that put their text together themselves.

use super::columns::Columns;
use super::ends::{NamedEnds, cut_offs};
use super::page::{Block, text_of};
use super::{sensitivity, verdicts, words};
use crate::scenario::Ledger;
use crate::study::expectation::Verdict;
use crate::study::sensitivity::Answer;

/// What an answer opens with.
pub fn opening_words(ledger: &Ledger) -> String {
    text_of(&[vec![words::opening(ledger)]])
}

/// What an answer closes with.
pub fn closing_words(ledger: &Ledger) -> String {
    text_of(&[words::closing(ledger)])
}

/// That runs were cut off.
pub fn cut_off_words<'a>(all: impl IntoIterator<Item = NamedEnds<'a>>) -> String {
    text_of(&[cut_offs(all)])
}

/// The verdicts.
pub fn verdicts_words(verdicts: &[Verdict]) -> String {
    verdicts::section(verdicts).map_or_else(String::new, |section| format!("\n{}", text_of(&[section])))
}

/// Whether the answers hang on assumed times.
pub fn sensitivity_words(answers: &[Answer]) -> String {
    text_of(&[sensitivity::section(answers)])
}

/// A table, set in.
pub fn table_text(depth: usize, table: Columns) -> String {
    text_of(&[vec![Block::Table(depth, table)]])
}
