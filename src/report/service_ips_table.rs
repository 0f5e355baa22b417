//! `service_ips.csv`: what happened to Service IPs, with its time and parties.

use std::io::Write;

use csv::Writer;

use super::seconds::seconds;
use crate::api::Interner;
use crate::cluster::service_registry::ServiceId;
use crate::measures::RunRecord;

/// Writes the table.
pub(super) fn write(record: &RunRecord, _names: &Interner, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "time_s",
        "event",
        "api_server",
        "service",
        "other_service",
        "address",
        "node_port",
        "message",
    ])?;
    let setup = record.service_ips.setup.as_ref();
    let label = |service: Option<ServiceId>| {
        let named = service.and_then(|service| setup?.services.get(service.index()));
        named.map_or("", |named| &named.label)
    };
    for (time, row) in &record.service_ips.rows {
        let server = row.server.and_then(|server| setup?.servers.get(server));
        table.write_record([
            seconds(time.0).as_str(),
            row.kind.name(),
            server.map_or("", |server| &server.name),
            label(row.service),
            label(row.other),
            &row.address.map_or_else(String::new, |address| address.to_string()),
            &row.port.map_or_else(String::new, |port| port.to_string()),
            row.message.as_deref().unwrap_or(""),
        ])?;
    }
    table.flush()?;
    Ok(())
}
