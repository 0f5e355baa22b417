//! Random containers: what they ask for, their images and host ports, and how they are resized.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::words::{IMAGES, in_percent, object, or_null, weighted, word};

const CPU: &[(u32, &str)] = &[(12, "100m"), (8, "250m"), (6, "0"), (4, "1"), (4, "100500u"), (1, "5")];
const MEMORY: &[(u32, &str)] =
    &[(12, "64Mi"), (8, "128974848"), (6, "0"), (4, "1G"), (4, "1500m"), (2, "300000Ki"), (1, "5Gi")];

type Amounts = Map<String, Value>;

fn named<const N: usize>(amounts: [(&str, Option<String>); N]) -> Amounts {
    let there = amounts.into_iter().filter_map(|(name, amount)| Some((name, amount?)));
    there.map(|(name, amount)| (name.to_owned(), Value::from(amount))).collect()
}

fn requests() -> impl Strategy<Value = Amounts> {
    let storage = weighted(&[(6, "1Gi"), (2, "0"), (1, "20Gi")]);
    let gpu = weighted(&[(3, "1"), (1, "0"), (1, "2")]);
    let huge = word(&["2Mi", "64Mi"]);
    let usual = (in_percent(65, weighted(CPU)), in_percent(65, weighted(MEMORY)));
    (usual, in_percent(12, storage), in_percent(8, gpu), in_percent(4, huge)).prop_map(
        |((cpu, memory), storage, gpu, huge)| {
            named([
                ("cpu", cpu),
                ("memory", memory),
                ("ephemeral-storage", storage),
                ("example.com/gpu", gpu),
                ("hugepages-2Mi", huge),
            ])
        },
    )
}

fn port() -> impl Strategy<Value = Value> {
    let number = prop_oneof![5 => Just(Some(8080)), 4 => Just(Some(53)), 1 => Just(None)];
    let address = weighted(&[(4, ""), (2, "0.0.0.0"), (3, "10.0.0.1"), (3, "10.0.0.2"), (1, "::")]);
    let protocol = weighted(&[(6, "TCP"), (3, "UDP"), (1, "SCTP"), (2, "")]);
    (number, address, protocol).prop_map(|(number, address, protocol)| {
        let text = |text: String| if text.is_empty() { Value::Null } else { json!(text) };
        let fixed = [("containerPort", json!(8080)), ("hostPort", or_null(number))];
        object([fixed[0].clone(), fixed[1].clone(), ("hostIP", text(address)), ("protocol", text(protocol))])
    })
}

/// A container; its name is given by its place. `ports` in so many of a hundred.
fn container(ports: u32) -> impl Strategy<Value = Value> {
    let ports = in_percent(ports, prop::collection::vec(port(), 1..3));
    (requests(), in_percent(70, word(IMAGES)), ports).prop_map(|(requests, image, ports)| {
        let resources = object([("requests", json!(requests))]);
        let ports = json!(ports.unwrap_or_default());
        let image = image.filter(|image| !image.is_empty());
        object([("image", or_null(image)), ("resources", resources), ("ports", ports)])
    })
}

fn init_container(ports: u32) -> impl Strategy<Value = Value> {
    (container(ports), prop::bool::ANY).prop_map(|(mut container, is_sidecar)| {
        if is_sidecar {
            container["restartPolicy"] = json!("Always");
        }
        container
    })
}

/// The fields of a pod's spec that its containers fill.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    /// `containers`.
    pub(crate) containers: Vec<Value>,
    /// `initContainers`.
    pub(crate) init: Vec<Value>,
    /// `overhead`.
    pub(crate) overhead: Value,
    /// `resources` of the pod as a whole.
    pub(crate) resources: Value,
}

fn name_by_place(containers: Vec<Value>, prefix: &str) -> Vec<Value> {
    let name = |(place, mut container): (usize, Value)| {
        container["name"] = json!(format!("{prefix}{place}"));
        container
    };
    containers.into_iter().enumerate().map(name).collect()
}

/// Containers, init containers and what the pod as a whole asks for.
pub(crate) fn body(ports: u32) -> impl Strategy<Value = Body> {
    let containers = prop::collection::vec(container(ports), 1..3);
    let init = in_percent(20, prop::collection::vec(init_container(ports), 1..4));
    let overhead = (in_percent(80, word(&["100m", "250m"])), word(&["32Mi", "1500m"]));
    let huge = in_percent(20, word(&["2Mi"]));
    let level = (in_percent(70, weighted(CPU)), in_percent(60, weighted(MEMORY)), huge);
    (containers, init, in_percent(10, overhead), in_percent(10, level)).prop_map(
        |(containers, init, overhead, level)| {
            let overhead = overhead.map(|(cpu, memory)| named([("cpu", cpu), ("memory", Some(memory))]));
            let level = level.map(|(cpu, memory, huge)| {
                object([(
                    "requests",
                    json!(named([("cpu", cpu), ("memory", memory), ("hugepages-2Mi", huge)])),
                )])
            });
            Body {
                containers: name_by_place(containers, "c"),
                init: name_by_place(init.unwrap_or_default(), "i"),
                overhead: or_null(overhead),
                resources: or_null(level),
            }
        },
    )
}

/// The status of a pod whose first container, and first init container, is being resized.
pub(crate) fn resize() -> impl Strategy<Value = Value> {
    let status = || (requests(), in_percent(80, requests()), prop::bool::weighted(0.9));
    let reason = prop::option::of(word(&["Deferred", "Infeasible"]));
    (status(), in_percent(40, status()), reason).prop_map(|(first, init, reason)| {
        let entry = |name: &str, (used, allocated, has_used): (Amounts, Option<Amounts>, bool)| {
            let resources = if has_used { json!({ "requests": used }) } else { Value::Null };
            let mut entry = object([("resources", resources), ("allocatedResources", or_null(allocated))]);
            for (field, value) in [
                ("image", json!("web")),
                ("imageID", json!("")),
                ("ready", json!(true)),
                ("restartCount", json!(0)),
            ] {
                entry[field] = value;
            }
            entry["name"] = json!(name);
            json!([entry])
        };
        let pending = |reason| json!([{ "type": "PodResizePending", "status": "True", "reason": reason }]);
        object([
            ("containerStatuses", entry("c0", first)),
            ("initContainerStatuses", init.map_or(Value::Null, |init| entry("i0", init))),
            ("conditions", reason.map_or(Value::Null, pending)),
        ])
    })
}
