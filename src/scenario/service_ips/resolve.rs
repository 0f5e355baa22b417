//! `spec.serviceIPs` and the Services of a scenario to what the registries start from.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use kubecast_manifest::{Object, Tree};

use super::super::builder::Builder;
use super::super::error::Findings;
use super::super::node_pool::MOST_OBJECTS;
use super::super::objects::ObjectSource;
use super::super::places::{place_of, text};
use super::super::plan::Plan;
use super::super::reference::Reference;
use super::compile::compile;
use super::servers::{address_ranges, server_named, servers};
use super::service_list::ServiceList;
use super::{DnsDocument, PickDocument, ServiceGeneratorDocument, ServiceIpsDocument};
use crate::cluster::service_registry::setup::{
    ApiServerSetup, DnsOrder, Generator, Pick, RepairSetup, ServiceTiming,
};
use crate::cluster::service_registry::{ServiceId, ServiceIpSetup};
use crate::kernel::{Distribution, SimDuration, SimTime};
use crate::service_ip::range::IpRange;
use crate::service_ip::{AllocationError, Cidr, PortRange, Service, repair};

/// The place of the address that installers give to DNS, counted from the first usable one.
const DNS_PLACE: u64 = 9;

/// The registries; `None` without `spec.serviceIPs`, or if something is wrong with it.
pub(in super::super) fn resolve(
    plan: &Plan,
    builder: &mut Builder,
    findings: &mut Findings,
) -> Option<ServiceIpSetup> {
    let document = plan.document.spec.service_ips.as_ref()?;
    let before = findings.errors.len();
    let servers = servers(document, plan, findings)?;
    let mut fault = |field: &str, message: String| {
        let place = plan.place_at(&format!("/spec/serviceIPs/{field}"));
        findings.error(place, format!("spec.serviceIPs.{field}: {message}"));
    };
    let ranges = match address_ranges(&document.service_cluster_ip_range, &servers) {
        Ok(ranges) => ranges,
        Err(faults) => {
            for message in faults {
                fault("serviceClusterIPRange", message);
            }
            return None;
        }
    };
    let written = document.service_node_port_range.as_deref();
    let node_ports = match written.map_or(Ok(PortRange::DEFAULT), PortRange::parse) {
        Ok(range) => range,
        Err(message) => {
            fault("serviceNodePortRange", message);
            return None;
        }
    };
    let mut stale = Vec::new();
    for (index, text) in document.stale_bitmap_entries.iter().enumerate() {
        match stale_entry(text, &ranges) {
            Ok(address) => stale.push(address),
            Err(message) => fault(&format!("staleBitmapEntries/{index}"), format!("{text:?}: {message}")),
        }
    }
    let mut list = std::mem::take(&mut builder.services);
    check_addresses(&list, &ranges, findings);
    kubernetes(&mut list, &ranges);
    let generators = generators(document, plan, &servers, (builder, &mut list), findings);
    let dns = document.dns.map(|order| dns(order, &mut list, ranges[0]));
    let setup = ServiceIpSetup {
        ranges,
        node_ports,
        servers,
        repair: repair_setup(document),
        timing: timing(document),
        services: list.named.clone(),
        adopted: list.adopted.clone(),
        first: list.first.clone(),
        generators,
        dns,
        stale,
    };
    builder.services = list;
    (findings.errors.len() == before).then_some(setup)
}

fn stale_entry(text: &str, ranges: &[Cidr]) -> Result<IpAddr, String> {
    let address = crate::service_ip::cidr::parse_address(text)?;
    let range = ranges.iter().find(|cidr| cidr.contains(address)).unwrap_or(&ranges[0]);
    let place = IpRange::bitmap(*range, false).place(address);
    place.map(|_| address).ok_or_else(|| AllocationError::NotInRange { address, range: *range }.to_string())
}

/// Addresses that Services of the beginning ask for lie in a range, and each is asked for once.
fn check_addresses(list: &ServiceList, ranges: &[Cidr], findings: &mut Findings) {
    let mut asked: BTreeMap<IpAddr, Arc<str>> = BTreeMap::new();
    let own = Reference::new("service", None, "kubernetes");
    if !list.ids.contains_key(&own) {
        asked.insert(IpRange::bitmap(ranges[0], false).address(0), own.to_string().into());
    }
    for id in list.adopted.iter().chain(&list.first) {
        let named = &list.named[id.index()];
        let place = || list.places.get(id).cloned().flatten();
        for address in named.wanted.addresses() {
            let refused =
                |error: AllocationError| format!("{}: {}", named.label, named.wanted.refused(address, error));
            let range = ranges.iter().find(|cidr| cidr.contains(address)).unwrap_or(&ranges[0]);
            let is_usable = crate::service_ip::range::IpRange::ip_address(*range)
                .is_ok_and(|range| range.place(address).is_some());
            if !is_usable {
                let error = AllocationError::NotInRange { address, range: *range };
                findings.error(place(), refused(error));
            } else if let Some(other) = asked.get(&address) {
                let message = format!("{}; {other} has it", refused(AllocationError::Allocated));
                findings.error(place(), message);
            } else {
                asked.insert(address, Arc::clone(&named.label));
            }
        }
    }
}

/// The Service `kubernetes` holds the first address before all else.
fn kubernetes(list: &mut ServiceList, ranges: &[Cidr]) {
    let reference = Reference::new("service", None, "kubernetes");
    if list.ids.contains_key(&reference) {
        return;
    }
    let address = IpRange::bitmap(ranges[0], false).address(0);
    let wanted = fixed("kubernetes", address, ranges[0]);
    let id = list.add(reference, wanted);
    list.adopted.push(id);
}

/// A Service with a fixed address of the first family.
fn fixed(name: &str, address: IpAddr, range: Cidr) -> Service {
    Service {
        name: name.to_owned(),
        has_selector: true,
        ip_families: vec![range.family()],
        cluster_ips: vec![Some(address)],
        ..Service::default()
    }
}

fn dns(order: DnsDocument, list: &mut ServiceList, range: Cidr) -> (ServiceId, DnsOrder) {
    let order = match order {
        DnsDocument::First => DnsOrder::First,
        DnsDocument::Last => DnsOrder::Last,
        DnsDocument::Parallel => DnsOrder::Parallel,
    };
    let address = IpRange::bitmap(range, false).address(DNS_PLACE);
    let reference = Reference::new("service", Some("kube-system"), "kube-dns");
    (list.add(reference, fixed("kube-dns", address, range)), order)
}

fn repair_setup(document: &ServiceIpsDocument) -> RepairSetup {
    let period = document.repair.period.map_or(repair::PERIOD, |period| period.0);
    let any_time = || Distribution::Uniform { min: SimDuration::ZERO, max: period, step: SimDuration(1) };
    RepairSetup {
        period: Some(period).filter(|period| period.0 > 0),
        first_pass: document.repair.first_pass.as_ref().map_or_else(any_time, |first| first.0.clone()),
    }
}

fn timing(document: &ServiceIpsDocument) -> ServiceTiming {
    let mut timing = ServiceTiming::default();
    let written = &document.timing;
    for (hop, setting) in [
        (&mut timing.allocation, &written.allocation),
        (&mut timing.creation, &written.creation),
        (&mut timing.release, &written.release),
        (&mut timing.repair_pass, &written.repair_pass),
    ] {
        if let Some(setting) = setting {
            *hop = setting.0.clone();
        }
    }
    timing
}

fn generators(
    document: &ServiceIpsDocument,
    plan: &Plan,
    servers: &[ApiServerSetup],
    (builder, list): (&Builder, &mut ServiceList),
    findings: &mut Findings,
) -> Vec<Generator> {
    let mut generators = Vec::new();
    for (index, written) in document.services.iter().enumerate() {
        let pointer = format!("/spec/serviceIPs/services/{index}");
        let mut fault = |message: String| {
            findings.error(plan.place_at(&pointer), format!("services/{}: {message}", written.name));
        };
        let count = written.count.unwrap_or(1);
        if count > MOST_OBJECTS {
            fault(format!("{count} objects; at most {MOST_OBJECTS} are possible"));
            continue;
        }
        let server = match written.api_server.as_deref().map(|name| server_named(servers, name)).transpose() {
            Ok(server) => server,
            Err(error) => {
                fault(error);
                continue;
            }
        };
        let Some((namespace, wanted)) = template(plan, &pointer, written, builder, findings) else {
            continue;
        };
        let first = ServiceId(list.named.len() as u32);
        for ordinal in 0..count {
            let name = format!("{}-{ordinal}", written.name);
            let mut service = wanted.clone();
            service.name.clone_from(&name);
            list.add(Reference::new("service", Some(&namespace), &name), service);
        }
        generators.push(Generator {
            first,
            count,
            from: SimTime(written.from.map_or(0, |from| from.0.0)),
            every: written.every.as_ref().map_or(Distribution::ZERO, |every| every.0.clone()),
            lifetime: written.lifetime.as_ref().map(|lifetime| lifetime.0.clone()),
            server,
            pick: written.pick.map(|pick| match pick {
                PickDocument::InBand => Pick::InBand,
                PickDocument::Anywhere => Pick::Anywhere,
                PickDocument::BesideExisting => Pick::BesideExisting,
            }),
        });
    }
    generators
}

/// The namespace and the Service of a generator's template.
fn template(
    plan: &Plan,
    pointer: &str,
    written: &ServiceGeneratorDocument,
    builder: &Builder,
    findings: &mut Findings,
) -> Option<(String, Service)> {
    let file = &plan.scenario.file;
    let name = format!("{}-0", written.name);
    let mut tree = match plan.scenario.tree.pointer(&format!("{pointer}/template")) {
        Some(tree) => tree.clone(),
        None => Tree::from_json(&serde_json::json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {}, "spec": {"ports": [{"port": 80}]},
        })),
    };
    let at = tree.clone();
    if tree.pointer("/metadata/name").is_some() {
        let message = format!(
            "services/{}: the template has a name, but the generator names its Services",
            written.name
        );
        findings.error(place_of(file, &at), message);
        return None;
    }
    if let Err(error) = tree.set("/metadata/name", text(&name, &at)) {
        findings.error(place_of(file, &at), format!("services/{}: {error}", written.name));
        return None;
    }
    let source = ObjectSource::new(file, tree, findings)?;
    match builder.decode(&source, findings)? {
        Object::Service(service) => Some((source.reference.namespace.clone(), compile(&service))),
        _ => {
            let message =
                format!("services/{}: a Service is wanted, this is a {}", written.name, source.kind());
            findings.error(source.place(), message);
            None
        }
    }
}
