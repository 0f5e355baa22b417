//! Documents about Service IPs: what is wrong with them, told in Kubernetes' words, and real manifests.

use kubecast::cluster::service_registry::ServiceEventKind;
use kubecast::kernel::{Seed, SimDuration};
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};
use kubecast::study::replication::run_once;

/// Loads one file and compares everything that is told about it.
fn check(text: &str, expected: &[&str]) {
    let source = SourceText { name: "f.yaml".into(), text: text.into() };
    let told = load(&[source], &LoadOptions::default(), &NoFiles).expect_err("a faulty document");
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(told, expected, "of the input\n{text}");
}

fn registries(fields: &str) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec:\n  serviceIPs: {{{fields}}}\n"
    )
}

#[test]
fn ranges_servers_and_entries() {
    let range = "spec.serviceIPs.serviceClusterIPRange";
    for (written, told) in [
        ("10.96.0.1/24", "Invalid value: \"10.96.0.1/24\": must not have bits set beyond the prefix length"),
        (
            "10.96.0.0/33",
            "Invalid value: \"10.96.0.0/33\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
        ),
        (
            "10.96.0.0/24,10.97.0.0/24",
            "--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family",
        ),
        ("10.96.0.0/30", "the service cluster IP range must be at least 8 IP addresses"),
    ] {
        let expected = format!("f.yaml:5:39: {range}: {told}");
        check(&registries(&format!("serviceClusterIPRange: \"{written}\"")), &[&expected]);
    }
    check(
        &registries("serviceClusterIPRange: 10.96.0.0/24, services: [{name: a, apiServer: b}]"),
        &["f.yaml:5:64: services/a: there is no API server \"b\""],
    );
    check(
        &registries(
            "serviceClusterIPRange: 10.96.0.0/24, apiServers: [{name: a, kubernetesVersion: \"1.2\"}]",
        ),
        &[
            "f.yaml:5:66: spec.serviceIPs.apiServers[0]: \"1.2\" is no supported Kubernetes release; write one of 1.24 to 1.38",
        ],
    );
    check(
        &registries("serviceClusterIPRange: 10.96.0.0/24, staleBitmapEntries: [10.96.0.255]"),
        &[
            "f.yaml:5:74: spec.serviceIPs.staleBitmapEntries/0: \"10.96.0.255\": the provided IP (10.96.0.255) is not in the valid range. The range of valid IPs is 10.96.0.0/24",
        ],
    );
}

#[test]
fn addresses_that_services_ask_for() {
    let service = |name: &str, address: &str| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{clusterIP: {address}, ports: [{{port: 80}}]}}\n"
        )
    };
    let told = |address: &str, why: &str| {
        format!(
            "Service \"a\" is invalid: spec.clusterIPs: Invalid value: []string{{\"{address}\"}}: failed to allocate IP {address}: {why}"
        )
    };
    let taken = "provided IP is already allocated";
    for (address, why) in [
        (
            "10.97.0.1",
            "the provided IP (10.97.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/24"
                .to_owned(),
        ),
        (
            "10.96.0.0",
            "the provided IP (10.96.0.0) is not in the valid range. The range of valid IPs is 10.96.0.0/24"
                .to_owned(),
        ),
        ("10.96.0.1", format!("{taken}; service/default/kubernetes has it")),
    ] {
        let text = registries("serviceClusterIPRange: 10.96.0.0/24") + &service("a", address);
        check(&text, &[&format!("f.yaml:10:7: service/default/a: {}", told(address, &why))]);
    }
    let two = registries("serviceClusterIPRange: 10.96.0.0/24")
        + &service("b", "10.96.0.9")
        + &service("a", "10.96.0.9");
    // Whichever stands first, they come in the order of their names.
    let twice = told("10.96.0.9", &format!("{taken}; service/default/a has it")).replace("\"a\"", "\"b\"");
    check(&two, &[&format!("f.yaml:10:7: service/default/b: {twice}")]);
}

#[test]
fn operations_need_registries() {
    let scenario = registries("serviceClusterIPRange: 10.96.0.0/24");
    let entry = |entry: &str| format!("{scenario}  timeline: [{{at: 1m, {entry}}}]\n");
    check(
        &entry("crashAPIServer: {name: apisever}"),
        &["f.yaml:6:39: spec.timeline[0]: there is no API server \"apisever\" (did you mean \"apiserver\"?)"],
    );
    check(
        &entry("addServiceCIDR: {name: a, cidrs: [10.96.0.1/24]}"),
        &[
            "f.yaml:6:39: spec.timeline[0]: spec.cidrs: Invalid value: \"10.96.0.1/24\": must not have bits set beyond the prefix length",
        ],
    );
    let without = scenario.replace("  serviceIPs: {serviceClusterIPRange: 10.96.0.0/24}\n", "");
    check(
        &format!("{without}  timeline: [{{at: 1m, crashAPIServer: {{name: a}}}}]\n"),
        &["f.yaml:5:39: spec.timeline[0]: there are no API servers without spec.serviceIPs"],
    );
}

#[test]
fn real_manifests_get_addresses_and_node_ports() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/inputs/manifests/microservices-demo.yaml");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there", path.display());
        return;
    };
    let scenario = "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec: {serviceIPs: {serviceClusterIPRange: 10.96.0.0/27}}\n";
    let sources = [("s.yaml", scenario), ("demo.yaml", &text)]
        .map(|(name, text)| SourceText { name: name.into(), text: text.into() });
    let resolved = load(&sources, &LoadOptions::default(), &NoFiles).expect("valid manifests");
    let record = run_once(&resolved.variants[0].setup, Seed(1), 0, true, None).1;
    let rows = record.service_ips.rows.iter();
    let created: Vec<_> = rows.filter(|(_, row)| row.kind == ServiceEventKind::Created).collect();
    assert_eq!(created.len(), 12);
    // frontend-external is a LoadBalancer: the only one with a node port.
    assert_eq!(created.iter().filter(|(_, row)| row.port.is_some()).count(), 1);
    assert_eq!(record.service_ips.in_use(), 13);
    assert!(created.iter().all(|(at, _)| SimDuration(at.0) < SimDuration::from_secs(1)));
}
