//! Kind `service-ip`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::script::{Draw, Script};
use super::{address, behaviour, cidr, error_json, final_json, range_json, used};
use crate::conformance::rollout_objects::read;
use crate::service_ip::cidr::number;
use crate::service_ip::{Allocator, IpAllocator};

/// Addresses that a single step may ask for.
const MOST_IN_A_STEP: u128 = 1 << 24;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    allocator: String,
    #[serde(rename = "serviceIPStaticSubrange")]
    split: bool,
    cidr: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase")]
enum Step {
    AllocateNext {
        #[serde(default)]
        draws: Vec<Draw>,
    },
    Allocate {
        ip: String,
    },
    Release {
        ip: String,
    },
    AllocateRange {
        first: String,
        last: String,
    },
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let behaviour = behaviour(&input.kubernetes, &input.allocator, input.split)?;
    let mut allocator = Allocator::new(cidr(&input.cidr)?, &behaviour)?;
    let (range, ..) = used(&allocator);
    let mut answers = Vec::with_capacity(input.steps.len());
    for (index, step) in input.steps.iter().enumerate() {
        let answer = apply(&mut allocator, step).map_err(|error| format!("step {index}: {error}"))?;
        answers.push(answer);
    }
    Ok(json!({
        "expectRange": range_json(&range),
        "expect": answers,
        "expectFinal": final_json(&allocator),
    }))
}

fn apply(allocator: &mut Allocator, step: &Step) -> Result<Value, String> {
    let (range, ..) = used(allocator);
    let given = match step {
        Step::AllocateNext { draws } => {
            let mut script = Script::new(draws);
            let given = allocator.allocate_next(&mut script);
            script.finish()?;
            given
        }
        Step::Allocate { ip } => {
            let address = address(ip)?;
            allocator.allocate(address).map(|()| address)
        }
        Step::Release { ip } => return Ok(json!({ "released": allocator.release(address(ip)?) })),
        Step::AllocateRange { first, last } => return allocate_range(allocator, first, last),
    };
    Ok(match given {
        Ok(address) => {
            let place = range.place(address).ok_or("an address outside the range was given")?;
            json!({ "ip": address.to_string(), "band": range.band_of(place).name() })
        }
        Err(error) => error_json(error),
    })
}

fn allocate_range(allocator: &mut Allocator, first: &str, last: &str) -> Result<Value, String> {
    let (first, last) = (number(address(first)?), number(address(last)?));
    if last.saturating_sub(first) > MOST_IN_A_STEP {
        return Err("more addresses than one step may ask for".to_owned());
    }
    let family = allocator.family();
    let free = (first..=last).filter(|number| allocator.allocate(family.address(*number)).is_ok());
    Ok(json!({ "allocated": free.count() }))
}
