//! Random node affinity, inter-pod affinity and topology spread constraints.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::selectors::{label_selector, namespace_selector, node_term};
use super::words::{HOSTNAME, NAMESPACES, ZONE, in_percent, object, or_null, weighted, word};

const TOPOLOGIES: &[(u32, &str)] = &[(18, ZONE), (12, HOSTNAME), (6, "rack"), (1, "nowhere")];

fn label_keys() -> impl Strategy<Value = Vec<String>> {
    let keys = weighted(&[(3, "pod-template-hash"), (2, "tier"), (1, "nothing")]);
    prop::collection::vec(keys, 1..3)
}

/// A weight, often the same one, so that sums meet.
fn weight() -> impl Strategy<Value = i64> {
    prop_oneof![1 => Just(1_i64), 1 => 1_i64..=100]
}

/// A term of inter-pod affinity.
fn term() -> impl Strategy<Value = Value> {
    let namespaces = in_percent(20, prop::sample::subsequence(NAMESPACES, 1..=2));
    let keys = (in_percent(12, label_keys()), in_percent(8, label_keys()));
    (
        weighted(TOPOLOGIES),
        in_percent(95, label_selector()),
        namespaces,
        in_percent(22, namespace_selector()),
        keys,
    )
        .prop_map(|(topology, selector, namespaces, namespace_selector, (same, other))| {
            // Without a selector the API takes no keys.
            let keys = |keys: Option<Vec<String>>| or_null(keys.filter(|_| selector.is_some()));
            let mut term = object([
                ("topologyKey", json!(topology)),
                ("namespaces", or_null(namespaces)),
                ("matchLabelKeys", keys(same)),
                ("mismatchLabelKeys", keys(other)),
            ]);
            for (field, selector) in [("labelSelector", selector), ("namespaceSelector", namespace_selector)]
            {
                if let Some(selector) = selector {
                    term[field] = selector;
                }
            }
            term
        })
}

/// How often, of a hundred, each part of a pod's inter-pod affinity is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shares {
    /// Required terms.
    pub(crate) required: u32,
    /// Preferred terms.
    pub(crate) preferred: u32,
}

fn pod_affinity(shares: Shares) -> impl Strategy<Value = Value> {
    let required = in_percent(shares.required, prop::collection::vec(term(), 1..3));
    let line =
        (weight(), term()).prop_map(|(weight, term)| json!({ "weight": weight, "podAffinityTerm": term }));
    let preferred = in_percent(shares.preferred, prop::collection::vec(line, 1..3));
    (required, preferred).prop_map(|(required, preferred)| {
        object([
            ("requiredDuringSchedulingIgnoredDuringExecution", or_null(required)),
            ("preferredDuringSchedulingIgnoredDuringExecution", or_null(preferred)),
        ])
    })
}

fn node_affinity() -> impl Strategy<Value = Value> {
    let terms = prop::collection::vec(node_term(true), 1..3);
    let line = (weight(), node_term(false))
        .prop_map(|(weight, term)| json!({ "weight": weight, "preference": term }));
    let preferred = in_percent(92, prop::collection::vec(line, 1..3));
    (in_percent(28, terms), preferred).prop_map(|(terms, preferred)| {
        let required = terms.map(|terms| json!({ "nodeSelectorTerms": terms }));
        object([
            ("requiredDuringSchedulingIgnoredDuringExecution", or_null(required)),
            ("preferredDuringSchedulingIgnoredDuringExecution", or_null(preferred)),
        ])
    })
}

/// The affinity of an existing pod: to other pods alone, as its node is settled.
pub(crate) fn of_existing() -> impl Strategy<Value = Value> {
    let shares = Shares { required: 12, preferred: 15 };
    (pod_affinity(shares), pod_affinity(shares))
        .prop_map(|(near, apart)| object([("podAffinity", near), ("podAntiAffinity", apart)]))
}

/// The affinity of the incoming pod.
pub(crate) fn of_incoming() -> impl Strategy<Value = Value> {
    let near = pod_affinity(Shares { required: 12, preferred: 25 });
    let apart = pod_affinity(Shares { required: 14, preferred: 25 });
    (in_percent(65, node_affinity()), near, apart).prop_map(|(node, near, apart)| {
        object([("nodeAffinity", or_null(node)), ("podAffinity", near), ("podAntiAffinity", apart)])
    })
}

/// A topology spread constraint with a selector; `is_default` leaves out what defaults may not have.
pub(crate) fn constraint(is_default: bool) -> impl Strategy<Value = Value> {
    let action = word(&["DoNotSchedule", "ScheduleAnyway"]);
    let policy = || prop::option::of(word(&["Honor", "Ignore"]));
    let selector =
        in_percent(94, label_selector()).prop_map(move |selector| selector.filter(|_| !is_default));
    let keys = in_percent(20, label_keys());
    let domains = in_percent(25, 1_i64..=4);
    let skew = prop_oneof![4 => Just(1_i64), 1 => Just(2), 1 => Just(3)];
    (skew, weighted(TOPOLOGIES), action, selector, keys, domains, policy(), policy()).prop_map(
        move |(skew, topology, action, selector, keys, domains, affinity, taints)| {
            let mut fields = Map::new();
            // Without a selector the API takes no keys; in the scheduler's defaults they have no effect.
            let takes_keys = is_default || selector.is_some();
            fields.insert("maxSkew".to_owned(), json!(skew));
            fields.insert("topologyKey".to_owned(), json!(topology));
            fields.insert("whenUnsatisfiable".to_owned(), json!(action));
            let optional = [
                ("labelSelector", selector),
                ("matchLabelKeys", keys.filter(|_| takes_keys).map(Value::from)),
                ("minDomains", domains.filter(|_| action == "DoNotSchedule").map(Value::from)),
                ("nodeAffinityPolicy", affinity.map(Value::from)),
                ("nodeTaintsPolicy", taints.map(Value::from)),
            ];
            let there = optional.into_iter().filter_map(|(field, value)| Some((field, value?)));
            fields.extend(there.map(|(field, value)| (field.to_owned(), value)));
            Value::Object(fields)
        },
    )
}
