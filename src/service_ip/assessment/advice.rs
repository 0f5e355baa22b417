//! What to look out for in a range.

use super::{DNS_PLACE, Question, RangeAssessment};
use crate::service_ip::cidr::Family;
use crate::service_ip::range::Band;

/// The warnings, the gravest first.
pub(super) fn warnings(one: &RangeAssessment, asked: &[u64], question: &Question) -> Vec<String> {
    let mut warnings = Vec::new();
    fill(one, &mut warnings);
    let range = &one.range;
    let dns = one.dns().filter(|(_, band)| *band == Band::Dynamic);
    if range.offset() == 0 {
        let why = if question.behaviour.static_subrange {
            "a range of up to 16 addresses is not split"
        } else {
            "without ServiceIPStaticSubrange (on from 1.25, always on from 1.26) the range is not split"
        };
        let what = dns.map_or_else(String::new, |(dns, _)| {
            format!(", the tenth address {dns}, which many installers give to DNS, among them")
        });
        warnings.push(format!("{why}: every address is given out at random{what}"));
    } else if let Some((dns, _)) = dns {
        warnings.push(format!(
            "the tenth address {dns}, which many installers give to DNS, is in the dynamic band"
        ));
    }
    behind(one, asked, &mut warnings);
    let dynamic: Vec<String> = (asked.iter())
        .filter(|place| range.offset() > 0 && range.band_of(**place) == Band::Dynamic)
        .map(|place| range.address(*place).to_string())
        .collect();
    if let (false, Some((first, last))) = (dynamic.is_empty(), range.band(Band::Static)) {
        warnings.push(format!(
            "{} asked for in the dynamic band; addresses from {first} to {last} are given out last",
            dynamic.join(", ")
        ));
    }
    if range.cidr().family() == Family::IPv6 && u128::from(range.size()) + 1 < 1 << range.cidr().host_bits() {
        warnings.push(format!("the bitmap holds {} of the addresses of {} only", range.size(), range.cidr()));
    }
    warnings
}

fn fill(one: &RangeAssessment, warnings: &mut Vec<String>) {
    let free = one.free(Band::Static) + one.free(Band::Dynamic);
    if one.without_address > 0 {
        warnings.push(format!(
            "only {free} addresses are free: {} Services get none (\"range is full\")",
            one.without_address
        ));
    } else if one.in_static_band > 0 {
        warnings.push(format!(
            "the dynamic band is full: {} of the Services get an address of the static band, without a word",
            one.in_static_band
        ));
    }
}

/// Addresses right behind one that is held, or that is asked for too: the search for a free address ends
/// there when it began at either.
fn behind(one: &RangeAssessment, asked: &[u64], warnings: &mut Vec<String>) {
    let range = &one.range;
    let first_of_band = |place: u64| place == 0 || place == range.offset();
    for place in asked.iter().filter(|place| range.band_of(**place) == Band::Dynamic) {
        if first_of_band(*place) {
            continue;
        }
        let before = place - 1;
        let address = range.address(*place);
        let neighbour = range.address(before);
        if one.held.contains(&before) {
            warnings.push(format!(
                "{address} lies right behind {neighbour}, which is held: it is taken about twice as often as others"
            ));
        } else if asked.contains(&before) {
            warnings.push(format!(
                "{address} lies right behind {neighbour}: once that is held, it is taken about twice as often as \
                 others"
            ));
        }
    }
    let is_dns_risky =
        range.offset() == 0 && !asked.contains(&DNS_PLACE) && one.held.contains(&(DNS_PLACE - 1));
    if let Some((dns, _)) = one.dns().filter(|_| is_dns_risky) {
        warnings.push(format!("{dns} lies right behind an address that is held"));
    }
}
