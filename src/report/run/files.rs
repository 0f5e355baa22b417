//! The files of one variant: the tables of replication 0, and `runs.csv` of all.

use super::tables::{self, Run as OneRun};
use crate::measures::Figure;
use crate::report::page::file::OutputFile;
use crate::report::table::{Column, Table};
use crate::study::replication::Run;
use crate::study::summary::VariantResult;

/// The files, in order.
pub fn files(result: &VariantResult) -> Vec<OutputFile<'_>> {
    let mut files = Vec::new();
    if let Some(record) = result.first_record() {
        let run = OneRun { record };
        for tables::RunTable { table, has_something } in tables::tables() {
            if has_something(record) {
                files.push(OutputFile::table(table.of(run)));
            }
        }
    }
    if result.runs.len() > 1 {
        files.push(OutputFile::table(runs().of(&result.runs[..])));
    }
    files
}

/// A figure of a run.
struct Line<'a> {
    replication: u32,
    figure: &'a Figure,
}

/// `runs.csv`.
pub fn runs<'a>() -> Table<'a, &'a [Run]> {
    let columns: [Column<&'a [Run], Line<'a>>; 6] = [
        Column::new("replication", "which run", |line| line.replication.to_string().into()),
        Column::new("measure", "one of the measures of `expect`", |line| line.figure.key.measure.into()),
        Column::new("workload", "`deployment/NAMESPACE/NAME`; empty for the whole cluster", |line| {
            (&*line.figure.key.workload).into()
        }),
        Column::new("rollout", "which rollout; 0 is the creation; empty for the whole cluster", |line| {
            line.figure.key.rollout.map_or_else(String::new, |rollout| rollout.to_string()).into()
        }),
        Column::new("constraint", "which constraint; empty where it is not about one", |line| {
            (&*line.figure.key.constraint).into()
        }),
        Column::new("value", "the figure", |line| line.figure.value.to_string().into()),
    ];
    Table::new(("runs.csv", "each run and figure, with `--runs` above 1"), columns, |runs: &'a [Run]| {
        runs.iter()
            .flat_map(|run| run.figures.iter().map(|figure| Line { replication: run.replication, figure }))
    })
}
