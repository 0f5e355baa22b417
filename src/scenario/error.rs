//! What is wrong with an input, and what is doubtful about it, with the place.

use std::fmt;
use std::sync::Arc;

use super::as_written;
use super::reader::SourceText;

/// At most so many errors of an input are told.
pub const MAX_ERRORS: usize = 20;

/// A place in an input, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the user named it.
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Something wrong with an input: what, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// Where; `None` where it belongs to no place (a file that is not there, options).
    pub place: Option<Place>,
    /// What is wrong and what would be right.
    pub message: String,
}

impl InputError {
    pub(super) fn new(place: Option<Place>, message: impl Into<String>) -> Self {
        Self { place, message: message.into() }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for InputError {}

/// Errors and warnings, as they are found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What is wrong, each once.
    pub(super) errors: Vec<InputError>,
    /// What is doubtful, each once.
    pub(super) warnings: Vec<InputError>,
    /// Texts that the places lie in.
    texts: Vec<SourceText>,
}

/// Longer texts are not kept: machines wrote them, with the quotes that are needed.
const LONGEST_KEPT: usize = 1 << 20;

impl Findings {
    /// Keeps a text, for faults that show what stands in it.
    pub(super) fn keep(&mut self, source: &SourceText) {
        if source.text.len() <= LONGEST_KEPT {
            self.texts.push(source.clone());
        }
    }

    /// Notes an error.
    pub(super) fn error(&mut self, place: Option<Place>, message: impl Into<String>) {
        let error = InputError::new(place, message);
        // Variants find the same faults of the same documents.
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// Notes a warning.
    pub(super) fn warning(&mut self, place: Option<Place>, message: impl Into<String>) {
        let warning = InputError::new(place, message);
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Whether there is no use in looking further.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() >= MAX_ERRORS
    }

    /// The warnings, or the errors; `strict` makes warnings errors.
    pub(super) fn finish(mut self, strict: bool) -> Result<Vec<InputError>, Vec<InputError>> {
        if strict {
            self.errors.append(&mut self.warnings);
        }
        if self.errors.is_empty() {
            return Ok(self.warnings);
        }
        for error in &mut self.errors {
            let Some(place) = &error.place else { continue };
            let text = self.texts.iter().find(|source| source.name == place.file).map(|source| &source.text);
            let shown =
                text.and_then(|text| as_written::in_quotes(&error.message, text, place.line, place.column));
            error.message = shown.unwrap_or_else(|| std::mem::take(&mut error.message));
        }
        if self.errors.len() > MAX_ERRORS {
            let more = self.errors.len() - MAX_ERRORS;
            self.errors.truncate(MAX_ERRORS);
            self.errors.push(InputError::new(None, format!("… and {more} more")));
        }
        Err(self.errors)
    }
}

/// ` (did you mean "…"?)`, or nothing where no candidate is near.
pub(super) fn did_you_mean<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    nearest(text, candidates).map_or_else(String::new, |near| format!(" (did you mean {near:?}?)"))
}

/// The candidate that is most like a text, if one is alike at all; of equal ones the first.
pub(super) fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let likeness = strsim::jaro_winkler(&text.to_lowercase(), &candidate.to_lowercase());
        if likeness >= 0.75 && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
