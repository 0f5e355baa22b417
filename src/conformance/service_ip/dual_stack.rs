//! Kind `service-ip-dual-stack`.

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::{Value, json};

use super::script::{Draw, Script};
use super::{address, behaviour, cidr, error_json, final_json, range_json, used};
use crate::conformance::rollout_objects::read;
use crate::service_ip::{Allocator, Cidr, Family, PortAllocator, PortRange, Service, ServiceAllocators};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    allocator: String,
    #[serde(rename = "serviceIPStaticSubrange")]
    split: bool,
    cidrs: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Step {
    AllocateService {
        ip_families: Vec<String>,
        #[serde(rename = "clusterIPs")]
        cluster_ips: Vec<String>,
        #[serde(default)]
        draws: Vec<Draw>,
    },
    ReleaseService {
        #[serde(rename = "clusterIPs")]
        cluster_ips: Vec<String>,
    },
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let behaviour = behaviour(&input.kubernetes, &input.allocator, input.split)?;
    let cidrs: Vec<Cidr> = input.cidrs.iter().map(|text| cidr(text)).collect::<Result<_, _>>()?;
    let families: Vec<Family> = cidrs.iter().map(|cidr| cidr.family()).collect();
    if families != [Family::IPv4, Family::IPv6] {
        return Err("cidrs: an IPv4 and an IPv6 range are expected".to_owned());
    }
    let ips = cidrs.iter().map(|cidr| Allocator::new(*cidr, &behaviour)).collect::<Result<_, _>>()?;
    let mut allocators = ServiceAllocators::new(ips, PortAllocator::new(PortRange::DEFAULT, true));
    let mut answers = Vec::with_capacity(input.steps.len());
    for (index, step) in input.steps.iter().enumerate() {
        let answer = apply(&mut allocators, step).map_err(|error| format!("step {index}: {error}"))?;
        answers.push(answer);
    }
    let each = |told: fn(&Allocator) -> Value| -> Vec<Value> {
        families.iter().filter_map(|family| allocators.ip(*family)).map(told).collect()
    };
    Ok(json!({
        "expectRanges": each(|allocator| range_json(&used(allocator).0)),
        "expect": answers,
        "expectFinals": each(final_json),
    }))
}

fn apply(allocators: &mut ServiceAllocators, step: &Step) -> Result<Value, String> {
    match step {
        Step::ReleaseService { cluster_ips } => {
            let addresses: Vec<IpAddr> =
                cluster_ips.iter().map(|ip| address(ip)).collect::<Result<_, _>>()?;
            allocators.release_cluster_ips(addresses);
            Ok(json!({}))
        }
        Step::AllocateService { ip_families, cluster_ips, draws } => {
            let asked = |ip: &String| if ip.is_empty() { Ok(None) } else { address(ip).map(Some) };
            let mut service = Service {
                ip_families: ip_families.iter().map(|name| Family::parse(name)).collect::<Result<_, _>>()?,
                cluster_ips: cluster_ips.iter().map(asked).collect::<Result<_, _>>()?,
                ..Service::default()
            };
            let mut script = Script::new(draws);
            let taken = allocators.allocate_cluster_ips(&mut service, &mut script);
            script.finish()?;
            match taken {
                Ok(taken) => given(allocators, &taken),
                Err(error) => error.allocation().map(error_json).ok_or_else(|| error.to_string()),
            }
        }
    }
}

fn given(allocators: &ServiceAllocators, taken: &[(Family, IpAddr)]) -> Result<Value, String> {
    let band = |(family, address): &(Family, IpAddr)| {
        let (range, ..) = used(allocators.ip(*family)?);
        Some(range.band_of(range.place(*address)?).name())
    };
    let bands: Option<Vec<&str>> = taken.iter().map(band).collect();
    let addresses: Vec<String> = taken.iter().map(|(_, address)| address.to_string()).collect();
    Ok(json!({ "clusterIPs": addresses, "bands": bands.ok_or("an address outside its range was given")? }))
}
