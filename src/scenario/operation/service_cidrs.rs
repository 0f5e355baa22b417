//! `addServiceCIDR` and `deleteServiceCIDR`: the ranges of Service IPs change.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Made, Stage, made};
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::cluster::service_registry::{ServiceIpSetup, ServiceOperation};
use crate::service_ip::Cidr;

/// What becomes of the fields of `addServiceCIDR`.
pub(in crate::scenario) const COVERAGE: &[Field] = &[("cidrs", Simulated), ("name", Simulated)];

/// A new ServiceCIDR.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct AddServiceCidr {
    /// Its name.
    #[schemars(length(min = 1), example = &"more")]
    pub name: String,
    /// Its ranges, of families that the cluster has; one of each at most.
    #[schemars(length(min = 1, max = 2), example = serde_json::json!(["10.97.0.0/24"]))]
    pub cidrs: Vec<String>,
}

/// Something that is done to the Service registries.
#[derive(Debug)]
pub(super) struct Operation(pub(super) ServiceOperation);

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        api.service_registries(&self.0)
    }
}

/// The registries, which there must be.
pub(super) fn registries<'s>(stage: &Stage<'s>) -> Result<&'s ServiceIpSetup, String> {
    stage.services.ok_or_else(|| "there are no API servers without spec.serviceIPs".to_owned())
}

pub(super) fn add(added: &AddServiceCidr, stage: &mut Stage<'_>) -> Result<Made, String> {
    let cidrs = service_cidrs(added, registries(stage)?)?;
    let label = format!("addServiceCIDR {} {}", added.name, added.cidrs.join(","));
    Ok(Some(made(Operation(ServiceOperation::AddCidr { name: added.name.as_str().into(), cidrs }), label)))
}

pub(super) fn delete(name: &String, stage: &mut Stage<'_>) -> Result<Made, String> {
    registries(stage)?;
    let operation = Operation(ServiceOperation::RemoveCidr(name.as_str().into()));
    Ok(Some(made(operation, format!("deleteServiceCIDR {name}"))))
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
