//! A vector that expects something else must fail: for each kind, each place of its expectations is
//! changed in every way that its value allows. Of places that differ only by an index of a list, or by
//! the name of an object, the first is taken.

use std::collections::BTreeSet;

use kubecast::conformance::verify;
use serde_json::{Value, json};

use super::{FILES, vectors};

/// Mappings whose keys are names of objects, by kind.
const BY_NAME: [(&str, &str); 11] = [
    ("job-active", "/expect/failureCounts"),
    ("pod-deletion-order", "/expectRanks"),
    ("proportional-scale", "/expect"),
    ("proportional-scale", "/expectSaturated"),
    ("rollout-sequence", "/expect/*/replicaSets"),
    ("scheduler-cycle", "/expect/filter"),
    ("scheduler-cycle", "/expect/filter/*/plugins"),
    ("scheduler-cycle", "/expect/scores"),
    ("scheduler-preemption", "/expect/candidates"),
    ("scheduler-preemption", "/expect/filter"),
    ("scheduler-preemption", "/expect/rejected"),
];

/// A place in a vector: its JSON pointer, and the same with indices and names replaced by `*`.
#[derive(Clone)]
struct Place {
    pointer: String,
    shape: String,
}

impl Place {
    fn key(&self, key: &str, kind: &str) -> Self {
        let by_name = BY_NAME.contains(&(kind, self.shape.as_str()));
        let escaped = key.replace('~', "~0").replace('/', "~1");
        let shape = if by_name { "*" } else { &escaped };
        Self { pointer: format!("{}/{escaped}", self.pointer), shape: format!("{}/{shape}", self.shape) }
    }

    fn index(&self, index: usize) -> Self {
        Self { pointer: format!("{}/{index}", self.pointer), shape: format!("{}/*", self.shape) }
    }
}

fn is_expectation(key: &str) -> bool {
    key.starts_with("expect")
}

/// The expectations of a vector, those in the entries of its lists included.
fn expectations(vector: &Value, kind: &str) -> Vec<Place> {
    let root = Place { pointer: String::new(), shape: String::new() };
    let mut places = Vec::new();
    for (key, value) in vector.as_object().expect("a vector is an object") {
        let place = root.key(key, kind);
        if is_expectation(key) {
            places.push(place);
            continue;
        }
        for (index, entry) in value.as_array().into_iter().flatten().enumerate() {
            let keys = entry.as_object().into_iter().flatten().map(|field| field.0);
            let expected = keys.filter(|key| is_expectation(key));
            places.extend(expected.map(|key| place.index(index).key(key, kind)));
        }
    }
    places
}

/// A place and all below it.
fn collect(value: &Value, place: &Place, kind: &str, places: &mut Vec<Place>) {
    places.push(place.clone());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &place.index(index), kind, places);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                collect(field, &place.key(key, kind), kind, places);
            }
        }
        _ => {}
    }
}

/// Everything else that could stand in a value's place.
fn changes(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!(0), json!(""), json!([])],
        Value::Bool(truth) => vec![json!(!truth), json!(null)],
        Value::Number(number) => {
            let whole =
                number.as_i64().map_or_else(|| json!(number.as_f64().map(|n| n + 1.0)), |n| json!(n + 1));
            vec![whole, json!(number.to_string()), json!(null)]
        }
        Value::String(text) => vec![json!(format!("{text}x")), json!(""), json!(null)],
        Value::Array(items) => {
            let mut changed = vec![json!(null), json!({}), json!([&items[..], &[json!(null)]].concat())];
            if let Some((last, others)) = items.split_last() {
                changed.extend([json!(others), json!([&items[..], std::slice::from_ref(last)].concat())]);
            }
            if let [first, second, rest @ ..] = &items[..]
                && first != second
            {
                changed.push(json!([&[second.clone(), first.clone()], rest].concat()));
            }
            changed
        }
        Value::Object(fields) => {
            let mut more = fields.clone();
            more.insert("unheardOf".to_owned(), json!(null));
            let mut changed = vec![json!(null), json!([]), json!(more)];
            if let Some(key) = fields.keys().next() {
                let mut fewer = fields.clone();
                fewer.shift_remove(key);
                changed.push(json!(fewer));
            }
            changed
        }
    }
}

/// Every change to the places of a vector whose shape was not seen before that is not noticed.
fn unnoticed(vector: &Value, seen: &mut BTreeSet<String>) -> Vec<String> {
    let kind = vector["kind"].as_str().expect("a kind");
    let mut places = Vec::new();
    for place in expectations(vector, kind) {
        let value = vector.pointer(&place.pointer).expect("a place of the vector");
        collect(value, &place, kind, &mut places);
    }
    let mut found = Vec::new();
    for place in places {
        let value = vector.pointer(&place.pointer).expect("a place of the vector");
        // Empty lists and mappings are leaves, and null is one beside others.
        let empty = if [json!([]), json!({}), json!(null)].contains(value) {
            value.to_string()
        } else {
            String::new()
        };
        if !seen.insert(format!("{kind} {} {empty}", place.shape)) {
            continue;
        }
        for change in changes(value).into_iter().filter(|change| change != value) {
            let mut changed = vector.clone();
            let told = format!("{} {}: {value} changed to {change}", vector["id"], place.pointer);
            *changed.pointer_mut(&place.pointer).expect("the same place") = change;
            if verify(&changed).passed() {
                found.push(told);
            }
        }
    }
    found
}

/// The vectors of a file are changed where their shapes are new.
fn check(of: &str, shapes: usize) {
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for (file, _) in FILES.into_iter().filter(|line| line.0.starts_with(of)) {
        for vector in vectors(file) {
            found.append(&mut unnoticed(&vector, &mut seen));
        }
    }
    assert!(found.is_empty(), "{} changes are not noticed:\n{}", found.len(), found.join("\n"));
    assert_eq!(seen.len(), shapes, "shapes of places in {of}: {seen:#?}");
}

#[test]
fn changed_rollout_vectors_fail() {
    check("rollout/", 84);
}

#[test]
fn changed_scheduler_cycles_fail() {
    check("scheduler/cycle", 45);
}

#[test]
fn changed_preemption_vectors_fail() {
    check("preemption/", 49);
}

#[test]
fn changed_cycles_of_other_releases_fail() {
    check("scheduler-releases/", 53);
}

#[test]
fn changed_scheduler_sequences_fail() {
    check("scheduler/sequence", 16);
}

#[test]
fn changed_paces_fail() {
    check("control-plane-time/", 167);
}

#[test]
fn changed_service_ip_vectors_fail() {
    check("service-ip/", 91);
}

#[test]
fn changed_stateful_and_daemon_sets_fail() {
    check("workloads/statefulset", 26);
    check("workloads/daemonset", 39);
}

#[test]
fn changed_jobs_cron_jobs_and_budgets_fail() {
    check("workloads/job", 32);
    check("workloads/cronjob", 24);
    check("workloads/pdb", 16);
}

#[test]
fn ambiguous_deletion_orders_are_compared_too() {
    let all = vectors("rollout/pod-deletion-order.jsonl.gz");
    let ambiguous: Vec<&Value> = all.iter().filter(|vector| vector["unambiguous"] == json!(false)).collect();
    assert!(!ambiguous.is_empty());
    for vector in ambiguous {
        for key in ["expectOrder", "expectDelete"] {
            let names = vector[key].as_array().expect("a list");
            let backwards = names.iter().rev().cloned().collect();
            let more = [&names[..], &names[..1]].concat();
            for change in [backwards, more, names[1..].to_vec(), vec![json!("x"); names.len()]] {
                let mut changed = vector.clone();
                changed[key] = json!(change);
                assert!(change == *names || !verify(&changed).passed(), "{} {key}: {change:?}", vector["id"]);
            }
        }
    }
}

#[test]
fn expectations_come_and_go() {
    for (file, _) in FILES {
        let vector = vectors(file).swap_remove(0);
        let mut more = vector.clone();
        more["expectUnheardOf"] = json!([]);
        assert!(!verify(&more).passed(), "{file}: an expectation that no model answers");
        for key in vector.as_object().expect("a vector").keys().filter(|key| is_expectation(key)) {
            let mut fewer = vector.clone();
            fewer.as_object_mut().expect("a vector").shift_remove(key);
            assert!(!verify(&fewer).passed(), "{file}: without {key}");
        }
    }
}

#[test]
fn names_tags_and_descriptions_change_nothing() {
    for (file, _) in FILES {
        let mut vector = vectors(file).swap_remove(0);
        for key in ["id", "description", "features", "scenario"] {
            // The features of a deletion order are gates, not tags.
            if vector[key].is_object() {
                continue;
            }
            vector[key] = json!(["something", "else"]);
        }
        assert!(verify(&vector).passed(), "{file}: {}", verify(&vector));
    }
}
