//! The allocators of Service IPs and node ports against naive twins that hold one truth value for each
//! address and try one after the other, draw for draw; and what must hold after any operations.

use std::collections::BTreeSet;
use std::net::IpAddr;

use kubecast::api::{Protocol, ServiceIpBehaviour};
use kubecast::kernel::{Draw, DrawUse, Draws, Seed};
use kubecast::service_ip::probability::{Setting, Target};
use kubecast::service_ip::services::{FamilyPolicy, ServicePort, ServiceType};
use kubecast::service_ip::{
    AllocationError, Allocator, Cidr, Family, IpAllocator, IpRange, PortAllocator, PortRange, RandomSource,
    Service, ServiceAllocators,
};
use proptest::prelude::*;

fn draw(seed: u64) -> Draw {
    Draws::new(Seed(seed), 0).stream(DrawUse(1), 0)
}

/// Random numbers with a bad habit: they often lie at the ends of what is asked for. Each call is noted.
struct Biased {
    draw: Draw,
    calls: Vec<(&'static str, u64, u64)>,
}

impl Biased {
    fn new(seed: u64) -> Self {
        Self { draw: draw(seed), calls: Vec::new() }
    }

    fn note(&mut self, function: &'static str, bound: u64) -> u64 {
        let value = match self.draw.below(4) {
            0 => 0,
            1 => bound - 1,
            2 => bound.min(3) - 1,
            _ => self.draw.below(bound),
        };
        self.calls.push((function, bound, value));
        value
    }
}

impl RandomSource for Biased {
    fn intn(&mut self, bound: u64) -> u64 {
        self.note("Intn", bound)
    }

    fn int63n(&mut self, bound: u64) -> u64 {
        self.note("Int63n", bound)
    }

    fn uint64(&mut self) -> u64 {
        self.note("Uint64", u64::MAX)
    }
}

/// Both allocators as they are written down in the rules: one address after the other.
struct Naive {
    range: IpRange,
    counts: bool,
    taken: BTreeSet<u64>,
}

impl Naive {
    fn next(&mut self, random: &mut Biased) -> Option<u64> {
        let (size, offset) = (self.range.size(), self.range.offset());
        if self.counts && self.taken.len() as u64 == size || size == offset {
            return None;
        }
        let bound = size - offset;
        let start = if self.counts { random.intn(bound) } else { random.int63n(bound) };
        let mut order: Vec<u64> = (0..bound).map(|step| offset + (start + step) % bound).collect();
        if order.iter().all(|place| self.taken.contains(place)) {
            if offset == 0 {
                return None;
            }
            let start = random.intn(offset);
            order = (0..offset).map(|step| (start + step) % offset).collect();
        }
        let found = order.into_iter().find(|place| !self.taken.contains(place))?;
        self.taken.insert(found);
        Some(found)
    }
}

#[derive(Clone, Debug)]
enum Operation {
    Next(u8),
    Allocate(u64),
    Release(u64),
    ReleaseHeld(usize),
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => (1_u8..40).prop_map(Operation::Next),
        2 => (0_u64..600).prop_map(Operation::Allocate),
        1 => (0_u64..600).prop_map(Operation::Release),
        2 => any::<usize>().prop_map(Operation::ReleaseHeld),
    ]
}

fn behaviour(ip_address_objects: bool, static_subrange: bool) -> ServiceIpBehaviour {
    ServiceIpBehaviour {
        static_subrange,
        node_port_static_subrange: true,
        ip_address_objects,
        dual_write: false,
        dual_write_bitmap_first: false,
        overflow_safe_start: true,
    }
}

const CIDRS: [&str; 12] = [
    "10.0.0.0/24",
    "10.0.0.0/25",
    "10.0.0.32/27",
    "10.0.0.0/28",
    "10.0.0.0/30",
    "10.0.0.0/31",
    "255.255.255.0/24",
    "fd00::/120",
    "fd00::/123",
    "fd00::/124",
    "fd00::/127",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn allocators_equal_their_naive_twins_draw_for_draw(
        cidr in 0..CIDRS.len(),
        (objects, split) in prop_oneof![Just((true, true)), Just((false, true)), Just((false, false))],
        operations in prop::collection::vec(operation(), 0..60),
        seed in any::<u64>(),
    ) {
        let cidr = Cidr::parse(CIDRS[cidr]).expect("a CIDR");
        let behaviour = behaviour(objects, split);
        let mut allocator = Allocator::new(cidr, &behaviour).expect("a range");
        let range = Allocator::range(cidr, &behaviour).expect("a range");
        let mut twin = Naive { range, counts: !objects, taken: BTreeSet::new() };
        let (mut random, mut twins) = (Biased::new(seed), Biased::new(seed));
        // Places count from the first usable address; those of `operation` begin below the range.
        let address = |place: u64| {
            let number = cidr.base().checked_add(u128::from(place))?.checked_sub(2)?;
            (number <= cidr.top() || cidr.family() == Family::IPv6 || number <= u128::from(u32::MAX))
                .then(|| cidr.family().address(number))
        };
        for operation in operations {
            match operation {
                Operation::Next(times) => for _ in 0..times {
                    let given = allocator.allocate_next(&mut random);
                    let expected = twin.next(&mut twins).map(|place| range.address(place));
                    prop_assert_eq!(given, expected.ok_or(AllocationError::Full));
                },
                Operation::Allocate(place) => if let Some(address) = address(place) {
                    let expected = match range.place(address) {
                        None => Err(AllocationError::NotInRange { address, range: cidr }),
                        Some(place) if twin.taken.insert(place) => Ok(()),
                        Some(_) => Err(AllocationError::Allocated),
                    };
                    prop_assert_eq!(allocator.allocate(address), expected);
                },
                Operation::Release(place) => if let Some(address) = address(place) {
                    let was_taken = range.place(address).is_some_and(|place| twin.taken.remove(&place));
                    prop_assert_eq!(allocator.release(address), was_taken);
                },
                Operation::ReleaseHeld(index) => if let Some(place) = twin.taken.iter().nth(index % twin.taken.len().max(1)).copied() {
                    twin.taken.remove(&place);
                    prop_assert!(allocator.release(range.address(place)));
                },
            }
            prop_assert_eq!(&random.calls, &twins.calls);
            prop_assert_eq!(allocator.used(), twin.taken.len() as u64);
        }
        let held = (0..range.size()).filter(|place| allocator.has(range.address(*place))).count() as u64;
        prop_assert_eq!(held, allocator.used(), "used and free make up the range");
    }

    #[test]
    fn services_hold_what_is_used_and_nothing_twice(
        changes in prop::collection::vec((any::<u64>(), 0_u8..5), 1..120),
        objects in any::<bool>(),
    ) {
        let allocator = |cidr| {
            Allocator::new(Cidr::parse(cidr).expect("a CIDR"), &behaviour(objects, true)).expect("a range")
        };
        let ports = PortAllocator::new(PortRange::parse("30000-30039").expect("a range"), true);
        let mut allocators = ServiceAllocators::new(vec![allocator("10.0.0.0/27"), allocator("fd00::/123")], ports);
        let mut services: Vec<Service> = Vec::new();
        for (seed, change) in changes {
            let mut random = draw(seed);
            let index = random.below(services.len().max(1) as u64) as usize;
            match change {
                0 if !services.is_empty() => allocators.delete(&services.swap_remove(index)),
                1 | 2 if !services.is_empty() => {
                    let mut new = changed(&services[index], &mut random);
                    if allocators.update(&services[index], &mut new, &mut random).is_ok() {
                        services[index] = new;
                    }
                }
                _ => {
                    let mut service = any_service(&mut random);
                    if allocators.create(&mut service, &mut random).is_ok() {
                        services.push(service);
                    }
                }
            }
            held_once(&allocators, &services)?;
        }
        for service in &services {
            allocators.delete(service);
        }
        held_once(&allocators, &[])?;
    }
}

/// Every address and port that is used belongs to exactly one Service.
fn held_once(allocators: &ServiceAllocators, services: &[Service]) -> Result<(), TestCaseError> {
    let addresses: Vec<IpAddr> =
        services.iter().flat_map(|service| service.cluster_ips.iter().copied().flatten()).collect();
    let different: BTreeSet<IpAddr> = addresses.iter().copied().collect();
    prop_assert_eq!(different.len(), addresses.len(), "an address is held twice");
    let used = [Family::IPv4, Family::IPv6].map(|family| allocators.ip(family).expect("dual-stack").used());
    prop_assert_eq!(used.iter().sum::<u64>(), addresses.len() as u64);
    let ports: Vec<BTreeSet<u16>> = services.iter().map(node_ports).collect();
    let all: BTreeSet<u16> = ports.iter().flatten().copied().collect();
    prop_assert_eq!(all.len(), ports.iter().map(BTreeSet::len).sum::<usize>(), "a port is held twice");
    prop_assert_eq!(all.len(), allocators.node_ports.places().used());
    Ok(())
}

fn node_ports(service: &Service) -> BTreeSet<u16> {
    let own = service.ports.iter().map(|port| port.node_port);
    own.chain([service.health_check_node_port]).filter(|port| *port != 0).collect()
}

const TYPES: [ServiceType; 4] =
    [ServiceType::ClusterIP, ServiceType::ExternalName, ServiceType::LoadBalancer, ServiceType::NodePort];
const PROTOCOLS: [Protocol; 3] = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];

fn any_service(random: &mut Draw) -> Service {
    let type_ = TYPES[random.below(4) as usize];
    let may_ask = matches!(type_, ServiceType::LoadBalancer | ServiceType::NodePort);
    let mut service = Service {
        name: "s".to_owned(),
        type_,
        has_selector: random.below(4) > 0,
        headless: type_ == ServiceType::ClusterIP && random.below(6) == 0,
        no_load_balancer_node_ports: random.below(3) == 0,
        external_traffic_local: random.below(3) == 0,
        ..Service::default()
    };
    for index in 0..random.below(4) {
        let node_port = if may_ask && random.below(4) == 0 { 29_999 + random.below(42) as u16 } else { 0 };
        let (port, protocol) = (80 + random.below(3) as u16, PROTOCOLS[random.below(3) as usize]);
        // No two with the same protocol and node port, nor port; validation sees to it.
        if service.ports.iter().all(|other| {
            other.protocol != protocol
                || (other.port != port && (node_port == 0 || other.node_port != node_port))
        }) {
            service.ports.push(ServicePort { name: format!("p{index}"), protocol, port, node_port });
        }
    }
    if type_ == ServiceType::ExternalName {
        service.ports.clear();
        return service;
    }
    let policies = [
        None,
        Some(FamilyPolicy::SingleStack),
        Some(FamilyPolicy::PreferDualStack),
        Some(FamilyPolicy::RequireDualStack),
    ];
    service.ip_family_policy = policies[random.below(4) as usize];
    if !service.headless && random.below(3) == 0 {
        let text = format!("10.0.0.{}", random.below(34));
        service.cluster_ips = vec![Some(text.parse().expect("an address"))];
    }
    service
}

/// The Service with another type, policy or ports.
fn changed(old: &Service, random: &mut Draw) -> Service {
    let new = any_service(random);
    match random.below(3) {
        0 if !old.headless => Service { type_: new.type_, ..old.clone() },
        1 => Service { ip_family_policy: new.ip_family_policy, ..old.clone() },
        _ if new.type_ == old.type_ => Service { ports: new.ports, ..old.clone() },
        _ => Service { external_traffic_local: new.external_traffic_local, ..old.clone() },
    }
}

/// A source that gives one number of 64 bits.
struct Fixed(u64);

impl RandomSource for Fixed {
    fn intn(&mut self, _: u64) -> u64 {
        0
    }

    fn int63n(&mut self, _: u64) -> u64 {
        unreachable!("the range is too large for Int63n")
    }

    fn uint64(&mut self) -> u64 {
        self.0
    }
}

#[test]
fn before_1_35_half_the_addresses_of_64_bits_lie_below_the_range() {
    let behaviour = ServiceIpBehaviour { overflow_safe_start: false, ..behaviour(true, true) };
    for (cidr, value, found) in [
        // kubernetes#138374: the dynamic band begins at fd22:ff0::101. The start 0x849ac484cfc070a7 is 2⁶³ or more, so
        // 2⁶⁴ less: fd22:ff0:: − 2⁶⁴ + 0x101 + 0x849ac484cfc070a7 is the address of the report.
        ("fd22:ff0::/64", 0x849a_c484_cfc0_70a7, "fd22:fef:ffff:ffff:849a:c484:cfc0:71a8"),
        // The ends of int64: 2⁶³ − 1 is the last within, 2⁶³ the first before it. 2⁶⁴ − 1 is −1.
        ("fd00::/64", 0, "fd00::101"),
        ("fd00::/64", i64::MAX as u64, "fd00::8000:0:0:100"),
        ("fd00::/64", 1 << 63, "fcff:ffff:ffff:ffff:8000::101"),
        ("fd00::/64", u64::MAX, "fd00::100"),
        // 257 − 258 loses its sign.
        ("::/64", u64::MAX - 257, "::1"),
    ] {
        let mut allocator = Allocator::new(Cidr::parse(cidr).expect("a CIDR"), &behaviour).expect("a range");
        let found: IpAddr = found.parse().expect("an address");
        assert_eq!(allocator.allocate_next(&mut Fixed(value)), Ok(found), "{cidr} {value}");
        assert_eq!((allocator.has(found), allocator.used()), (true, 1));
        assert!(allocator.release(found) && allocator.used() == 0);
    }
}

#[test]
fn ranges_of_64_bits_are_searched_at_their_ends() {
    for cidr in ["fd00::/64", "ffff:ffff:ffff:ffff::/64"] {
        let cidr = Cidr::parse(cidr).expect("a CIDR");
        let behaviour = behaviour(true, true);
        let mut allocator = Allocator::new(cidr, &behaviour).expect("a range");
        let first_dynamic = cidr.base() + 257;
        for (value, found) in [
            (0, first_dynamic),
            (5, first_dynamic + 5),
            (u64::MAX - 258, cidr.top() - 1),
            (u64::MAX - 257, cidr.top()),
            // A start behind the range is the first again; one behind all addresses ends the search, and
            // the static band is asked.
            (u64::MAX - 256, if cidr.top() == u128::MAX { cidr.base() + 1 } else { first_dynamic + 1 }),
            (u64::MAX - 100, cidr.top() - 99),
        ] {
            let given = allocator.allocate_next(&mut Fixed(value)).expect("nearly empty");
            assert_eq!(given, cidr.family().address(found), "{cidr} {value}");
        }
    }
}

#[test]
fn installations_agree_with_the_odds() {
    // 100 Services in a /24 beside `kubernetes`: 0.3955 for the tenth address (not 100/254 = 0.3937); with the
    // static band never, until the dynamic band is full.
    let installations = 40_000;
    let tenth: IpAddr = "10.96.0.10".parse().expect("an address");
    let mut taken = 0;
    for installation in 0..installations {
        let mut range =
            Allocator::new(Cidr::parse("10.96.0.0/24").expect("a CIDR"), &behaviour(false, false))
                .expect("a range");
        range.allocate("10.96.0.1".parse().expect("an address")).expect("the Service kubernetes is first");
        let mut random = draw(installation);
        for _ in 0..100 {
            range.allocate_next(&mut random).expect("room");
        }
        taken += u32::from(range.allocate(tenth) == Err(AllocationError::Allocated));
    }
    let setting = Setting { size: 254, offset: 0, held: vec![0], services: 100 };
    let exact = setting.exactly(&Target::Address(9)).expect("within reach").probability;
    let share = f64::from(taken) / installations as f64;
    let error = (exact * (1.0 - exact) / installations as f64).sqrt();
    assert!((share - exact).abs() < 4.0 * error, "{share} and {exact}");
    assert!((exact - 0.3955).abs() < 5e-5, "{exact}");
    let mut range = Allocator::new(Cidr::parse("10.96.0.0/24").expect("a CIDR"), &behaviour(true, true))
        .expect("a range");
    let mut random = draw(1);
    for _ in 0..238 {
        range.allocate_next(&mut random).expect("room");
        assert!(!range.has(tenth));
    }
    let static_band: Vec<IpAddr> = (0..16).map(|_| range.allocate_next(&mut random).expect("room")).collect();
    assert!(static_band.contains(&tenth));
    assert_eq!(range.allocate_next(&mut random), Err(AllocationError::Full));
}
