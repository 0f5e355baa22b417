//! `service_ips.csv`: what happened to Service IPs, with its time and parties.

use super::{Run, time};
use crate::cluster::service_registry::{ServiceId, ServiceIncident, ServiceIpSetup};
use crate::kernel::SimTime;
use crate::report::table::{Column, Table};

/// Something that happened.
struct Line<'a> {
    time: SimTime,
    incident: &'a ServiceIncident,
    setup: Option<&'a ServiceIpSetup>,
}

impl<'a> Line<'a> {
    fn label(&self, service: Option<ServiceId>) -> &'a str {
        let named = service.and_then(|service| self.setup?.services.get(service.index()));
        named.map_or("", |named| &named.label)
    }

    fn server(&self) -> &'a str {
        let server = self.incident.server.and_then(|server| self.setup?.servers.get(server));
        server.map_or("", |server| &server.name)
    }
}

/// `service_ips.csv`.
pub(super) fn service_ips<'a>() -> Table<'a, Run<'a>> {
    let columns: [Column<Run<'a>, Line<'a>>; 8] = [
        Column::new("time_s", "when", |line| time(line.time)),
        Column::new(
            "event",
            "`created`, `updated`, `deleted`, `gained`, `lost`, `refused`, `rangeFull`, `spill` (the dynamic band was \
             full), `falseConflict`, `duplicate`, `midAirCollision`, `leak`, `leakReleased`, `repairRace`, `repaired`, \
             `interrupted` (by a crash), `serviceCIDR`, `terminating` (deleted, held by finalizers)",
            |line| line.incident.kind.name().into(),
        ),
        Column::new("api_server", "the API server at which it happened", |line| line.server().into()),
        Column::new("service", "the Service", |line| line.label(line.incident.service).into()),
        Column::new("other_service", "the other Service that takes part", |line| {
            line.label(line.incident.other).into()
        }),
        Column::new("address", "the address", |line| {
            line.incident.address.map_or_else(String::new, |address| address.to_string()).into()
        }),
        Column::new("node_port", "the node port", |line| {
            line.incident.port.map_or_else(String::new, |port| port.to_string()).into()
        }),
        Column::new("message", "the message in Kubernetes' own words", |line| {
            line.incident.message.as_deref().unwrap_or("").into()
        }),
    ];
    Table::new(
        ("service_ips.csv", "each event of Service IPs, with `serviceIPs`"),
        columns,
        |run: Run<'a>| {
            let happened = &run.record.service_ips;
            let setup = happened.setup.as_deref();
            happened.rows.iter().map(move |(time, incident)| Line { time: *time, incident, setup })
        },
    )
}
