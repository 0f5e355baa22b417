//! Services (`ValidateService` of core/validation, v1.34).
//!
//! DIFFERENCE: a Service needs no ports and no spec here: its selector is what counts for scheduling.
//! Whether an address or a node port lies in the cluster's range is the allocator's to say. Settings
//! of load balancers and of traffic are not looked at.

use std::collections::BTreeSet;
use std::net::IpAddr;

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::containers::protocol;
use super::fault::Faults;
use super::labels;
use super::metadata::{NameRule, namespaced};
use super::names;
use super::path::Path;
use super::value::Shown;
use crate::api::go_text::quote;

const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const AFFINITIES: [&str; 2] = ["ClientIP", "None"];
const FAMILIES: [&str; 2] = ["IPv4", "IPv6"];
const FAMILY_POLICIES: [&str; 3] = ["PreferDualStack", "RequireDualStack", "SingleStack"];
const NO_ADDRESS: &str = "None";
/// Longest stickiness of a client: a day.
const MOST_AFFINITY_SECONDS: i32 = 86_400;

/// A Service.
pub(super) fn service(service: &Service, faults: &mut Faults) {
    namespaced(&service.metadata, NameRule::Label1035, faults);
    let Some(spec) = &service.spec else { return };
    let at = Path::root("spec");
    let type_ = spec.type_.as_deref().unwrap_or("ClusterIP");
    let addresses = addresses(spec);
    by_type(spec, type_, &addresses, &at, faults);
    let list = spec.ports.as_deref().unwrap_or_default();
    let mut taken = BTreeSet::new();
    for (index, one) in list.iter().enumerate() {
        port(one, list.len() > 1, &mut taken, &at.child("ports").index(index), faults);
    }
    labels::labels(spec.selector.as_ref(), &at.child("selector"), faults);
    session_affinity(spec, &at, faults);
    if type_ != "ExternalName" {
        cluster_ips(spec, &addresses, &at, faults);
    }
    if !TYPES.contains(&type_) {
        faults.not_supported(&at.child("type"), type_, &TYPES);
    }
    different_ports(list, type_, &at.child("ports"), faults);
}

/// `clusterIPs`, into which the API server copies `clusterIP` where only that is given.
fn addresses(spec: &ServiceSpec) -> Vec<String> {
    let single = spec.cluster_ip.as_deref().filter(|address| !address.is_empty());
    match spec.cluster_ips.as_deref() {
        Some(list) if !list.is_empty() => list.to_vec(),
        _ => single.map(str::to_owned).into_iter().collect(),
    }
}

/// The field of the first address: where it is written.
fn address_at<'a>(spec: &ServiceSpec, at: &'a Path<'a>) -> Path<'a> {
    let is_list = spec.cluster_ips.as_ref().is_some_and(|list| !list.is_empty());
    at.renamed(if is_list { "clusterIPs" } else { "clusterIP" }, "clusterIPs")
}

fn by_type(spec: &ServiceSpec, type_: &str, addresses: &[String], at: &Path<'_>, faults: &mut Faults) {
    let is_headless = addresses == [NO_ADDRESS];
    match type_ {
        "LoadBalancer" | "NodePort" if is_headless => {
            let detail = format!("may not be set to 'None' for {type_} services");
            faults.invalid(&address_at(spec, at).index(0), NO_ADDRESS, &detail);
        }
        "ExternalName" => {
            for (name, is_set) in [
                ("clusterIPs", !addresses.is_empty()),
                ("ipFamilies", spec.ip_families.as_ref().is_some_and(|families| !families.is_empty())),
                ("ipFamilyPolicy", spec.ip_family_policy.is_some()),
            ] {
                if is_set {
                    faults.forbidden(&at.child(name), "may not be set for ExternalName services");
                }
            }
            let name = spec.external_name.as_deref().unwrap_or_default();
            let name = name.strip_suffix('.').unwrap_or(name);
            if name.is_empty() {
                faults.required(&at.child("externalName"), "");
            } else {
                faults.all_invalid(&at.child("externalName"), name, &names::dns_subdomain(name));
            }
        }
        _ => {}
    }
}

fn port<'a>(
    port: &'a ServicePort,
    needs_name: bool,
    taken: &mut BTreeSet<&'a str>,
    at: &Path<'_>,
    faults: &mut Faults,
) {
    let name = port.name.as_deref().unwrap_or_default();
    if !name.is_empty() {
        faults.all_invalid(&at.child("name"), name, &names::dns_label(name));
        if !taken.insert(name) {
            faults.duplicate(&at.child("name"), name, "");
        }
    } else if needs_name {
        faults.required(&at.child("name"), "");
    }
    if let Some(wrong) = names::port_number(port.port) {
        faults.invalid(&at.child("port"), port.port, &wrong);
    }
    protocol(port.protocol.as_deref(), &at.child("protocol"), faults);
    match &port.target_port {
        Some(IntOrString::Int(number)) => {
            if let Some(wrong) = names::port_number(*number) {
                faults.invalid(&at.child("targetPort"), *number, &wrong);
            }
        }
        Some(IntOrString::String(name)) => {
            faults.all_invalid(&at.child("targetPort"), name, &names::port_name(name));
        }
        None => {}
    }
    if let Some(name) = &port.app_protocol {
        faults.all_invalid(&at.child("appProtocol"), name, &names::qualified_name(name));
    }
}

fn session_affinity(spec: &ServiceSpec, at: &Path<'_>, faults: &mut Faults) {
    let affinity = spec.session_affinity.as_deref().unwrap_or("None");
    if !AFFINITIES.contains(&affinity) {
        faults.not_supported(&at.child("sessionAffinity"), affinity, &AFFINITIES);
    }
    if affinity != "ClientIP" {
        return;
    }
    let client = spec.session_affinity_config.as_ref().and_then(|config| config.client_ip.as_ref());
    let seconds = client.and_then(|client| client.timeout_seconds);
    if let Some(seconds) = seconds.filter(|seconds| !(1..=MOST_AFFINITY_SECONDS).contains(seconds)) {
        let at = at.child("sessionAffinityConfig");
        let at = at.child("clientIP");
        let detail = format!("must be greater than 0 and less than {MOST_AFFINITY_SECONDS}");
        faults.invalid(&at.child("timeoutSeconds"), seconds, &detail);
    }
}

fn cluster_ips(spec: &ServiceSpec, addresses: &[String], at: &Path<'_>, faults: &mut Faults) {
    let list_at = address_at(spec, at);
    let single = spec.cluster_ip.as_deref().unwrap_or_default();
    if single.is_empty() && !addresses.is_empty() {
        let detail = "must be empty when `clusterIP` is not specified";
        faults.invalid(&list_at, Shown::list(addresses), detail);
    } else if addresses.first().is_some_and(|first| first != single) {
        faults.invalid(&list_at, Shown::list(addresses), "first value must match `clusterIP`");
    }
    families(spec, at, faults);
    let mut has_wrong = false;
    for (index, address) in addresses.iter().enumerate() {
        if index == 0 && address == NO_ADDRESS {
            if addresses.len() > 1 {
                has_wrong = true;
                let detail = "'None' must be the first and only value";
                faults.invalid(&list_at, Shown::list(addresses), detail);
            }
        } else if address.parse::<IpAddr>().is_err() {
            has_wrong = true;
            let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            faults.invalid(&list_at.index(index), address.as_str(), detail);
        }
    }
    if addresses.len() > 2 {
        faults.invalid(&list_at, Shown::list(addresses), "may only hold up to 2 values");
    }
    if !has_wrong && addresses != [NO_ADDRESS] {
        fitting_families(spec, addresses, &list_at, faults);
    }
}

fn families(spec: &ServiceSpec, at: &Path<'_>, faults: &mut Faults) {
    let mut taken = BTreeSet::new();
    for (index, family) in spec.ip_families.iter().flatten().enumerate() {
        let list = at.child("ipFamilies");
        let at = list.index(index);
        if !FAMILIES.contains(&family.as_str()) {
            faults.not_supported(&at, family.as_str(), &FAMILIES);
        }
        if !taken.insert(family) {
            faults.duplicate(&at, family.as_str(), "");
        }
    }
    let policy = spec.ip_family_policy.as_deref();
    if let Some(policy) = policy.filter(|policy| !FAMILY_POLICIES.contains(policy)) {
        faults.not_supported(&at.child("ipFamilyPolicy"), policy, &FAMILY_POLICIES);
    }
}

/// At most one address of each family, each of the family that stands at its place.
fn fitting_families(spec: &ServiceSpec, addresses: &[String], list: &Path<'_>, faults: &mut Faults) {
    let is_ipv6: Vec<bool> = addresses.iter().map(|address| address.contains(':')).collect();
    let is_dual = is_ipv6.contains(&true) && is_ipv6.contains(&false);
    if addresses.len() > 1 && !is_dual {
        let detail = "may specify no more than one IP for each IP family";
        faults.invalid(list, Shown::list(addresses), detail);
    }
    let families = spec.ip_families.as_deref().unwrap_or_default();
    for (index, (address, family)) in addresses.iter().zip(families).enumerate() {
        let expects_ipv6 = family == "IPv6";
        if FAMILIES.contains(&family.as_str()) && expects_ipv6 != is_ipv6[index] {
            let detail = format!("expected an {family} value as indicated by `ipFamilies[{index}]`");
            faults.invalid(&list.index(index), address.as_str(), &detail);
        }
    }
}

/// No two ports, and no two node ports, are the same; a Service of type ClusterIP has no node ports.
fn different_ports(ports: &[ServicePort], type_: &str, list: &Path<'_>, faults: &mut Faults) {
    let node_ports = || {
        let given = |port: &&ServicePort| port.node_port.unwrap_or(0) != 0;
        ports.iter().enumerate().filter(move |(_, port)| given(port))
    };
    if type_ == "ClusterIP" {
        for (index, _) in node_ports() {
            let detail = "may not be used when `type` is 'ClusterIP'";
            faults.forbidden(&list.index(index).child("nodePort"), detail);
        }
    }
    let mut taken = BTreeSet::new();
    for (index, port) in node_ports() {
        let number = port.node_port.unwrap_or(0);
        if !taken.insert((&port.protocol, number)) {
            faults.duplicate(&list.index(index).child("nodePort"), number, "");
        }
    }
    let mut taken = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        if !taken.insert((&port.protocol, port.port)) {
            let shown = format!(
                "core.ServicePort{{Name:\"\", Protocol:{}, AppProtocol:(*string)(nil), Port:{}, TargetPort:intstr.IntOrString{{Type:0, IntVal:0, StrVal:\"\"}}, NodePort:0}}",
                quote(port.protocol.as_deref().unwrap_or_default()),
                port.port
            );
            faults.duplicate(&list.index(index), Shown::ready(shown), "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_places};

    fn service(spec: &str) -> String {
        format!("apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{{spec}}}\n")
    }

    /// `TestValidateServiceCreate`, `TestValidateServiceClusterIPsRelatedFields`
    /// (pkg/apis/core/validation).
    #[test]
    fn good_services() {
        for good in [
            "selector: {a: b}",
            "ports: [{port: 80, targetPort: http}], clusterIP: 10.0.0.1",
            "ports: [{port: 80, name: a, nodePort: 30080}, {port: 80, protocol: UDP, name: b, nodePort: 30080}], type: NodePort",
            "clusterIP: None, ports: [{port: 80}]",
            "type: ExternalName, externalName: example.com.",
            "clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, \"2001:db8::1\"], ipFamilies: [IPv4, IPv6], ipFamilyPolicy: RequireDualStack",
        ] {
            check(&service(good), &[]);
        }
        check("apiVersion: v1\nkind: Service\nmetadata: {name: s}\n", &[]);
    }

    #[test]
    fn ports() {
        check(
            &service("ports: [{port: 0, protocol: http}, {port: 80, name: A, targetPort: 0a-}]"),
            &[
                "spec.ports[0].name: Required value",
                "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
                "spec.ports[0].protocol: Unsupported value: \"http\": supported values: \"SCTP\", \"TCP\", \"UDP\"",
                "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
                "spec.ports[1].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
                "spec.ports[1].targetPort: Invalid value: \"0a-\": must not begin or end with a hyphen",
            ],
        );
        check(
            &service("ports: [{port: 80, name: a, nodePort: 30000}, {port: 80, name: a}]"),
            &[
                "spec.ports[1].name: Duplicate value: \"a\"",
                "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
                "spec.ports[1]: Duplicate value: core.ServicePort{Name:\"\", Protocol:\"TCP\", AppProtocol:(*string)(nil), Port:80, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}, NodePort:0}",
            ],
        );
        check(
            &service(
                "type: NodePort, ports: [{port: 80, name: a, nodePort: 30000}, {port: 81, name: b, nodePort: 30000}]",
            ),
            &["spec.ports[1].nodePort: Duplicate value: 30000"],
        );
    }

    #[test]
    fn addresses() {
        check_places(
            &service("clusterIP: 10.0.0.300"),
            &[(
                "spec.clusterIP[0]",
                "spec.clusterIPs[0]: Invalid value: \"10.0.0.300\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
            )],
        );
        for (spec, told) in [
            (
                "clusterIPs: [10.0.0.1]",
                "spec.clusterIPs: Invalid value: []string{\"10.0.0.1\"}: must be empty when `clusterIP` is not specified",
            ),
            (
                "clusterIP: 10.0.0.2, clusterIPs: [10.0.0.1]",
                "spec.clusterIPs: Invalid value: []string{\"10.0.0.1\"}: first value must match `clusterIP`",
            ),
            (
                "clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 10.0.0.2]",
                "spec.clusterIPs: Invalid value: []string{\"10.0.0.1\", \"10.0.0.2\"}: may specify no more than one IP for each IP family",
            ),
            (
                "clusterIP: 10.0.0.1, ipFamilies: [IPv6]",
                "spec.clusterIPs[0]: Invalid value: \"10.0.0.1\": expected an IPv6 value as indicated by `ipFamilies[0]`",
            ),
            (
                "clusterIP: None, type: NodePort",
                "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services",
            ),
            (
                "ipFamilies: [IPv5]",
                "spec.ipFamilies[0]: Unsupported value: \"IPv5\": supported values: \"IPv4\", \"IPv6\"",
            ),
            (
                "ipFamilyPolicy: DualStack",
                "spec.ipFamilyPolicy: Unsupported value: \"DualStack\": supported values: \"PreferDualStack\", \"RequireDualStack\", \"SingleStack\"",
            ),
        ] {
            check(&service(spec), &[told]);
        }
    }

    #[test]
    fn types_and_affinity() {
        for (spec, told) in [
            (
                "type: NodePorts",
                "spec.type: Unsupported value: \"NodePorts\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"",
            ),
            ("type: ExternalName", "spec.externalName: Required value"),
            (
                "type: ExternalName, externalName: a, clusterIP: 10.0.0.1",
                "spec.clusterIPs: Forbidden: may not be set for ExternalName services",
            ),
            (
                "sessionAffinity: Sticky",
                "spec.sessionAffinity: Unsupported value: \"Sticky\": supported values: \"ClientIP\", \"None\"",
            ),
            (
                "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 100000}}",
                "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 100000: must be greater than 0 and less than 86400",
            ),
        ] {
            check(&service(spec), &[told]);
        }
    }
}
