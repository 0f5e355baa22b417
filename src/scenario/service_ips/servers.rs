//! API servers and ranges of `spec.serviceIPs`, checked as kube-apiserver checks its flags.

use std::collections::BTreeMap;

use super::super::error::{Findings, did_you_mean};
use super::super::plan::Plan;
use super::ServiceIpsDocument;
use crate::api::behaviour::Release;
use crate::api::{Behaviour, ServiceIpBehaviour};
use crate::cluster::service_registry::setup::ApiServerSetup;
use crate::kernel;
use crate::service_ip::Cidr;
use crate::service_ip::assessment::flag_faults;

/// The server where a scenario names none.
const ONLY_SERVER: &str = "apiserver";

/// What a server of this release and these gates does; without a release the scenario's, with its gates.
pub(in super::super) fn behaviour_of(
    plan: &Plan,
    version: Option<&str>,
    gates: &BTreeMap<String, bool>,
) -> Result<ServiceIpBehaviour, String> {
    let spec = &plan.document.spec;
    let release = version.map_or(Ok(plan.release.release), Release::parse)?;
    let mut all = if version.is_some() { BTreeMap::new() } else { spec.feature_gates.clone() };
    all.extend(gates.iter().map(|(name, on)| (name.clone(), *on)));
    Behaviour::resolve(release, &all).map(|(behaviour, _)| behaviour.service_ip)
}

/// The servers; `None` if one is wrong.
pub(super) fn servers(
    document: &ServiceIpsDocument,
    plan: &Plan,
    findings: &mut Findings,
) -> Option<Vec<ApiServerSetup>> {
    let before = findings.errors.len();
    let mut servers = Vec::new();
    for (index, server) in document.api_servers.iter().enumerate() {
        let at = format!("/spec/serviceIPs/apiServers/{index}");
        match behaviour_of(plan, server.kubernetes_version.as_deref(), &server.feature_gates) {
            Ok(behaviour) => servers.push(ApiServerSetup {
                name: server.name.as_str().into(),
                behaviour,
                watch: server
                    .watch_delay
                    .as_ref()
                    .map_or(kernel::Distribution::ZERO, |delay| delay.0.clone()),
            }),
            Err(error) => {
                let message = format!("spec.serviceIPs.apiServers[{index}]: {error}");
                findings.error(plan.place_at(&at), message);
            }
        }
    }
    if document.api_servers.is_empty() {
        let behaviour = behaviour_of(plan, None, &BTreeMap::new()).ok()?;
        let watch = kernel::Distribution::ZERO;
        servers.push(ApiServerSetup { name: ONLY_SERVER.into(), behaviour, watch });
    }
    (findings.errors.len() == before).then_some(servers)
}

/// The place of a server by its name; the error names the nearest.
pub(in super::super) fn server_named(servers: &[ApiServerSetup], name: &str) -> Result<usize, String> {
    servers.iter().position(|server| &*server.name == name).ok_or_else(|| {
        let hint = did_you_mean(name, servers.iter().map(|server| &*server.name));
        format!("there is no API server {name:?}{hint}")
    })
}

/// The ranges of `--service-cluster-ip-range`, as every server takes them; `None` if they are wrong.
pub(in super::super) fn address_ranges(
    written: &str,
    servers: &[ApiServerSetup],
) -> Result<Vec<Cidr>, Vec<String>> {
    let mut cidrs = Vec::new();
    let mut faults = Vec::new();
    for text in written.split(',').map(str::trim) {
        match Cidr::parse(text) {
            Ok(cidr) => cidrs.push(cidr),
            Err(error) => faults.push(format!("Invalid value: {text:?}: {error}")),
        }
    }
    if faults.is_empty() && cidrs.len() > 2 {
        faults.push("--service-cluster-ip-range must not contain more than two entries".to_owned());
    }
    if let ([a, b], true) = (&cidrs[..], faults.is_empty())
        && a.family() == b.family()
    {
        faults.push(
            "--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family"
                .to_owned(),
        );
    }
    for server in servers.iter().filter(|_| !cidrs.is_empty()) {
        if faults.is_empty() {
            faults.extend(flag_faults(&cidrs, server.behaviour));
        }
    }
    if faults.is_empty() { Ok(cidrs) } else { Err(faults) }
}
