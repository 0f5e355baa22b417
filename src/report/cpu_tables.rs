//! `cpu.csv` and `numa.csv`: the CPUs of nodes with a machine after each change.

use std::io::Write;

use csv::Writer;

use super::seconds::seconds;
use crate::api::Interner;
use crate::measures::RunRecord;

/// Writes `cpu.csv`.
pub(super) fn cpu(record: &RunRecord, _: &Interner, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "time_s",
        "node",
        "exclusive",
        "free",
        "stranded",
        "shared_pool",
        "largest_admissible",
    ])?;
    for row in &record.cpu.rows {
        table.write_record([
            seconds(row.time.0).as_str(),
            record.node_names.get(row.node.index()).map_or("", |name| name),
            &row.exclusive.to_string(),
            &row.free.to_string(),
            &row.shared.to_string(),
            &row.largest_admissible.to_string(),
            &row.stranded.map_or_else(String::new, |stranded| stranded.to_string()),
        ])?;
    }
    table.flush()?;
    Ok(())
}

/// Writes `numa.csv`.
pub(super) fn numa(record: &RunRecord, _: &Interner, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(["time_s", "node", "numa_node", "cpus", "free"])?;
    for row in &record.cpu.rows {
        for (id, cpus, free) in &row.by_numa_node {
            table.write_record([
                seconds(row.time.0).as_str(),
                record.node_names.get(row.node.index()).map_or("", |name| name),
                &id.to_string(),
                &cpus.to_string(),
                &free.to_string(),
            ])?;
        }
    }
    table.flush()?;
    Ok(())
}
