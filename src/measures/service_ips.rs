//! What happened to Service IPs: counts, and a row for each event.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::cluster::service_registry::{ServiceEventKind, ServiceIncident, ServiceIpSetup};
use crate::kernel::SimTime;

/// Service IPs of a run.
#[derive(Clone, Debug, Default)]
pub struct ServiceIps {
    /// The registries; `None` in a scenario without them.
    pub setup: Option<Arc<ServiceIpSetup>>,
    /// Events in order, if details were asked for.
    pub rows: Vec<(SimTime, ServiceIncident)>,
    /// The first request that was refused, if any.
    pub first_refused: Option<(SimTime, ServiceIncident)>,
    counts: BTreeMap<ServiceEventKind, usize>,
    held: BTreeMap<IpAddr, u32>,
    dns_refused: bool,
}

impl ServiceIps {
    /// What holds at time 0.
    pub(super) fn new(setup: Option<&Arc<ServiceIpSetup>>) -> Self {
        let mut new = Self { setup: setup.cloned(), ..Self::default() };
        if let Some(setup) = setup {
            for id in &setup.adopted {
                for address in setup.services[id.index()].wanted.addresses() {
                    *new.held.entry(address).or_default() += 1;
                }
            }
        }
        new
    }

    /// How often something happened.
    pub fn count(&self, kind: ServiceEventKind) -> usize {
        self.counts.get(&kind).copied().unwrap_or(0)
    }

    /// How often something happened, as a figure; `None` without registries.
    pub(super) fn count_of(&self, kind: ServiceEventKind) -> Option<f64> {
        self.setup.as_ref().map(|_| self.count(kind) as f64)
    }

    /// Whether the installer's DNS Service was refused; `None` if there is none.
    pub fn dns_refused(&self) -> Option<bool> {
        self.setup.as_ref()?.dns.map(|_| self.dns_refused)
    }

    /// Addresses that Services hold.
    pub fn in_use(&self) -> usize {
        self.held.len()
    }

    /// Takes note of a record.
    pub(super) fn observe(&mut self, now: SimTime, details: bool, incident: &ServiceIncident) {
        *self.counts.entry(incident.kind).or_default() += 1;
        match (incident.kind, incident.address) {
            (ServiceEventKind::Created | ServiceEventKind::Gained, Some(address)) => {
                *self.held.entry(address).or_default() += 1;
            }
            (ServiceEventKind::Deleted | ServiceEventKind::Lost, Some(address)) => {
                let left = self.held.get(&address).map_or(0, |count| count - 1);
                if left == 0 {
                    self.held.remove(&address);
                } else {
                    self.held.insert(address, left);
                }
            }
            (ServiceEventKind::Refused, _) => {
                let dns = self.setup.as_ref().and_then(|setup| setup.dns);
                self.dns_refused |= dns.is_some_and(|(dns, _)| incident.service == Some(dns));
                self.first_refused.get_or_insert_with(|| (now, incident.clone()));
            }
            _ => {}
        }
        if details {
            self.rows.push((now, incident.clone()));
        }
    }
}
