//! A study's results: tables, words, JSON and a plot, all from the frame and the rows.

pub mod json;
pub mod plot;
pub mod tables;
pub mod words;

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

    /// The files: each with its content, in order. The journal and the machine leave no trace in them.
    pub fn files(&self) -> Vec<(&'static str, String)> {
        vec![
            ("runs.csv", tables::runs(self.frame, self.rows)),
            ("estimates.csv", tables::estimates(self)),
            ("differences.csv", tables::differences(self)),
            ("plot.svg", plot::plot(self)),
            ("summary.txt", words::words(self)),
            ("manifest.json", json::pretty(&json::manifest(self))),
        ]
    }
}

/// A number of an estimate: seven significant digits.
fn number(value: f64) -> String {
    let shortened: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    if shortened.abs() > 0.0 { shortened.to_string() } else { "0".to_owned() }
}
