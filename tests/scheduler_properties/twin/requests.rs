//! What pods ask for: quantities are added exactly, in thousand-millionths, and rounded up at the end.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{at, is_there, list, text};

const NANO: i128 = 1_000_000_000;

/// Amounts in thousand-millionths, by resource.
pub(crate) type Amounts = BTreeMap<String, i128>;

/// A quantity as written, in thousand-millionths, rounded up.
pub(crate) fn quantity(text: &str) -> i128 {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().expect("digits");
    let unit: i128 = match suffix {
        "n" => 1,
        "u" => 1_000,
        "m" => 1_000_000,
        "" => NANO,
        "k" => 1_000 * NANO,
        "M" => 1_000_000 * NANO,
        "G" => NANO * NANO,
        "T" => 1_000 * NANO * NANO,
        "Ki" => NANO << 10,
        "Mi" => NANO << 20,
        "Gi" => NANO << 30,
        "Ti" => NANO << 40,
        _ => {
            let power = suffix.strip_prefix(['e', 'E']).and_then(|power| power.parse().ok());
            NANO * 10_i128.pow(power.unwrap_or_else(|| panic!("the quantity {text:?}")))
        }
    };
    let divisor = 10_i128.pow(u32::try_from(fraction.len()).expect("a short number"));
    (digits * unit + divisor - 1) / divisor
}

/// The whole number of units (or of thousandths), rounded up.
pub(crate) fn whole(amounts: &Amounts, resource: &str) -> i64 {
    let unit = if resource == "cpu" { NANO / 1_000 } else { NANO };
    let amount = amounts.get(resource).copied().unwrap_or(0);
    i64::try_from((amount + unit - 1).div_euclid(unit)).expect("a moderate amount")
}

/// The list of quantities at a path.
pub(crate) fn amounts(json: &Value, path: &[&str]) -> Amounts {
    let entries = at(json, path).as_object().into_iter().flatten();
    entries.map(|(name, json)| (name.clone(), quantity(json.as_str().expect("a quantity")))).collect()
}

fn add(sum: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        *sum.entry(name.clone()).or_insert(0) += amount;
    }
}

/// Resource by resource the larger amount.
fn larger(one: &Amounts, other: &Amounts) -> Amounts {
    let mut both = other.clone();
    for (name, amount) in one {
        let held = both.entry(name.clone()).or_insert(*amount);
        *held = (*held).max(*amount);
    }
    both
}

fn at_pod_level(name: &str) -> bool {
    name == "cpu" || name == "memory" || name.starts_with("hugepages-")
}

/// How `PodRequests` is called.
#[derive(Clone, Copy)]
struct Options {
    resized: bool,
    pod_level: bool,
    /// Stand-ins for containers that ask for no CPU, for no memory.
    stand_ins: [bool; 2],
}

/// What one pod asks for, by the rules of its several readers.
pub(crate) struct Requests {
    /// For the filter, and for balance.
    pub(crate) wanted: Amounts,
    /// On the node that the pod is on.
    pub(crate) used: Amounts,
    /// On that node, with stand-ins.
    pub(crate) used_with_stand_ins: Amounts,
    /// For the score of the least allocated node, with stand-ins.
    pub(crate) scored: Amounts,
}

/// The sums of a pod.
pub(crate) fn of_pod(pod: &Value) -> Requests {
    let plain = Options { resized: false, pod_level: true, stand_ins: [false; 2] };
    let used = sum(pod, Options { resized: true, ..plain });
    let has_pod_level =
        amounts(pod, &["spec", "resources", "requests"]).keys().any(|name| at_pod_level(name));
    let missing = |name: &str| !has_pod_level || !used.contains_key(name);
    let stand_ins = [missing("cpu"), missing("memory")];
    Requests {
        wanted: sum(pod, plain),
        used_with_stand_ins: sum(pod, Options { resized: true, pod_level: true, stand_ins }),
        scored: sum(pod, Options { resized: true, pod_level: false, stand_ins: [true; 2] }),
        used,
    }
}

fn sum(pod: &Value, options: Options) -> Amounts {
    let mut together = Amounts::new();
    for container in list(pod, &["spec", "containers"]) {
        add(&mut together, &of_container(pod, container, options));
    }
    // What runs while an init container does: it, and the sidecars that were started before it.
    let mut sidecars = Amounts::new();
    let mut most = Amounts::new();
    for container in list(pod, &["spec", "initContainers"]) {
        let asked = of_container(pod, container, options);
        let mut running = sidecars.clone();
        add(&mut running, &asked);
        if is_sidecar(container) {
            add(&mut together, &asked);
            sidecars.clone_from(&running);
        }
        most = larger(&most, &running);
    }
    let mut all = larger(&together, &most);
    if options.pod_level {
        let of_the_pod = amounts(pod, &["spec", "resources", "requests"]);
        all.extend(of_the_pod.into_iter().filter(|(name, _)| at_pod_level(name)));
    }
    add(&mut all, &amounts(pod, &["spec", "overhead"]));
    all
}

/// Whether an init container keeps running.
pub(crate) fn is_sidecar(container: &Value) -> bool {
    text(container, &["restartPolicy"]) == "Always"
}

fn of_container(pod: &Value, container: &Value, options: Options) -> Amounts {
    let mut asked = amounts(container, &["resources", "requests"]);
    let is_init = list(pod, &["spec", "initContainers"]).contains(container);
    if options.resized && (!is_init || is_sidecar(container)) {
        let statuses = ["containerStatuses", "initContainerStatuses"];
        let mut all = statuses.iter().flat_map(|field| list(pod, &["status", field]));
        let status = all.find(|status| text(status, &["name"]) == text(container, &["name"]));
        if let Some(status) = status.filter(|status| is_there(status, &["resources"])) {
            let current = larger(
                &amounts(status, &["resources", "requests"]),
                &amounts(status, &["allocatedResources"]),
            );
            asked = if is_resize_hopeless(pod) { current } else { larger(&asked, &current) };
        }
    }
    for (name, wanted, amount) in
        [("cpu", options.stand_ins[0], NANO / 10), ("memory", options.stand_ins[1], NANO * (200 << 20))]
    {
        if wanted {
            asked.entry(name.to_owned()).or_insert(amount);
        }
    }
    asked
}

fn is_resize_hopeless(pod: &Value) -> bool {
    let mut conditions = list(pod, &["status", "conditions"]).iter();
    let pending = conditions.find(|condition| text(condition, &["type"]) == "PodResizePending");
    pending.is_some_and(|condition| text(condition, &["reason"]) == "Infeasible")
}
