//! Ranges and addresses as they are handed in, checked.

use std::net::IpAddr;

use super::{KUBERNETES_PLACE, Question, of_family};
use crate::api::ServiceIpBehaviour;
use crate::service_ip::allocator::Allocator;
use crate::service_ip::cidr::{Cidr, Family, number, parse_address};
use crate::service_ip::error::AllocationError;

/// Host bits of the largest range that is also kept as a bitmap.
const MOST_BITS_IN_BITMAP: u8 = 20;
/// Host bits of the largest range of IPAddress objects.
const MOST_BITS: u8 = 64;
/// Addresses of the smallest range of the default family.
const FEWEST_ADDRESSES: u8 = 8;

/// The ranges, or one message a fault.
pub(super) fn cidrs(question: &Question) -> Result<Vec<Cidr>, Vec<String>> {
    let mut faults = Vec::new();
    let mut cidrs: Vec<Cidr> = Vec::new();
    for text in &question.cidrs {
        match Cidr::parse(text) {
            Ok(cidr) => cidrs.push(cidr),
            Err(error) => faults.push(format!("Invalid value: {text:?}: {error}")),
        }
    }
    if faults.is_empty() {
        faults.extend(fitting(&cidrs, question.behaviour));
    }
    if faults.is_empty() { Ok(cidrs) } else { Err(faults) }
}

/// What kube-apiserver finds wrong with ranges; one message a fault.
pub(super) fn fitting(cidrs: &[Cidr], behaviour: ServiceIpBehaviour) -> Vec<String> {
    let mut faults = Vec::new();
    // ServiceCIDRs came with IPAddress objects; before there was the flag alone.
    if !behaviour.ip_address_objects {
        if cidrs.len() > 2 {
            faults.push("--service-cluster-ip-range must not contain more than two entries".to_owned());
        } else if let [a, b] = cidrs
            && a.family() == b.family()
        {
            faults.push(
                "--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of different IP family"
                    .to_owned(),
            );
        }
    }
    let is_in_bitmap = !behaviour.ip_address_objects || behaviour.dual_write;
    let most_bits = if is_in_bitmap { MOST_BITS_IN_BITMAP } else { MOST_BITS };
    for (index, cidr) in cidrs.iter().enumerate() {
        if cidr.host_bits() > most_bits {
            let flag = if index == 0 { "" } else { "[1]" };
            let bits = cidr.family().bits();
            faults.push(format!(
                "specified --service-cluster-ip-range{flag} is too large; for {bits}-bit addresses, the mask must \
                 be >= {}",
                bits - most_bits
            ));
        } else if index == 0 && u128::from(FEWEST_ADDRESSES) > 1 << cidr.host_bits() {
            faults.push(format!(
                "the service cluster IP range must be at least {FEWEST_ADDRESSES} IP addresses"
            ));
        } else if Allocator::range(*cidr, &behaviour).is_ok_and(|range| range.size() == 0) {
            faults.push(format!("{cidr} has no usable address"));
        }
        for other in &cidrs[..index] {
            if other == cidr {
                faults.push(format!("Duplicate value: \"{cidr}\""));
            } else if other.overlaps(*cidr) {
                faults.push(format!("{other} and {cidr} overlap: addresses of both belong to neither alone"));
            }
        }
    }
    faults
}

/// Places by range.
type Places = Vec<Vec<u64>>;

/// The places asked for, in the order in which they are asked for, and those held beforehand, ascending; or
/// one message a fault.
pub(super) fn addresses(question: &Question, cidrs: &[Cidr]) -> Result<(Places, Places), Vec<String>> {
    let mut faults = Vec::new();
    let mut held: Places = vec![Vec::new(); cidrs.len()];
    held[0].push(KUBERNETES_PLACE);
    for text in &question.held {
        match place(text, question, cidrs) {
            Ok((range, place)) if held[range].contains(&place) => {
                // The address of `kubernetes` is held by itself.
                if (range, place) != (0, KUBERNETES_PLACE) {
                    faults.push(format!("Duplicate value: {text:?}"));
                }
            }
            Ok((range, place)) => held[range].push(place),
            Err(error) => faults.push(error),
        }
    }
    let mut asked: Places = vec![Vec::new(); cidrs.len()];
    for text in &question.addresses {
        match place(text, question, cidrs) {
            Ok((range, place)) if asked[range].contains(&place) => {
                faults.push(format!("Duplicate value: {text:?}"));
            }
            Ok((range, place)) if held[range].contains(&place) => {
                let holder =
                    if (range, place) == (0, KUBERNETES_PLACE) { " by the Service kubernetes" } else { "" };
                faults.push(format!("failed to allocate IP {text}: {}{holder}", AllocationError::Allocated));
            }
            Ok((range, place)) => asked[range].push(place),
            Err(error) => faults.push(error),
        }
    }
    for places in &mut held {
        places.sort_unstable();
    }
    if faults.is_empty() { Ok((asked, held)) } else { Err(faults) }
}

/// The range of an address and its place there.
fn place(text: &str, question: &Question, cidrs: &[Cidr]) -> Result<(usize, u64), String> {
    let address = parse_address(text).map_err(|error| format!("Invalid value: {text:?}: {error}"))?;
    for (index, cidr) in cidrs.iter().enumerate() {
        let found = Allocator::range(*cidr, &question.behaviour).ok().and_then(|range| range.place(address));
        if let Some(place) = found {
            return Ok((index, place));
        }
    }
    Err(outside(address, cidrs))
}

fn outside(address: IpAddr, cidrs: &[Cidr]) -> String {
    let family = Family::of(address);
    let around = cidrs.iter().copied().find(|cidr| cidr.contains(address));
    let Some(range) = around.or_else(|| of_family(cidrs, family)) else {
        return format!("Invalid value: \"{address}\": {family} is not configured on this cluster");
    };
    let error = AllocationError::NotInRange { address, range };
    let reserved = match (around, number(address)) {
        (Some(range), at) if at == range.base() => ": it is the address of the network",
        (Some(range), at) if at == range.top() && family == Family::IPv4 => ": it is the broadcast address",
        (Some(_), _) => ": the bitmap ends before it",
        (None, _) => "",
    };
    format!("failed to allocate IP {address}: {error}{reserved}")
}
