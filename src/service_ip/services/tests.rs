//! Services created, updated and deleted, after Kubernetes' own tests (`storage_test.go`, v1.32).

use super::*;
use crate::api::ServiceIpBehaviour;
use crate::kernel::{Draw, DrawUse, Draws, Seed};
use crate::service_ip::cidr::Cidr;
use crate::service_ip::port_range::PortRange;

const BITMAP: ServiceIpBehaviour = ServiceIpBehaviour {
    static_subrange: true,
    node_port_static_subrange: true,
    ip_address_objects: false,
    dual_write: false,
    dual_write_bitmap_first: false,
    overflow_safe_start: false,
};

fn cluster(cidrs: &[&str]) -> ServiceAllocators {
    let allocator =
        |cidr: &&str| Allocator::new(Cidr::parse(cidr).expect("a CIDR"), &BITMAP).expect("a range");
    let ports = PortAllocator::new(PortRange::parse("30000-30031").expect("a range"), true);
    ServiceAllocators::new(cidrs.iter().map(allocator).collect(), ports)
}

fn dual() -> ServiceAllocators {
    cluster(&["10.0.0.0/24", "fd00::/120"])
}

fn draw() -> Draw {
    Draws::new(Seed(1), 0).stream(DrawUse(1), 0)
}

fn of_type(type_: ServiceType) -> Service {
    Service { name: "s".to_owned(), type_, has_selector: true, ..Service::default() }
}

fn port(name: &str, protocol: Protocol, port: u16, node_port: u16) -> ServicePort {
    ServicePort { name: name.to_owned(), protocol, port, node_port }
}

fn used(allocators: &ServiceAllocators) -> (u64, usize) {
    let addresses = allocators.ips.iter().map(IpAllocator::used).sum();
    (addresses, allocators.node_ports.places().used())
}

/// Creates a Service, which must succeed.
fn create(allocators: &mut ServiceAllocators, service: Service) -> Service {
    let mut service = service;
    allocators.create(&mut service, &mut draw()).expect("created");
    service
}

fn refused(allocators: &mut ServiceAllocators, service: &Service) -> String {
    let (mut wanted, before) = (service.clone(), allocators.clone());
    let error = allocators.create(&mut wanted, &mut draw()).expect_err("refused").to_string();
    assert_eq!((&wanted, &*allocators), (service, &before), "nothing is left behind");
    error
}

#[test]
fn policies_and_families_follow_the_cluster() {
    use Family::{IPv4, IPv6};
    use FamilyPolicy::{PreferDualStack, RequireDualStack, SingleStack};
    let single = || cluster(&["10.0.0.0/24"]);
    for (mut allocators, policy, asked, given) in [
        (single(), None, vec![], vec![IPv4]),
        (single(), Some(PreferDualStack), vec![], vec![IPv4]),
        (dual(), None, vec![], vec![IPv4]),
        (dual(), None, vec![IPv6], vec![IPv6]),
        (dual(), Some(SingleStack), vec![IPv6], vec![IPv6]),
        (dual(), Some(PreferDualStack), vec![], vec![IPv4, IPv6]),
        (dual(), Some(RequireDualStack), vec![IPv6], vec![IPv6, IPv4]),
        (cluster(&["fd00::/120", "10.0.0.0/24"]), Some(PreferDualStack), vec![], vec![IPv6, IPv4]),
    ] {
        let wanted =
            Service { ip_family_policy: policy, ip_families: asked, ..of_type(ServiceType::ClusterIP) };
        let service = create(&mut allocators, wanted);
        assert_eq!(service.ip_families, given);
        let families: Vec<Family> =
            service.cluster_ips.iter().map(|address| Family::of(address.expect("given"))).collect();
        assert_eq!((families, service.ip_family_policy), (given, policy.or(Some(SingleStack))));
        assert_eq!(used(&allocators).0, service.cluster_ips.len() as u64);
        allocators.delete(&service);
        assert_eq!(used(&allocators), (0, 0));
    }
}

#[test]
fn headless_and_external_services_get_no_address() {
    let mut allocators = dual();
    let headless = Service { headless: true, ..of_type(ServiceType::ClusterIP) };
    assert_eq!(create(&mut allocators, headless.clone()).ip_families, [Family::IPv4]);
    let bare = Service { has_selector: false, ..headless };
    let created = create(&mut cluster(&["10.0.0.0/24"]), bare);
    assert_eq!(created.ip_families, [Family::IPv4, Family::IPv6], "even where the cluster has one family");
    assert_eq!(created.ip_family_policy, Some(FamilyPolicy::RequireDualStack));
    let external = create(&mut allocators, of_type(ServiceType::ExternalName));
    assert_eq!((external.ip_families.len(), external.ip_family_policy), (0, None));
    assert_eq!(used(&allocators), (0, 0));
}

#[test]
fn what_does_not_fit_is_refused_in_kubernetes_words() {
    let mut single = cluster(&["10.0.0.0/24"]);
    let base = of_type(ServiceType::ClusterIP);
    let dual_stack = Service { ip_family_policy: Some(FamilyPolicy::RequireDualStack), ..base.clone() };
    assert_eq!(
        refused(&mut single, &dual_stack),
        "Service \"s\" is invalid: spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services"
    );
    let ipv6 = Service { ip_families: vec![Family::IPv6], ..base.clone() };
    assert_eq!(
        refused(&mut single, &ipv6),
        "Service \"s\" is invalid: spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster"
    );
    let address = |text: &str| Some(text.parse().expect("an address"));
    let both = Service { cluster_ips: vec![address("10.0.0.9"), address("fd00::9")], ..base.clone() };
    assert!(refused(&mut dual(), &both).contains("when multiple cluster IPs are specified"));
    assert!(refused(&mut single, &Service { ip_family_policy: dual_stack.ip_family_policy, ..both.clone() })
        .contains("spec.clusterIPs[1]: Invalid value: []string{\"10.0.0.9\", \"fd00::9\"}: IPv6 is not configured on this cluster"));
    let mut allocators = dual();
    let first = Service { cluster_ips: vec![address("10.0.0.9")], ..base.clone() };
    create(&mut allocators, first.clone());
    assert_eq!(
        refused(&mut allocators, &first),
        "Service \"s\" is invalid: spec.clusterIPs: Invalid value: []string{\"10.0.0.9\"}: failed to allocate IP 10.0.0.9: provided IP is already allocated"
    );
    let outside = Service { cluster_ips: vec![address("10.0.1.9")], ..base };
    assert!(refused(&mut allocators, &outside).ends_with(
        "failed to allocate IP 10.0.1.9: the provided IP (10.0.1.9) is not in the valid range. The range of valid IPs is 10.0.0.0/24"
    ));
    let second_taken = Service {
        ip_family_policy: Some(FamilyPolicy::RequireDualStack),
        ip_families: vec![Family::IPv6, Family::IPv4],
        cluster_ips: vec![None, address("10.0.0.9")],
        ..of_type(ServiceType::ClusterIP)
    };
    refused(&mut allocators, &second_taken);
}

#[test]
fn a_service_whose_ports_fail_gives_its_address_back() {
    let mut allocators = dual();
    let mut service = of_type(ServiceType::NodePort);
    service.ports = vec![port("a", Protocol::Tcp, 80, 0), port("b", Protocol::Tcp, 81, 40_000)];
    assert_eq!(
        refused(&mut allocators, &service),
        "Service \"s\" is invalid: spec.ports[1].nodePort: Invalid value: 40000: provided port is not in the valid range. The range of valid ports is 30000-30031"
    );
    service.ports = (1..=33).map(|number| port(&format!("p{number}"), Protocol::Tcp, number, 0)).collect();
    assert_eq!(
        refused(&mut allocators, &service),
        "Internal error occurred: failed to allocate a nodePort: range is full"
    );
}

#[test]
fn load_balancers_may_do_without_node_ports_but_not_without_health_checks() {
    let mut allocators = dual();
    let mut service = of_type(ServiceType::LoadBalancer);
    service.no_load_balancer_node_ports = true;
    service.external_traffic_local = true;
    service.ports = vec![port("a", Protocol::Tcp, 80, 0), port("b", Protocol::Tcp, 81, 30_001)];
    let created = create(&mut allocators, service.clone());
    assert_eq!((created.ports[0].node_port, created.ports[1].node_port), (0, 30_001));
    assert!(created.health_check_node_port >= 30_016, "from the dynamic band");
    assert_eq!(used(&allocators), (1, 2));
    let mut cluster_wide = Service { external_traffic_local: false, ..created.clone() };
    allocators.update(&created, &mut cluster_wide, &mut draw()).expect("updated");
    assert_eq!((cluster_wide.health_check_node_port, used(&allocators)), (0, (1, 1)));
    service.health_check_node_port = 30_001;
    assert_eq!(
        refused(&mut allocators, &Service { ports: Vec::new(), ..service }),
        "Internal error occurred: failed to allocate requested HealthCheck NodePort 30001: provided port is already allocated"
    );
    allocators.delete(&cluster_wide);
    assert_eq!(used(&allocators), (0, 0));
}

#[test]
fn updates_of_the_type_take_and_give_back() {
    let mut allocators = dual();
    let mut random = draw();
    let mut service = of_type(ServiceType::ClusterIP);
    service.ports = vec![port("a", Protocol::Tcp, 80, 0), port("b", Protocol::Udp, 80, 0)];
    let created = create(&mut allocators, service);
    let mut change = |old: &Service, type_, expected| {
        let mut new = Service { type_, ..old.clone() };
        allocators.update(old, &mut new, &mut random).expect("updated");
        assert_eq!(used(&allocators), expected, "{type_:?}");
        new
    };
    // Unlike on creation, an update gives each protocol a node port of its own.
    let node_port = change(&created, ServiceType::NodePort, (1, 2));
    assert_ne!(node_port.ports[0].node_port, node_port.ports[1].node_port);
    let balancer = change(&node_port, ServiceType::LoadBalancer, (1, 2));
    assert_eq!(balancer.ports, node_port.ports);
    let external = change(&balancer, ServiceType::ExternalName, (0, 0));
    assert!(external.cluster_ips.is_empty() && external.ports.iter().all(|port| port.node_port == 0));
    let back = change(&external, ServiceType::NodePort, (1, 2));
    change(&back, ServiceType::ClusterIP, (1, 0));
}

#[test]
fn updates_of_the_policy_take_and_give_back_the_second_address() {
    let mut allocators = dual();
    let mut random = draw();
    let created = create(&mut allocators, of_type(ServiceType::ClusterIP));
    let mut both = Service { ip_family_policy: Some(FamilyPolicy::RequireDualStack), ..created.clone() };
    allocators.update(&created, &mut both, &mut random).expect("updated");
    assert_eq!((both.cluster_ips.len(), both.cluster_ips[0]), (2, created.cluster_ips[0]));
    let mut fewer = Service { cluster_ips: both.cluster_ips[..1].to_vec(), ..both.clone() };
    let error = allocators.update(&both, &mut fewer, &mut random).expect_err("refused").to_string();
    assert!(error.contains("must be 'SingleStack' to release the secondary cluster IP"), "{error}");
    let mut one = Service { ip_family_policy: Some(FamilyPolicy::SingleStack), ..both.clone() };
    allocators.update(&both, &mut one, &mut random).expect("updated");
    assert_eq!((one.cluster_ips, one.ip_families.len(), used(&allocators)), (created.cluster_ips, 1, (1, 0)));
}

#[test]
fn updates_keep_what_is_not_given_and_refuse_another_first_address() {
    let mut allocators = dual();
    let mut random = draw();
    let mut service = of_type(ServiceType::NodePort);
    service.ports = vec![port("a", Protocol::Tcp, 80, 0)];
    let created = create(&mut allocators, service.clone());
    // The same manifest again, with another port more.
    service.ports.push(port("b", Protocol::Tcp, 81, 30_002));
    allocators.update(&created, &mut service, &mut random).expect("updated");
    assert_eq!(
        (&service.cluster_ips, service.ports[0].node_port),
        (&created.cluster_ips, created.ports[0].node_port)
    );
    assert_eq!(used(&allocators), (1, 2));
    let other = created.cluster_ips[0] != Some("10.0.0.9".parse().expect("an address"));
    let address = if other { "10.0.0.9" } else { "10.0.0.8" };
    let mut moved =
        Service { cluster_ips: vec![Some(address.parse().expect("an address"))], ..service.clone() };
    let error = allocators.update(&service, &mut moved, &mut random).expect_err("refused").to_string();
    assert!(error.ends_with("may not change once set"), "{error}");
    let mut twice = service.clone();
    twice.ports[0].node_port = 30_002;
    let error = allocators.update(&service, &mut twice, &mut random).expect_err("refused").to_string();
    assert_eq!((error.as_str(), used(&allocators)), ("duplicate nodePort: {TCP 30002}", (1, 2)));
}
