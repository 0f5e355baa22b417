//! What a study says: its runs, what is estimated from them, and what is compared.

use crate::study::campaign::differences::{DifferenceRow, differences};
use crate::study::campaign::estimates::{EstimateRow, estimates};
use crate::study::campaign::execution::Rows;
use crate::study::campaign::frame::Frame;

/// What a study says.
#[derive(Clone, Debug)]
pub struct StudyReport<'s> {
    /// The study.
    pub frame: &'s Frame,
    /// Its runs.
    pub rows: &'s Rows,
    /// What is estimated.
    pub estimates: Vec<EstimateRow>,
    /// What is compared.
    pub differences: Vec<DifferenceRow>,
}

impl<'s> StudyReport<'s> {
    /// Analyses the runs.
    pub fn new(frame: &'s Frame, rows: &'s Rows) -> Self {
        Self { frame, rows, estimates: estimates(frame, rows), differences: differences(frame, rows) }
    }
}

/// A number of an estimate: seven significant digits.
pub(super) fn number(value: f64) -> String {
    let shortened: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    if shortened.abs() > 0.0 { shortened.to_string() } else { "0".to_owned() }
}
