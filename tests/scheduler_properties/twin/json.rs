//! Small readers of a vector's JSON. A missing field reads as its zero value, as in the API.

use std::collections::BTreeMap;

use serde_json::Value;

/// A map of texts: labels, a node selector.
pub(crate) type Texts<'a> = BTreeMap<&'a str, &'a str>;

const NOTHING: &Value = &Value::Null;

/// What stands at a path of keys; null if nothing does.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(value, |value, key| value.get(*key).unwrap_or(NOTHING))
}

/// The text at a path; empty if there is none.
pub(crate) fn text<'a>(value: &'a Value, path: &[&str]) -> &'a str {
    at(value, path).as_str().unwrap_or("")
}

/// The number at a path; 0 if there is none.
pub(crate) fn number(value: &Value, path: &[&str]) -> i64 {
    at(value, path).as_i64().unwrap_or(0)
}

/// The list at a path; empty if there is none.
pub(crate) fn list<'a>(value: &'a Value, path: &[&str]) -> &'a [Value] {
    at(value, path).as_array().map_or(&[], Vec::as_slice)
}

/// The texts in the list at a path.
pub(crate) fn text_list<'a>(value: &'a Value, path: &[&str]) -> Vec<&'a str> {
    list(value, path).iter().filter_map(Value::as_str).collect()
}

/// The map of texts at a path.
pub(crate) fn texts<'a>(value: &'a Value, path: &[&str]) -> Texts<'a> {
    let entries = at(value, path).as_object().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))).collect()
}

/// Whether something other than null stands at a path.
pub(crate) fn is_there(value: &Value, path: &[&str]) -> bool {
    !at(value, path).is_null()
}
