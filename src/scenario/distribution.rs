//! Distributions of durations, as documents write them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::time::{DURATION_EXPECTED, Duration};
use crate::kernel;

/// A distribution, checked.
#[derive(Clone, Debug)]
pub struct Distribution(pub kernel::Distribution);

/// The written form: one of the five shapes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Shape {
    /// Always this long.
    constant: Option<Duration>,
    /// Anything from the first to the second, both included, equally likely.
    uniform: Option<(Duration, Duration)>,
    /// The grid of `uniform`; default 1ns.
    step: Option<Duration>,
    /// Memoryless, with this mean.
    exponential: Option<Exponential>,
    /// Skewed to long values.
    lognormal: Option<Lognormal>,
    /// One of the listed values.
    empirical: Option<Vec<Weighted>>,
}

/// An exponential distribution.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Exponential {
    /// The mean.
    mean: Duration,
}

/// A log-normal distribution by two of its quantiles.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Lognormal {
    /// Half of the values lie below.
    median: Duration,
    /// 99 % of the values lie below; not below the median.
    p99: Duration,
}

/// A value of an empirical distribution.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Weighted {
    /// The value.
    value: Duration,
    /// How often, compared with the others; default 1.
    weight: Option<u64>,
}

impl Shape {
    fn check(self) -> Result<kernel::Distribution, String> {
        let step = self.step;
        let constant = self.constant.map(|value| kernel::Distribution::Constant(value.0));
        let uniform = self.uniform.map(|(low, high)| kernel::Distribution::Uniform {
            min: low.0,
            max: high.0,
            step: step.map_or(kernel::SimDuration(1), |step| step.0),
        });
        let exponential =
            self.exponential.map(|shape| kernel::Distribution::Exponential { mean: shape.mean.0 });
        let lognormal = self
            .lognormal
            .map(|shape| kernel::Distribution::LogNormal { median: shape.median.0, p99: shape.p99.0 });
        let empirical = self.empirical.map(|values| {
            let pairs = values.into_iter().map(|entry| (entry.value.0, entry.weight.unwrap_or(1)));
            kernel::Distribution::Empirical(pairs.collect())
        });
        if step.is_some() && uniform.is_none() {
            return Err("step belongs to uniform".to_owned());
        }
        let mut given = [constant, uniform, exponential, lognormal, empirical].into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(distribution), None) => {
                distribution.validate().map_err(|error| format!("impossible distribution: {error}"))?;
                Ok(distribution)
            }
            _ => Err("give exactly one of constant, uniform, exponential, lognormal, empirical".to_owned()),
        }
    }
}

struct DistributionVisitor;

impl<'de> Visitor<'de> for DistributionVisitor {
    type Value = Distribution;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{DURATION_EXPECTED}, or a distribution such as {{uniform: [2s, 12s]}}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Distribution, E> {
        let value = Duration::parse(text).map_err(E::custom)?;
        Ok(Distribution(kernel::Distribution::Constant(value.0)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Distribution, A::Error> {
        let shape = Shape::deserialize(MapAccessDeserializer::new(map))?;
        shape.check().map(Distribution).map_err(A::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Distribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DistributionVisitor)
    }
}

impl JsonSchema for Distribution {
    fn schema_name() -> Cow<'static, str> {
        "Distribution".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let duration = generator.subschema_for::<Duration>();
        let exponential = generator.subschema_for::<Exponential>();
        let lognormal = generator.subschema_for::<Lognormal>();
        let weighted = generator.subschema_for::<Weighted>();
        let one = |fields: serde_json::Value, required: &str| {
            serde_json::json!({
                "type": "object", "properties": fields, "required": [required], "additionalProperties": false,
            })
        };
        json_schema!({
            "description": "How long something takes: a duration, or a distribution that is drawn from anew each time.",
            "examples": ["5s", {"uniform": ["2s", "12s"]}, {"lognormal": {"median": "1.5s", "p99": "5s"}}],
            "oneOf": [
                duration,
                one(serde_json::json!({"constant": duration}), "constant"),
                one(serde_json::json!({
                    "uniform": {
                        "description": "Anything from the first to the second, both included, equally likely.",
                        "type": "array", "items": duration, "minItems": 2, "maxItems": 2,
                    },
                    "step": {"description": "The grid of the values; default 1ns.", "allOf": [duration]},
                }), "uniform"),
                one(serde_json::json!({"exponential": exponential}), "exponential"),
                one(serde_json::json!({"lognormal": lognormal}), "lognormal"),
                one(serde_json::json!({
                    "empirical": {"type": "array", "items": weighted, "minItems": 1},
                }), "empirical"),
            ],
        })
    }
}
