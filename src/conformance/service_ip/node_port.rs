//! Kind `node-port`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::script::{Draw, Script};
use crate::conformance::rollout_objects::read;
use crate::service_ip::{Band, PortAllocator, PortError, PortRange};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    port_range: String,
    service_node_port_static_subrange: bool,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Step {
    AllocateNext {
        #[serde(default)]
        draws: Vec<Draw>,
    },
    Allocate {
        port: i64,
    },
    Release {
        port: i64,
    },
    AllocateRange {
        first_port: i64,
        last_port: i64,
    },
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let range = PortRange::parse(&input.port_range)?;
    let mut ports = PortAllocator::new(range, input.service_node_port_static_subrange);
    let mut answers = Vec::with_capacity(input.steps.len());
    for (index, step) in input.steps.iter().enumerate() {
        let answer = apply(&mut ports, step).map_err(|error| format!("step {index}: {error}"))?;
        answers.push(answer);
    }
    let band = |band| ports.band(band).map_or_else(|| json!([]), |(first, last)| json!([first, last]));
    let (used_static, used_dynamic) = ports.places().used_by_band();
    Ok(json!({
        "expectRange": {
            "base": range.base(),
            "size": range.size(),
            "offset": ports.places().offset(),
            "staticBand": band(Band::Static),
            "dynamicBand": band(Band::Dynamic),
        },
        "expect": answers,
        "expectFinal": {
            "used": used_static + used_dynamic,
            "free": range.size() as usize - used_static - used_dynamic,
            "usedStatic": used_static,
            "usedDynamic": used_dynamic,
        },
    }))
}

fn apply(ports: &mut PortAllocator, step: &Step) -> Result<Value, String> {
    // A number that is no port at all is outside of every range.
    let number = |port: i64| u16::try_from(port).ok();
    let outside = PortError::NotInRange(ports.range());
    let given = match step {
        Step::AllocateNext { draws } => {
            let mut script = Script::new(draws);
            let given = ports.allocate_next(&mut script);
            script.finish()?;
            given
        }
        Step::Allocate { port } => match number(*port) {
            Some(port) => ports.allocate(port).map(|()| port),
            None => Err(outside),
        },
        Step::Release { port } => {
            return Ok(json!({ "released": number(*port).is_some_and(|port| ports.release(port)) }));
        }
        Step::AllocateRange { first_port, last_port } => {
            let asked = (*first_port).max(0)..=(*last_port).min(i64::from(u16::MAX));
            let free = asked.filter_map(number).filter(|port| ports.allocate(*port).is_ok()).count();
            return Ok(json!({ "allocated": free }));
        }
    };
    Ok(match given {
        Ok(port) => json!({ "port": port, "band": ports.band_of(port).map(Band::name) }),
        Err(error) => {
            let code = match error {
                PortError::Full => "full",
                PortError::Allocated => "allocated",
                PortError::NotInRange(_) => "notInRange",
            };
            json!({ "error": code, "message": error.to_string() })
        }
    })
}
