//! A study's results: tables, words, JSON and a plot, all from the frame and the rows.

mod findings;
pub mod json;
pub mod plot;
pub mod tables;
pub mod words;

pub use findings::StudyReport;

/// The files: each with its content, in order. The journal and the machine leave no trace in them.
pub fn files(report: &StudyReport<'_>) -> Vec<(&'static str, String)> {
    let tables = tables::tables();
    let mut files: Vec<_> = tables.iter().map(|table| (table.file, table.to_csv(report))).collect();
    files.extend([
        ("plot.svg", plot::plot(report)),
        ("summary.txt", words::words(report)),
        ("manifest.json", json::pretty(&json::manifest(report))),
    ]);
    files
}
