//! A study's results: tables, words, JSON and a plot, all from the frame and the rows.

mod findings;
pub mod json;
pub mod plot;
pub mod tables;
pub mod words;

pub use findings::StudyReport;

use super::output_file::OutputFile;

/// The files, in order. The journal and the machine leave no trace in them.
pub fn files<'a>(report: &StudyReport<'a>) -> Vec<OutputFile<'a>> {
    let mut files: Vec<_> = tables::tables()
        .into_iter()
        .map(|table| OutputFile::text(table.file, table.to_csv(report)))
        .collect();
    files.extend([
        OutputFile::text("plot.svg", plot::plot(report)),
        OutputFile::text("summary.txt", words::words(report)),
        OutputFile::json("manifest.json", &json::manifest(report)),
    ]);
    files
}
