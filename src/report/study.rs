//! A study's results: tables, words, JSON and a plot, all from the frame and the rows.

mod findings;
pub mod json;
pub mod plot;
pub mod tables;
pub mod words;

pub use findings::StudyReport;

use super::output_file::OutputFile;
use super::page::json::pretty;
use super::table::Table;

/// The files, in order. The journal and the machine leave no trace in them.
pub fn files<'a>(report: &StudyReport<'a>) -> Vec<OutputFile<'a>> {
    let mut files: Vec<_> =
        tables::tables().into_iter().map(|table| OutputFile::text(table.file, csv(table, report))).collect();
    files.extend([
        OutputFile::text("plot.svg", plot::plot(report)),
        OutputFile::text("summary.txt", words::words(report)),
        OutputFile::text("manifest.json", pretty(&json::manifest(report))),
    ]);
    files
}

fn csv<S: Copy>(table: Table<'_, S>, of: S) -> String {
    let mut text = Vec::new();
    table.of(of).write_csv(&mut text).expect("a text takes it, and rows are as long as the heading");
    String::from_utf8(text).expect("names are UTF-8")
}
