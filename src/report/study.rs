//! A study's results: tables, words, JSON and a plot, all from the frame and the rows.

mod findings;
pub mod json;
pub mod plot;
pub mod tables;
pub mod words;

pub use findings::{Findings, StudyReport};

use crate::report::page::file::OutputFile;
use crate::report::page::{Page, text_of};

/// The page. The journal and the machine leave no trace in its files.
pub fn page<'a>(report: StudyReport<'a>) -> Page<'a> {
    let sections = words::sections(&report);
    let mut files: Vec<OutputFile<'a>> =
        tables::tables().into_iter().map(|table| OutputFile::table(table.of(report))).collect();
    files.extend([
        OutputFile::chart("plot.svg", plot::plot(&report)),
        OutputFile::text("summary.txt", text_of(&sections)),
        OutputFile::json("manifest.json", move || json::manifest(&report)),
    ]);
    Page::new(sections, move || json::summary(&report)).with_files(files)
}
