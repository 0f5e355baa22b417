//! Kind `service-ip-probability`.
//!
//! Closed forms and exact values must be the model's own to 10⁻¹²; the recorded estimate must lie within
//! five standard errors of it (of both, where the model simulates too), and its interval must be the one
//! that belongs to it. What the closed form is called is not looked at.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{address, behaviour, cidr};
use crate::conformance::rollout_objects::read;
use crate::kernel::Seed;
use crate::service_ip::probability::simulation::{Interval, simulate};
use crate::service_ip::probability::{Answer, Method, Setting, Target};
use crate::service_ip::{Allocator, IpRange};

/// How far an exact value may be off.
const EXACT: f64 = 1e-12;
/// How far an estimate may be off, in standard errors.
const MOST_ERRORS: f64 = 5.0;
/// How far the ends of an interval may be off, by rounding.
const ROUNDING: f64 = 1e-9;
/// Installations, where nothing better is within reach.
const RUNS: u64 = 20_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    allocator: String,
    #[serde(rename = "serviceIPStaticSubrange")]
    split: bool,
    cidr: String,
    usable: u64,
    offset: u64,
    preallocated: Vec<String>,
    dynamic_services: u64,
    target: Asked,
    estimate: f64,
    trials: u64,
    ci95: [f64; 2],
    closed_form: Option<f64>,
    exact: Option<f64>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Asked {
    Address { ip: String },
    Uniform { band: String },
    AnyOf { first: String, last: String },
}

/// Gives no expectations: all is compared here. The error says what does not agree.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let cidr = cidr(&input.cidr)?;
    let split = Allocator::range(cidr, &behaviour(&input.kubernetes, &input.allocator, true)?)?;
    for (name, expected, found) in
        [("usable", input.usable, split.size()), ("offset", input.offset, split.offset())]
    {
        if expected != found {
            return Err(format!("{name}: expected {expected}, found {found}"));
        }
    }
    let place = |ip: &str| {
        let outside = || format!("{ip} is no usable address of {cidr}");
        address(ip).and_then(|address| split.place(address).ok_or_else(outside))
    };
    let mut held: Vec<u64> = input.preallocated.iter().map(|ip| place(ip)).collect::<Result<_, _>>()?;
    held.sort_unstable();
    let offset = if input.split { split.offset() } else { 0 };
    let setting = Setting { size: split.size(), offset, held, services: input.dynamic_services };
    let target = match &input.target {
        Asked::Address { ip } => Target::Address(place(ip)?),
        Asked::AnyOf { first, last } => Target::AnyOf((place(first)?..=place(last)?).collect()),
        Asked::Uniform { band } => uniform(&split, band)?,
    };
    let answer = setting.exactly(&target).or_else(|| simulate(&setting, &target, Seed(1), RUNS));
    let answer = answer.ok_or("neither an exact sum nor a simulation is within reach")?;
    compare(&input, &answer)?;
    let how = match answer.method {
        Method::Certain => "certain".to_owned(),
        Method::ClosedForm(form) => format!("closed form {form}"),
        Method::ExactSum => "exact sum".to_owned(),
        Method::Simulation(interval) => format!("{} installations simulated", interval.runs),
    };
    Ok(json!({ "note": format!("{:.6} by {how}, estimated {:.6}", answer.probability, input.estimate) }))
}

/// The band of the split range, also where the range is not split.
fn uniform(range: &IpRange, band: &str) -> Result<Target, String> {
    let (size, offset) = (range.size(), range.offset());
    Ok(match band {
        "static" if offset > 0 => Target::Uniform { from: 0, to: offset },
        "dynamic" => Target::Uniform { from: offset, to: size },
        "static" | "any" => Target::Uniform { from: 0, to: size },
        other => return Err(format!("the band {other:?} is not known")),
    })
}

fn compare(input: &Vector, answer: &Answer) -> Result<(), String> {
    let found = answer.probability;
    let variance = |share: f64, runs: u64| share * (1.0 - share) / runs.max(1) as f64;
    let own = match answer.method {
        Method::Simulation(interval) => variance(found, interval.runs),
        _ => 0.0,
    };
    for (name, expected) in [("closedForm", input.closed_form), ("exact", input.exact)] {
        let allowed = EXACT + MOST_ERRORS * own.sqrt();
        if let Some(expected) = expected.filter(|expected| (expected - found).abs() > allowed) {
            return Err(format!("{name}: expected {expected}, found {found}"));
        }
    }
    let allowed = EXACT + MOST_ERRORS * (variance(found, input.trials) + own).sqrt();
    if (input.estimate - found).abs() > allowed {
        return Err(format!(
            "estimate: expected {}, found {found}, off by more than {allowed}",
            input.estimate
        ));
    }
    let interval = Interval::wilson(input.estimate, input.trials);
    for (index, expected, found) in [(0, input.ci95[0], interval.low), (1, input.ci95[1], interval.high)] {
        if (expected - found).abs() > ROUNDING {
            return Err(format!("ci95[{index}]: expected {expected}, found {found}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector() -> Value {
        json!({
            "kubernetes": "v1.32.10", "allocator": "bitmap", "cidr": "10.96.0.0/28", "usable": 14, "offset": 0,
            "serviceIPStaticSubrange": true, "preallocated": [], "dynamicServices": 3,
            "target": { "type": "uniform", "band": "static" }, "estimate": 0.214_165, "trials": 200_000,
            "ci95": [0.212_372_567_874_204_25, 0.215_968_412_148_720_4],
            "closedForm": 0.214_285_714_285_714_27, "closedFormText": "n/N", "exact": 0.214_285_714_285_712_86,
        })
    }

    #[test]
    fn a_changed_leaf_is_noticed() {
        assert_eq!(check(&vector()).map(|answer| answer["note"].is_string()), Ok(true));
        for (pointer, value) in [
            ("/usable", json!(15)),
            ("/offset", json!(16)),
            ("/estimate", json!(0.2)),
            ("/estimate", json!("0.214165")),
            ("/trials", json!(190_000)),
            ("/ci95/0", json!(0.2124)),
            ("/ci95/1", json!(0.216)),
            ("/ci95", json!([0.212])),
            ("/closedForm", json!(0.214_285_714)),
            ("/exact", json!(0.214_285_72)),
            ("/dynamicServices", json!(4)),
            ("/preallocated", json!(["10.96.0.1"])),
            ("/preallocated", json!(["10.96.0.0"])),
            ("/target/type", json!("some")),
            ("/target/band", json!("all")),
            ("/cidr", json!("10.96.0.0/27")),
        ] {
            let mut changed = vector();
            *changed.pointer_mut(pointer).expect("a place of the vector") = value.clone();
            assert!(check(&changed).is_err(), "{pointer}: {value}");
        }
    }
}
