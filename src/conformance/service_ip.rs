//! The kinds of `service-ip/`: allocators of Service IPs and node ports, recorded with scripted random
//! numbers, and how likely addresses are taken.

pub mod allocation;
pub mod dual_stack;
pub mod node_port;
pub mod node_port_service;
pub mod probability;
pub mod range;
mod script;

use serde_json::{Value, json};

use crate::api::ServiceIpBehaviour;
use crate::service_ip::cidr::parse_address;
use crate::service_ip::{AllocationError, Allocator, Band, Cidr, IpRange};

/// The switches of the release that a vector was recorded from, with the allocator and the split it
/// names.
fn behaviour(kubernetes: &str, allocator: &str, split: bool) -> Result<ServiceIpBehaviour, String> {
    let recorded = super::rollout_objects::behaviour(kubernetes)?.service_ip;
    let ip_address_objects = match allocator {
        "bitmap" => false,
        "ipaddress" if split => true,
        "ipaddress" => return Err("the allocator of IPAddress objects always splits its range".to_owned()),
        other => return Err(format!("the allocator {other:?} is not known")),
    };
    Ok(ServiceIpBehaviour { static_subrange: split, ip_address_objects, ..recorded })
}

fn cidr(text: &str) -> Result<Cidr, String> {
    Cidr::parse(text).map_err(|error| format!("{text}: {error}"))
}

fn address(text: &str) -> Result<std::net::IpAddr, String> {
    parse_address(text).map_err(|error| format!("{text}: {error}"))
}

/// A range as `expectRange` tells it.
fn range_json(range: &IpRange) -> Value {
    let band = |band| {
        range
            .band(band)
            .map_or_else(|| json!([]), |(first, last)| json!([first.to_string(), last.to_string()]))
    };
    let mut told = json!({
        "size": range.size(),
        "offset": range.offset(),
        "staticBand": band(Band::Static),
        "dynamicBand": band(Band::Dynamic),
    });
    if range.size() > 0 {
        told["first"] = json!(range.address(0).to_string());
        told["last"] = json!(range.address(range.size() - 1).to_string());
    }
    if range.dynamic_size() > 0 {
        told["firstDynamic"] = json!(range.address(range.offset()).to_string());
    }
    told
}

/// The range of one of the two allocators of a single range, and how much of each band is taken.
fn used(allocator: &Allocator) -> (IpRange, u64, u64) {
    match allocator {
        Allocator::Bitmap(bitmap) => {
            let (lower, upper) = bitmap.places().used_by_band();
            (*bitmap.range(), lower as u64, upper as u64)
        }
        Allocator::IpAddress(objects) => {
            let (lower, upper) = objects.used_by_band();
            (*objects.range(), lower, upper)
        }
        Allocator::ServiceCidrs(_) => unreachable!("vectors have one range a family"),
    }
}

/// Counts after the last step, as `expectFinal` tells them.
fn final_json(allocator: &Allocator) -> Value {
    let (range, used_static, used_dynamic) = used(allocator);
    let all = used_static + used_dynamic;
    json!({
        "used": all,
        "free": range.size() - all,
        "usedStatic": used_static,
        "usedDynamic": used_dynamic,
    })
}

/// An error as the vectors tell it.
fn error_json(error: AllocationError) -> Value {
    let code = match error {
        AllocationError::Full => "full",
        AllocationError::Allocated => "allocated",
        AllocationError::NotInRange { .. } => "notInRange",
        AllocationError::MismatchedNetwork => "mismatchedNetwork",
        AllocationError::NotReady => "notReady",
    };
    json!({ "error": code, "message": error.to_string() })
}
