//! Random nodes.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::words::{HELD_IMAGES, HOSTNAME, NODE_LABELS, in_percent, labels, object, weighted, word};

/// How a node is called by its host name's label.
#[derive(Clone, Copy, Debug)]
enum Hostname {
    Own,
    Missing,
    Shared,
}

fn hostname() -> impl Strategy<Value = Hostname> {
    prop_oneof![17 => Just(Hostname::Own), 2 => Just(Hostname::Missing), 1 => Just(Hostname::Shared)]
}

/// A taint, and the fields of a toleration that are like it.
fn taint() -> impl Strategy<Value = Value> {
    let key = weighted(&[(5, "dedicated"), (4, "spot"), (1, "node.kubernetes.io/unschedulable")]);
    let value = word(&["gpu", "", "batch"]);
    let effect = weighted(&[(2, "NoSchedule"), (5, "PreferNoSchedule"), (1, "NoExecute")]);
    (key, value, effect).prop_map(|(key, value, effect)| {
        let value = if value.is_empty() { Value::Null } else { json!(value) };
        object([("key", json!(key)), ("value", value), ("effect", json!(effect))])
    })
}

/// What a node has. A roomy one takes nearly every pod, a tight one many a one not.
fn allocatable(is_roomy: bool) -> impl Strategy<Value = Map<String, Value>> {
    let (cpu, memory, pods) = if is_roomy {
        (
            weighted(&[(4, "8"), (3, "12500m"), (2, "16"), (1, "6")]),
            weighted(&[(4, "16Gi"), (3, "12G"), (2, "20000000Ki"), (1, "9e9")]),
            weighted(&[(30, "110"), (1, "16")]),
        )
    } else {
        (
            weighted(&[(10, "4"), (4, "2"), (3, "1500m"), (2, "600m"), (1, "0")]),
            weighted(&[(10, "4Gi"), (4, "2G"), (3, "1000000Ki"), (2, "300Mi"), (1, "0")]),
            weighted(&[(24, "110"), (3, "3"), (1, "1"), (1, "0")]),
        )
    };
    let usual = if is_roomy { [99, 99, 97, 99] } else { [95, 93, 70, 99] };
    let storage = weighted(&[(4, "40Gi"), (1, "1e9")]);
    let few = (in_percent(if is_roomy { 80 } else { 40 }, word(&["1", "2", "4"])), word(&["64Mi", "256Mi"]));
    let lists = (
        in_percent(usual[0], cpu),
        in_percent(usual[1], memory),
        in_percent(usual[2], storage),
        in_percent(usual[3], pods),
    );
    (lists, few, prop::bool::weighted(if is_roomy { 0.9 } else { 0.3 })).prop_map(
        |((cpu, memory, storage, pods), (gpu, huge), has_huge)| {
            let amounts = [
                ("cpu", cpu),
                ("memory", memory),
                ("ephemeral-storage", storage),
                ("pods", pods),
                ("example.com/gpu", gpu),
                ("hugepages-2Mi", has_huge.then_some(huge)),
            ];
            let there = amounts.into_iter().filter_map(|(name, amount)| Some((name, amount?)));
            there.map(|(name, amount)| (name.to_owned(), Value::from(amount))).collect()
        },
    )
}

fn images() -> impl Strategy<Value = Vec<Value>> {
    prop::sample::subsequence(HELD_IMAGES, 0..=HELD_IMAGES.len()).prop_map(|images| {
        let image =
            |(names, mebibytes): (&[&str], i64)| json!({ "names": names, "sizeBytes": mebibytes << 20 });
        images.into_iter().map(image).collect()
    })
}

/// What of a node can keep pods away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trouble {
    /// Little room.
    pub(crate) is_tight: bool,
    /// Taints that do more than discourage.
    pub(crate) has_hard_taints: bool,
    /// Cordons.
    pub(crate) has_cordons: bool,
}

/// A node as it would be with every trouble, and what it has where there is room.
pub(crate) type Draft = (Value, Map<String, Value>);

/// A node; its name is given later, by its place.
pub(crate) fn draft() -> impl Strategy<Value = Draft> {
    let labelled = in_percent(97, (labels(NODE_LABELS, 88), hostname()));
    let taints = in_percent(35, prop::collection::vec(taint(), 1..3));
    let cordoned = prop::bool::weighted(0.14);
    let allocatable = (allocatable(false), allocatable(true));
    (labelled, taints, cordoned, allocatable, in_percent(50, images())).prop_map(
        |(labelled, taints, cordoned, (allocatable, roomy), images)| {
            let labels = labelled.map(|(mut labels, hostname)| {
                match hostname {
                    Hostname::Own => labels.insert(HOSTNAME.to_owned(), json!("{name}")),
                    Hostname::Shared => labels.insert(HOSTNAME.to_owned(), json!("shared")),
                    Hostname::Missing => None,
                };
                labels
            });
            let cordoned = if cordoned { json!(true) } else { Value::Null };
            let spec = object([("unschedulable", cordoned), ("taints", json!(taints.unwrap_or_default()))]);
            let images = json!(images.unwrap_or_default());
            let status = object([("allocatable", json!(allocatable)), ("images", images)]);
            let metadata = object([("name", json!("{name}")), ("labels", json!(labels.unwrap_or_default()))]);
            (object([("metadata", metadata), ("spec", spec), ("status", status)]), roomy)
        },
    )
}

/// The node at a place, with the trouble that a case has.
pub(crate) fn finish(place: usize, (mut node, roomy): Draft, trouble: Trouble) -> Value {
    let name = json!(format!("n{place}"));
    if let Some(label) = node.pointer_mut("/metadata/labels/kubernetes.io~1hostname")
        && *label == "{name}"
    {
        *label = name.clone();
    }
    node["metadata"]["name"] = name;
    if !trouble.is_tight {
        node["status"]["allocatable"] = json!(roomy);
    }
    if let Some(spec) = node.get_mut("spec").and_then(Value::as_object_mut) {
        if !trouble.has_cordons {
            spec.shift_remove("unschedulable");
        }
        for taint in spec.get_mut("taints").and_then(Value::as_array_mut).into_iter().flatten() {
            if !trouble.has_hard_taints {
                taint["effect"] = json!("PreferNoSchedule");
            }
        }
    }
    node
}
