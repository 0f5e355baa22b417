//! Questions that are refused, and what is said about others.

use std::collections::BTreeMap;

use super::*;
use crate::api::behaviour::{Behaviour, Release};

fn question(release: u8, cidrs: &[&str], addresses: &[&str]) -> Question {
    let (behaviour, _) = Behaviour::resolve(Release::one(release), &BTreeMap::new()).expect("defaults");
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    Question {
        cidrs: texts(cidrs),
        addresses: texts(addresses),
        held: Vec::new(),
        services: 100,
        flow: None,
        behaviour: behaviour.service_ip,
        seed: Seed(1),
    }
}

/// Release, ranges, addresses, and what is said.
type Refused = (u8, &'static [&'static str], &'static [&'static str], &'static str);

const REFUSED: [Refused; 16] = [
    (
        32,
        &["10.0.0.1/24"],
        &[],
        "Invalid value: \"10.0.0.1/24\": must not have bits set beyond the prefix length",
    ),
    (
        32,
        &["10.0.0.0/8"],
        &[],
        "specified --service-cluster-ip-range is too large; for 32-bit addresses, the mask must be >= 12",
    ),
    (
        33,
        &["fd00::/64"],
        &[],
        "specified --service-cluster-ip-range is too large; for 128-bit addresses, the mask must be >= 108",
    ),
    (
        34,
        &["fd00::/63"],
        &[],
        "specified --service-cluster-ip-range is too large; for 128-bit addresses, the mask must be >= 64",
    ),
    (34, &["10.0.0.0/30"], &[], "the service cluster IP range must be at least 8 IP addresses"),
    (34, &["10.0.0.0/24", "10.1.0.0/31"], &[], "10.1.0.0/31 has no usable address"),
    (
        34,
        &["10.0.0.0/24", "10.0.0.0/16"],
        &[],
        "10.0.0.0/24 and 10.0.0.0/16 overlap: addresses of both belong to neither alone",
    ),
    (
        32,
        &["10.0.0.0/24", "10.1.0.0/24"],
        &[],
        "--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family",
    ),
    (
        32,
        &["10.0.0.0/24", "fd00::/120", "10.1.0.0/24"],
        &[],
        "--service-cluster-ip-range must not contain more than two entries",
    ),
    (
        34,
        &["10.0.0.0/24"],
        &["10.0.1.5"],
        "failed to allocate IP 10.0.1.5: the provided IP (10.0.1.5) is not in the valid range. The range of valid IPs is 10.0.0.0/24",
    ),
    (
        34,
        &["10.0.0.0/24"],
        &["10.0.0.0"],
        "failed to allocate IP 10.0.0.0: the provided IP (10.0.0.0) is not in the valid range. The range of valid IPs is 10.0.0.0/24: it is the address of the network",
    ),
    (
        34,
        &["10.0.0.0/24"],
        &["10.0.0.255"],
        "failed to allocate IP 10.0.0.255: the provided IP (10.0.0.255) is not in the valid range. The range of valid IPs is 10.0.0.0/24: it is the broadcast address",
    ),
    (
        34,
        &["10.0.0.0/24"],
        &["10.0.0.1"],
        "failed to allocate IP 10.0.0.1: provided IP is already allocated by the Service kubernetes",
    ),
    (34, &["10.0.0.0/24"], &["10.0.0.9", "10.0.0.9"], "Duplicate value: \"10.0.0.9\""),
    (
        34,
        &["10.0.0.0/24"],
        &["fd00::5"],
        "Invalid value: \"fd00::5\": IPv6 is not configured on this cluster",
    ),
    (
        34,
        &["10.0.0.0/24"],
        &["ten"],
        "Invalid value: \"ten\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
    ),
];

#[test]
fn wrong_questions_are_refused_in_kubernetes_words() {
    for (release, cidrs, addresses, told) in REFUSED {
        let faults = assess(&question(release, cidrs, addresses)).expect_err(told);
        assert_eq!(faults, [told], "{release} {cidrs:?} {addresses:?}");
    }
}

#[test]
fn a_split_range_keeps_dns_free_and_a_flat_one_does_not() {
    let split = assess(&question(34, &["10.96.0.0/24"], &["10.96.0.10"])).expect("an answer");
    let answer = split.ranges[0].addresses[0].2.expect("within reach");
    assert!(answer.probability.abs() < f64::EPSILON && split.ranges[0].warnings.is_empty());
    let flat = assess(&question(24, &["10.96.0.0/24"], &["10.96.0.10", "10.96.0.11"])).expect("an answer");
    let range = &flat.ranges[0];
    let chance = range.addresses[0].2.expect("within reach").probability;
    assert!((chance - 0.3955).abs() < 5e-5 && range.any.expect("two").probability > chance);
    assert!(range.warnings.iter().any(|warning| warning.contains("not split")));
    assert!(
        range.warnings.iter().any(|warning| warning.starts_with("10.96.0.11 lies right behind 10.96.0.10"))
    );
}

#[test]
fn two_families_and_times() {
    let mut asked = question(34, &["10.96.0.0/24", "fd00::/64"], &["fd00::a", "10.96.0.200"]);
    asked.services = 245;
    asked.flow = Some(Flow { arrivals_per_day: 2.0, departures_per_day: 0.0 });
    let answer = assess(&asked).expect("an answer");
    assert_eq!(answer.dual_stack_services, Some(253));
    let [ipv4, ipv6] = &answer.ranges[..] else { panic!("two ranges") };
    assert_eq!((ipv4.in_static_band, ipv4.held.len(), ipv6.held.len()), (7, 1, 0));
    assert_eq!(ipv4.exhaustion, Some([Time::Now, Time::Days(4.0)]));
    assert!(ipv4.warnings[0].starts_with("the dynamic band is full: 7 of the Services"));
    assert!(ipv4.warnings[1].starts_with("10.96.0.200 asked for in the dynamic band"));
    assert_eq!((ipv6.addresses[0].1, ipv6.warnings.len()), (Band::Static, 0));
    asked.held = vec!["10.96.0.10".to_owned()];
    assert_eq!(assess(&asked).expect("an answer").dual_stack_services, Some(252));
}
