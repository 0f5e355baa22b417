//! A page's data for programs, as they are printed and stored.

use serde_json::Value;

/// JSON on many lines.
pub fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("JSON values can be printed");
    format!("{text}\n")
}
