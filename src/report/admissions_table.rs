//! `admissions.csv`: pods that a kubelet refused, and containers that got CPUs for themselves.

use std::io::Write;

use csv::Writer;

use super::seconds::seconds;
use crate::api::Interner;
use crate::measures::RunRecord;

/// Writes the table.
pub(super) fn write(record: &RunRecord, names: &Interner, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "time_s",
        "namespace",
        "pod",
        "node",
        "container",
        "cpus",
        "count",
        "numa_nodes",
        "sockets",
        "reason",
        "message",
        "last_level_caches",
    ])?;
    for row in &record.admissions.rows {
        let pod = record.pods.get(row.pod);
        let number = |count: usize| if row.container.is_some() { count.to_string() } else { String::new() };
        table.write_record([
            seconds(row.time.0).as_str(),
            pod.map_or("", |pod| names.resolve(pod.pod.spec.namespace)),
            pod.map_or("", |pod| &pod.pod.name),
            record.node_names.get(row.node.index()).map_or("", |name| name),
            &row.container.map_or_else(String::new, |container| container.to_string()),
            &row.cpus.to_string(),
            &number(row.cpus.len()),
            &number(row.numa_nodes),
            &number(row.sockets),
            &row.reason,
            &row.message,
            &number(row.caches),
        ])?;
    }
    table.flush()?;
    Ok(())
}
