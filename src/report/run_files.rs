//! The files of one variant: the tables of replication 0, and `runs.csv` of all.

use std::io::Write;

use super::run_tables;
use crate::study::summary::VariantResult;

/// Writes a file's content.
type Writer<'a> = Box<dyn Fn(&mut dyn Write) -> std::io::Result<()> + 'a>;

/// A file and how it is written.
pub struct RunFile<'a> {
    /// Its name.
    pub name: &'static str,
    /// Writes its content.
    pub write: Writer<'a>,
}

/// The files, in order.
pub fn files(result: &VariantResult) -> Vec<RunFile<'_>> {
    let mut files: Vec<RunFile<'_>> = Vec::new();
    if let Some(record) = result.runs.first().and_then(|run| run.record.as_ref()) {
        for table in run_tables::TABLES.iter().filter(|table| (table.has_something)(record)) {
            let write = move |out: &mut dyn Write| {
                (table.write)(record, &record.names, out).map_err(std::io::Error::other)
            };
            files.push(RunFile { name: table.name, write: Box::new(write) });
        }
    }
    if result.runs.len() > 1 {
        let write = |out: &mut dyn Write| run_tables::runs(&result.runs, out).map_err(std::io::Error::other);
        files.push(RunFile { name: "runs.csv", write: Box::new(write) });
    }
    files
}
