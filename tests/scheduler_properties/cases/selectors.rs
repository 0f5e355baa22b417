//! Random selectors of pods, of namespaces and of nodes, and tolerations.

use proptest::prelude::*;
use proptest::strategy::Union;
use serde_json::{Value, json};

use super::words::{NODE_LABELS, POD_LABELS, in_percent, labels, object, weighted, word};

type Words = &'static [(&'static str, &'static [&'static str])];

/// A requirement on one of some labels: `In`, `NotIn` with values, `Exists`, `DoesNotExist` without.
fn expression(of: Words) -> impl Strategy<Value = Value> {
    let keys = of.iter().map(|(key, values)| {
        let values = prop::sample::subsequence(*values, 1..=2);
        (Just(*key), values, prop::sample::select(&["In", "NotIn", "Exists", "DoesNotExist"][..]))
    });
    Union::new(keys).prop_map(|(key, values, operator)| {
        let values = if operator.ends_with("In") { json!(values) } else { Value::Null };
        object([("key", json!(key)), ("operator", json!(operator)), ("values", values)])
    })
}

/// A `LabelSelector`, the empty one included.
pub(crate) fn label_selector() -> impl Strategy<Value = Value> {
    let map = labels(&POD_LABELS[..2], 60).prop_map(|map| object([("matchLabels", json!(map))]));
    let both = (labels(POD_LABELS, 15), prop::collection::vec(expression(POD_LABELS), 1..3));
    let both = both.prop_map(|(map, expressions)| {
        object([("matchLabels", json!(map)), ("matchExpressions", json!(expressions))])
    });
    let app = Just(json!({ "matchLabels": { "app": "web" } }));
    prop_oneof![5 => app, 4 => map, 2 => both, 1 => Just(json!({}))]
}

const NAMESPACE_LABELS: Words = &[("team", &["a", "b"]), ("env", &["prod", "dev"])];

/// A `namespaceSelector`.
pub(crate) fn namespace_selector() -> impl Strategy<Value = Value> {
    let map = labels(NAMESPACE_LABELS, 60).prop_map(|map| object([("matchLabels", json!(map))]));
    let expressions = prop::collection::vec(expression(NAMESPACE_LABELS), 1..3);
    prop_oneof![3 => map, 2 => expressions.prop_map(|list| json!({ "matchExpressions": list }))]
}

/// Namespaces with their labels, those that are known.
pub(crate) fn namespaces() -> impl Strategy<Value = Vec<Value>> {
    let known: Vec<_> = super::words::NAMESPACES
        .iter()
        .map(|name| (Just(*name), in_percent(85, labels(NAMESPACE_LABELS, 70))))
        .collect();
    known.prop_map(|known| {
        let known = known.into_iter().filter_map(|(name, labels)| Some((name, labels?)));
        let namespace = |(name, labels)| {
            let metadata = object([("name", json!(name)), ("labels", json!(labels))]);
            json!({ "metadata": metadata })
        };
        known.map(namespace).collect()
    })
}

/// A bound of `Gt` or `Lt`. In a required term it may be one that cannot be read; in a preferred one that
/// ends the cycle, so it is rare there.
fn bound(is_required: bool) -> impl Strategy<Value = Value> {
    let odd = weighted(&[(2, "abc"), (1, "-3"), (1, "+1"), (1, "99999999999999999999")]);
    let usual = weighted(&[(3, "1"), (3, "4"), (1, "03"), (1, "0")]);
    let bound = prop_oneof![if is_required { 12 } else { 80 } => usual, 1 => odd];
    (bound, word(&["Gt", "Lt"]))
        .prop_map(|(bound, operator)| json!({ "key": "generation", "operator": operator, "values": [bound] }))
}

fn name_field() -> impl Strategy<Value = Value> {
    let name = weighted(&[(6, "n0"), (6, "n1"), (2, "n2"), (1, "elsewhere")]);
    (name, word(&["In", "NotIn"])).prop_map(
        |(name, operator)| json!({ "key": "metadata.name", "operator": operator, "values": [name] }),
    )
}

/// A term of a node selector; empty ones included.
pub(crate) fn node_term(is_required: bool) -> impl Strategy<Value = Value> {
    let usual = prop_oneof![4 => expression(NODE_LABELS), 1 => bound(is_required)];
    let fields = in_percent(if is_required { 50 } else { 15 }, prop::collection::vec(name_field(), 1..3));
    let count = prop_oneof![1 => Just(0_usize), 6 => Just(1), 2 => Just(2)];
    (prop::collection::vec(usual, 2), count, fields).prop_map(|(mut expressions, count, fields)| {
        expressions.truncate(count);
        object([("matchExpressions", json!(expressions)), ("matchFields", json!(fields.unwrap_or_default()))])
    })
}

/// A toleration.
pub(crate) fn toleration() -> impl Strategy<Value = Value> {
    let effect = weighted(&[(3, ""), (3, "NoSchedule"), (3, "PreferNoSchedule"), (1, "NoExecute")]);
    let key = weighted(&[(6, "dedicated"), (5, "spot"), (1, "node.kubernetes.io/unschedulable"), (1, "")]);
    let value = word(&["gpu", "", "batch"]);
    (key, prop::bool::ANY, value, effect).prop_map(|(key, any_value, value, effect)| {
        let text = |text: String| if text.is_empty() { Value::Null } else { json!(text) };
        // Without a key the API takes Exists alone, and Exists takes no value.
        let exists = any_value || key.is_empty();
        object([
            ("key", text(key)),
            ("operator", if exists { json!("Exists") } else { Value::Null }),
            ("value", if exists { Value::Null } else { text(value) }),
            ("effect", text(effect)),
        ])
    })
}
