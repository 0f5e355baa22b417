//! The assessment as JSON.

use serde_json::{Value, json};

use super::setting::Setting;
use crate::service_ip::assessment::{Assessment, RangeAssessment};
use crate::service_ip::exhaustion::Time;
use crate::service_ip::probability::{Answer, Method};
use crate::service_ip::range::Band;

/// The assessment.
pub(super) fn to_json(assessment: &Assessment, setting: &Setting) -> Value {
    let ranges: Vec<Value> = assessment.ranges.iter().map(range).collect();
    let mut told = json!({
        "kubernetesVersion": setting.release,
        "allocator": if setting.ip_address_objects { "ipaddress" } else { "bitmap" },
        "services": assessment.services,
        "ranges": ranges,
    });
    if let Some(flow) = setting.flow {
        told["arrivalsPerDay"] = json!(flow.arrivals_per_day);
        told["departuresPerDay"] = json!(flow.departures_per_day);
    }
    if let Some(services) = assessment.dual_stack_services {
        told["dualStackServices"] = json!(services);
    }
    told
}

fn range(one: &RangeAssessment) -> Value {
    let range = &one.range;
    let band = |band| {
        range
            .band(band)
            .map_or_else(|| json!([]), |(first, last)| json!([first.to_string(), last.to_string()]))
    };
    let held: Vec<String> = one.held.iter().map(|place| range.address(*place).to_string()).collect();
    let mut told = json!({
        "cidr": range.cidr().to_string(),
        "size": range.size(),
        "offset": range.offset(),
        "staticBand": band(Band::Static),
        "dynamicBand": band(Band::Dynamic),
        "held": held,
        "inStaticBand": one.in_static_band,
        "withoutAddress": one.without_address,
        "room": one.room(),
    });
    if let Some((address, band)) = one.dns() {
        told["tenthAddress"] = json!({ "ip": address.to_string(), "band": band.name() });
    }
    let addresses: Vec<Value> = (one.addresses.iter())
        .map(|(address, band, answer)| {
            let mut told = json!({ "ip": address.to_string(), "band": band.name() });
            for (key, value) in chance(*answer).as_object().into_iter().flatten() {
                told[key] = value.clone();
            }
            told
        })
        .collect();
    told["addresses"] = json!(addresses);
    if one.addresses.len() > 1 {
        told["anyOf"] = chance(one.any);
    }
    if let Some([band, all]) = one.exhaustion {
        told["untilFull"] = json!({ "dynamicBand": time(band), "range": time(all) });
    }
    told["warnings"] = json!(one.warnings);
    told
}

fn chance(answer: Option<Answer>) -> Value {
    let Some(Answer { probability, method }) = answer else {
        return json!({ "probability": null, "method": "outOfReach" });
    };
    match method {
        Method::Certain => json!({ "probability": probability, "method": "certain" }),
        Method::ClosedForm(form) => {
            json!({ "probability": probability, "method": "closedForm", "closedForm": form })
        }
        Method::ExactSum => json!({ "probability": probability, "method": "exactSum" }),
        Method::Simulation(interval) => json!({
            "probability": probability,
            "method": "simulation",
            "installations": interval.runs,
            "ci95": [interval.low, interval.high],
        }),
    }
}

fn time(time: Time) -> Value {
    match time {
        Time::Now => json!({ "days": 0.0 }),
        Time::Days(days) => json!({ "days": days }),
        Time::Log10Days { exponent, at_least } => json!({ "log10Days": exponent, "atLeast": at_least }),
        Time::Never => json!({ "never": true }),
        Time::OutOfReach => json!({ "outOfReach": true }),
    }
}
