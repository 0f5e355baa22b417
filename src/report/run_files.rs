//! The files of one variant: the tables of replication 0, and `runs.csv` of all.

use std::io::Write;

use super::run_tables::{self, About};
use crate::kernel::Interner;
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
pub fn files<'a>(result: &'a VariantResult, names: &'a Interner) -> Vec<RunFile<'a>> {
    let mut files: Vec<RunFile<'a>> = Vec::new();
    if let Some(record) = result.runs.first().and_then(|run| run.record.as_ref()) {
        let told = |table: &&run_tables::Table| match table.about {
            About::Everything => true,
            About::Machines => record.admissions.any_machine,
            About::ServiceIps => record.service_ips.setup.is_some(),
        };
        for table in run_tables::TABLES.iter().filter(told) {
            let write =
                move |out: &mut dyn Write| (table.write)(record, names, out).map_err(std::io::Error::other);
            files.push(RunFile { name: table.name, write: Box::new(write) });
        }
    }
    if result.runs.len() > 1 {
        let write = |out: &mut dyn Write| run_tables::runs(&result.runs, out).map_err(std::io::Error::other);
        files.push(RunFile { name: "runs.csv", write: Box::new(write) });
    }
    files
}
