//! The few words of which random clusters are made, so that they meet often, and small helpers.
//! What a case shrinks towards stands first.

use proptest::prelude::*;
use proptest::strategy::Union;
use serde_json::{Map, Value};

/// The zone's label.
pub(crate) const ZONE: &str = "topology.kubernetes.io/zone";
/// The host name's label.
pub(crate) const HOSTNAME: &str = "kubernetes.io/hostname";
/// Namespaces of pods; which of them are known, and with which labels, a case says.
pub(crate) const NAMESPACES: &[&str] = &["default", "team-a", "team-b"];
/// Labels of pods, with their values.
pub(crate) const POD_LABELS: &[(&str, &[&str])] = &[
    ("app", &["web", "web", "web", "db", ""]),
    ("tier", &["front", "back"]),
    ("pod-template-hash", &["old", "new"]),
];
/// Labels of nodes, with their values. Numbers are for `Gt` and `Lt`: the last ones are none.
pub(crate) const NODE_LABELS: &[(&str, &[&str])] = &[
    (ZONE, &["a", "b", "c", ""]),
    ("rack", &["r1", "r2"]),
    ("disktype", &["ssd", "hdd"]),
    ("generation", &["1", "3", "5", "007", "five", "99999999999999999999"]),
];
/// Images that containers run. The last two names cannot be found on a node as they stand there.
pub(crate) const IMAGES: &[&str] =
    &["web", "registry:5000/db:v2", "registry:5000/db", "big:1", "web@sha256:abc", "unknown", ""];
/// Images that nodes hold: names and size in MiB.
pub(crate) const HELD_IMAGES: &[(&[&str], i64)] = &[
    (&["web:latest", "web@sha256:abc"], 150),
    (&["registry:5000/db:v2"], 700),
    (&["registry:5000/db:latest"], 24),
    (&["big:1"], 2500),
];

/// One of several texts.
pub(crate) fn word(words: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(words).prop_map(str::to_owned)
}

/// One of several lines, each with how often it comes.
pub(crate) fn weighted(words: &'static [(u32, &'static str)]) -> impl Strategy<Value = String> + Clone {
    Union::new_weighted(words.iter().map(|(weight, word)| (*weight, Just((*word).to_owned()))).collect())
}

/// Something in so many of a hundred cases. Boxed, as all of a cluster would not fit on a test's stack.
pub(crate) fn in_percent<S>(percent: u32, strategy: S) -> BoxedStrategy<Option<S::Value>>
where
    S: Strategy + 'static,
    S::Value: std::fmt::Debug,
{
    prop::option::weighted(f64::from(percent) / 100.0, strategy).boxed()
}

/// Labels from a list of keys with values, each key there in so many of a hundred cases.
pub(crate) fn labels(
    of: &'static [(&'static str, &'static [&'static str])],
    percent: u32,
) -> impl Strategy<Value = Map<String, Value>> {
    let entries: Vec<_> = of.iter().map(|(_, values)| in_percent(percent, word(values))).collect();
    entries.prop_map(|values| {
        let present = of.iter().zip(values).filter_map(|((key, _), value)| Some((*key, value?)));
        present.map(|(key, value)| (key.to_owned(), Value::from(value))).collect()
    })
}

/// An object of the fields that are there: neither null nor an empty list or object, which the API would
/// leave out.
pub(crate) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let is_there = |value: &Value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    };
    let fields = fields.into_iter().filter(|(_, value)| is_there(value));
    Value::Object(fields.map(|(key, value)| (key.to_owned(), value)).collect())
}

/// What may be missing, as JSON.
pub(crate) fn or_null<T: Into<Value>>(value: Option<T>) -> Value {
    value.map_or(Value::Null, Into::into)
}
