//! Durations and times as documents write them: `1h30m`, `2026-01-01T00:00:00Z`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::api::Timestamp;
use crate::kernel::SimDuration;

/// A span of simulated time, written as Go writes durations (`500ms`, `1.5s`, `1h30m`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub SimDuration);

/// A point in time of the simulated API, RFC 3339, a whole second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiTime(pub Timestamp);

/// Reads a value that stands as text, with the parser's own message as the error.
struct TextVisitor<T> {
    expected: &'static str,
    parse: fn(&str) -> Result<T, String>,
}

impl<T> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).map_err(E::custom)
    }
}

/// What a duration looks like, for messages.
pub(super) const DURATION_EXPECTED: &str = "a duration such as 500ms, 10s or 1h30m";

impl Duration {
    /// Reads `1h30m`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        SimDuration::parse(text).map(Self)
    }
}

impl ApiTime {
    fn parse(text: &str) -> Result<Self, String> {
        let time = Timestamp::parse(text)
            .map_err(|_| format!("{text:?} is not a time; write RFC 3339 such as 2026-01-01T00:00:00Z"))?;
        if time.whole_seconds() != time {
            return Err(format!("{text:?} has fractions of a second; give a whole second"));
        }
        Ok(Self(time))
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor { expected: DURATION_EXPECTED, parse: Self::parse })
    }
}

impl<'de> Deserialize<'de> for ApiTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a time such as 2026-01-01T00:00:00Z";
        deserializer.deserialize_str(TextVisitor { expected, parse: Self::parse })
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A span of simulated time: numbers with units h, m, s, ms, us or ns, as Go writes durations.",
            "pattern": "^(0|([0-9]+(\\.[0-9]+)?(h|m|s|ms|us|µs|ns))+)$",
            "examples": ["500ms", "10s", "1h30m"],
        })
    }
}

impl JsonSchema for ApiTime {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A point in time, RFC 3339, a whole second.",
            "format": "date-time",
            "examples": ["2026-01-01T00:00:00Z"],
        })
    }
}
