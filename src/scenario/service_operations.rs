//! Entries of the timeline about API servers and ServiceCIDRs.

use std::sync::Arc;

use super::plan::Plan;
use super::service_ips::{behaviour_of, server_named};
use super::timeline::{AddServiceCidr, TimelineEntryDocument};
use crate::cluster::operation::Operation;
use crate::cluster::service_registry::{ServiceIpSetup, ServiceOperation};
use crate::kernel::SimDuration;
use crate::service_ip::Cidr;

type Made = (Operation, Arc<str>);

/// The operation of an entry; `None` if it is about something else.
pub(super) fn operation(
    entry: &TimelineEntryDocument,
    plan: &Plan,
    services: Option<&ServiceIpSetup>,
) -> Option<Result<Made, String>> {
    let made = match entry {
        TimelineEntryDocument { crash_api_server: Some(crash), .. } => with(services, |setup| {
            let server = server_named(&setup.servers, &crash.name)?;
            let down = crash.down_for.map_or(SimDuration::ZERO, |down| down.0);
            Ok((ServiceOperation::Crash { server, down }, format!("crashAPIServer {}", crash.name)))
        }),
        TimelineEntryDocument { upgrade_api_server: Some(upgrade), .. } => with(services, |setup| {
            let server = server_named(&setup.servers, &upgrade.name)?;
            let version = upgrade.kubernetes_version.as_deref();
            let behaviour = behaviour_of(plan, version, &upgrade.feature_gates)?;
            let label = format!("upgradeAPIServer {}", upgrade.name);
            Ok((ServiceOperation::Upgrade { server, behaviour }, label))
        }),
        TimelineEntryDocument { add_service_cidr: Some(added), .. } => with(services, |setup| {
            let cidrs = service_cidrs(added, setup)?;
            let label = format!("addServiceCIDR {} {}", added.name, added.cidrs.join(","));
            Ok((ServiceOperation::AddCidr { name: added.name.as_str().into(), cidrs }, label))
        }),
        TimelineEntryDocument { delete_service_cidr: Some(name), .. } => with(services, |_| {
            let label = format!("deleteServiceCIDR {name}");
            Ok((ServiceOperation::RemoveCidr(name.as_str().into()), label))
        }),
        _ => return None,
    };
    Some(made)
}

fn with(
    services: Option<&ServiceIpSetup>,
    make: impl FnOnce(&ServiceIpSetup) -> Result<(ServiceOperation, String), String>,
) -> Result<Made, String> {
    let setup = services.ok_or("there are no API servers without spec.serviceIPs")?;
    let (operation, label) = make(setup)?;
    Ok((Operation::ServiceIps(operation), label.into()))
}

/// `spec.cidrs` of a ServiceCIDR, as the API checks it.
fn service_cidrs(added: &AddServiceCidr, setup: &ServiceIpSetup) -> Result<Vec<Cidr>, String> {
    let mut cidrs: Vec<Cidr> = Vec::new();
    for text in &added.cidrs {
        let cidr =
            Cidr::parse(text).map_err(|error| format!("spec.cidrs: Invalid value: {text:?}: {error}"))?;
        if cidrs.iter().any(|other| other.family() == cidr.family()) {
            return Err(
                "spec.cidrs: Invalid value: may specify no more than one IP for each IP family".to_owned()
            );
        }
        if setup.ranges.iter().all(|range| range.family() != cidr.family()) {
            return Err(format!("spec.cidrs: {text:?}: {} is not configured on this cluster", cidr.family()));
        }
        crate::service_ip::range::IpRange::ip_address(cidr)
            .map_err(|error| format!("spec.cidrs: {text:?}: {error}"))?;
        cidrs.push(cidr);
    }
    if cidrs.is_empty() {
        return Err("spec.cidrs: Required value: at least one CIDR required".to_owned());
    }
    Ok(cidrs)
}
