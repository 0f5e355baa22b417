//! What came out of a run against what was recorded.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::observer::{Found, Write};

/// Times may differ by so many milliseconds. The recordings name 1, what they leave to chance comes to 0.1.
const TOLERANCE_MS: f64 = 0.9;
/// Times of completion of a recording that could have come out otherwise, as the recordings' README says.
const ROUGH_MS: f64 = 1000.0;
/// Counts of one, as a part of all and as a number.
const ROUGH_COUNT: (f64, f64) = (0.05, 2.0);

/// A write without its time, by which writes are matched.
type Likeness = (String, String, String, String);

/// What came out, with the recorded times where they agree, in the recorded order.
pub(super) fn exact(recorded: &Value, found: &Found) -> Value {
    let expected = recorded.get("writes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut left: BTreeMap<Likeness, Vec<&Write>> = BTreeMap::new();
    for write in found.writes.iter().rev() {
        left.entry(likeness(write)).or_default().push(write);
    }
    let mut writes: Vec<(f64, Value)> = Vec::with_capacity(expected.len());
    for write in expected {
        let at = write.get(0).and_then(Value::as_f64).unwrap_or(0.0);
        let matched = left.get_mut(&recorded_likeness(write)).and_then(Vec::pop);
        writes.push(match matched {
            Some(found) if (ms(found.at) - at).abs() <= TOLERANCE_MS => (at, told(found, &write[0])),
            Some(found) => (at, told(found, &json!(ms(found.at)))),
            None => (at, json!(format!("not written; near it: {}", near(found, write, at)))),
        });
    }
    // The recorded order is that of the times.
    writes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let surplus = left.into_values().flatten().min_by_key(|write| write.at);
    writes.extend(surplus.map(|write| (ms(write.at), told(write, &json!(ms(write.at))))));
    json!({
        "writes": writes.into_iter().map(|write| write.1).collect::<Vec<_>>(),
        "requests": requests(found),
        "complete": complete(recorded, found, |_, expected, time| (expected - time).abs() <= TOLERANCE_MS),
    })
}

/// For a recording that could have come out otherwise: each component's requests and each time of completion are
/// held against it roughly, or within twice the distance of its two results.
pub(super) fn rough(recorded: &Value, alternative: &Value, found: &Found) -> Value {
    let mut answer = recorded.clone();
    let counted = requests(found);
    for (component, verbs) in recorded["requests"].as_object().into_iter().flatten() {
        let (expected, ours) = (total(verbs), total(&counted[component]));
        let other = alternative["requests"].get(component).map_or(expected, total);
        let allowed = (2.0 * (expected - other).abs()).max(ROUGH_COUNT.0 * expected).max(ROUGH_COUNT.1);
        if (expected - ours).abs() > allowed {
            answer["requests"][component] = counted[component].clone();
        }
    }
    answer["complete"] = complete(recorded, found, |place, expected, time| {
        let other = alternative["complete"][place]["ms"].as_f64().unwrap_or(expected);
        (expected - time).abs() <= (2.0 * (expected - other).abs()).max(ROUGH_MS)
    });
    answer
}

/// All requests of a component.
fn total(verbs: &Value) -> f64 {
    let counts = verbs.as_object().into_iter().flatten().filter(|verb| !verb.0.starts_with("code"));
    counts.filter_map(|verb| verb.1.as_f64()).sum()
}

/// What the component wrote instead, at about the time.
fn near(found: &Found, write: &Value, at: f64) -> Value {
    let (component, verb, ..) = recorded_likeness(write);
    let alike = found.writes.iter().filter(|one| one.component == component && one.verb == verb);
    let near = alike.min_by(|a, b| (ms(a.at) - at).abs().total_cmp(&(ms(b.at) - at).abs()));
    near.map_or(Value::Null, |write| told(write, &json!(ms(write.at))))
}

/// Times of completion, the recorded ones where they agree.
fn complete(recorded: &Value, found: &Found, agree: impl Fn(usize, f64, f64) -> bool) -> Value {
    let entries = found.complete.iter().enumerate().map(|(place, time)| {
        let time = time.map(ms);
        let expected = &recorded["complete"][place]["ms"];
        let agrees = expected.as_f64().zip(time).is_some_and(|(expected, time)| agree(place, expected, time));
        json!({ "op": place, "ms": if agrees { expected.clone() } else { json!(time) } })
    });
    Value::from(entries.collect::<Vec<_>>())
}

/// Requests by component and verb; the refused ones once more.
fn requests(found: &Found) -> Value {
    let mut counts: BTreeMap<&str, BTreeMap<String, u64>> = BTreeMap::new();
    for write in &found.writes {
        let verbs = counts.entry(write.component).or_default();
        *verbs.entry(write.verb.clone()).or_default() += 1;
        if let Some(code) = write.fields.get("code") {
            *verbs.entry(format!("code {code}")).or_default() += 1;
        }
    }
    json!(counts)
}

fn ms(nanos: u64) -> f64 {
    // Cut to hundredths, as recorded.
    (nanos / 10_000) as f64 / 100.0
}

fn likeness(write: &Write) -> Likeness {
    (write.component.to_owned(), write.verb.clone(), write.object.clone(), sorted(&write.fields))
}

fn recorded_likeness(write: &Value) -> Likeness {
    let text = |place| write.get(place).and_then(Value::as_str).unwrap_or("").to_owned();
    let fields = write.get(4).and_then(Value::as_object).cloned().unwrap_or_default();
    (text(1), text(2), text(3), sorted(&fields))
}

/// Fields in the order of their names.
fn sorted(fields: &Map<String, Value>) -> String {
    json!(fields.iter().collect::<BTreeMap<_, _>>()).to_string()
}

fn told(write: &Write, at: &Value) -> Value {
    let mut told = vec![at.clone(), json!(write.component), json!(write.verb), json!(write.object)];
    if !write.fields.is_empty() {
        told.push(Value::Object(write.fields.clone()));
    }
    Value::Array(told)
}
