//! A page's data for programs, as they are printed and stored.

use serde_json::Value;

/// The version of the shape of everything for programs: JSON, and the CSV tables beside it. It grows when a name, a unit
/// or a meaning changes or goes; what is only added leaves it.
pub const SCHEMA_VERSION: u32 = 1;

/// JSON on many lines.
pub fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("JSON values can be printed");
    format!("{text}\n")
}

/// A document with the version of its shape before all else.
pub fn versioned(document: Value) -> Value {
    match document {
        Value::Object(fields) => {
            let version = ("schemaVersion".to_owned(), SCHEMA_VERSION.into());
            Value::Object(std::iter::once(version).chain(fields).collect())
        }
        other => other,
    }
}
