//! The comparison of what a vector expects with a model's answer, leaf by leaf.
//!
//! Expectations are the fields whose names start with `expect`, of the vector itself or of an entry of
//! one of its lists (`proportions[2].expect`). A leaf is a number, string, truth value, `null`, or an
//! empty list or mapping; numbers are compared as numbers, floats to the last bit, strings bytewise.

use std::fmt;

use serde_json::{Number, Value};

/// Longer values are cut when they are told, in characters.
const LONGEST_TOLD: usize = 160;

/// A leaf that is not as expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where it stands in the vector: `expect.scores.node-1.total`.
    pub path: String,
    /// What Kubernetes decided; `None` if the vector has no such leaf.
    pub expected: Option<Value>,
    /// What the model answers; `None` if the answer has no such leaf.
    pub found: Option<Value>,
}

impl Difference {
    /// The same difference, seen from further up.
    fn below(mut self, head: &str) -> Self {
        self.path.insert_str(0, head);
        self
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (expected, found) = (told(self.expected.as_ref()), told(self.found.as_ref()));
        write!(f, "{}: expected {expected}, found {found}", self.path)
    }
}

fn told(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    match text.char_indices().nth(LONGEST_TOLD) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The first leaf that differs, in the order of the vector; what only the answer has comes last in its
/// mapping or list.
pub fn first_difference(vector: &Value, answer: &Value) -> Option<Difference> {
    first_difference_in(vector, answer, None)
}

/// The same where a further field, `outcome`, holds what was decided.
pub fn first_difference_in(vector: &Value, answer: &Value, outcome: Option<&str>) -> Option<Difference> {
    let (expected, found) = (expectations(vector, outcome), expectations(answer, outcome));
    let asked = expected.iter().map(|(path, value)| (path, compare(Some(value), value_at(&found, path))));
    let unasked = found.iter().filter(|(path, _)| value_at(&expected, path).is_none());
    let unasked = unasked.map(|(path, value)| (path, compare(None, Some(value))));
    asked.chain(unasked).find_map(|(path, difference)| Some(difference?.below(path)))
}

fn value_at<'v>(all: &[(String, &'v Value)], path: &str) -> Option<&'v Value> {
    all.iter().find(|line| line.0 == path).map(|line| line.1)
}

/// What a vector or an answer expects: each expectation's path and value, in order.
fn expectations<'v>(value: &'v Value, outcome: Option<&str>) -> Vec<(String, &'v Value)> {
    let mut all = Vec::new();
    for (key, value) in value.as_object().into_iter().flatten() {
        if is_expectation(key) || outcome == Some(key) {
            all.push((key.clone(), value));
            continue;
        }
        for (index, entry) in value.as_array().into_iter().flatten().enumerate() {
            let fields = entry.as_object().into_iter().flatten().filter(|(inner, _)| is_expectation(inner));
            all.extend(fields.map(|(inner, value)| (format!("{key}[{index}].{inner}"), value)));
        }
    }
    all
}

fn is_expectation(key: &str) -> bool {
    key.starts_with("expect")
}

/// The first leaf that differs; its path starts below the two values.
fn compare(expected: Option<&Value>, found: Option<&Value>) -> Option<Difference> {
    match (expected, found) {
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            let mut places = 0..expected.len().max(found.len());
            places.find_map(|place| {
                let difference = compare(expected.get(place), found.get(place))?;
                Some(difference.below(&format!("[{place}]")))
            })
        }
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            let unasked = found.keys().filter(|key| !expected.contains_key(*key));
            expected.keys().chain(unasked).find_map(|key| {
                let difference = compare(expected.get(key), found.get(key))?;
                Some(difference.below(&segment(key)))
            })
        }
        (Some(Value::Number(expected)), Some(Value::Number(found))) if same_number(expected, found) => None,
        (Some(expected), Some(found)) if expected == found => None,
        (Some(expected), Some(found)) => Some(Difference {
            path: String::new(),
            expected: Some(expected.clone()),
            found: Some(found.clone()),
        }),
        (Some(expected), None) => {
            let (path, leaf) = first_leaf(expected);
            Some(Difference { path, expected: Some(leaf.clone()), found: None })
        }
        (None, Some(found)) => {
            let (path, leaf) = first_leaf(found);
            Some(Difference { path, expected: None, found: Some(leaf.clone()) })
        }
        (None, None) => None,
    }
}

fn first_leaf(value: &Value) -> (String, &Value) {
    let (head, inner) = match value {
        Value::Array(items) => match items.first() {
            Some(first) => ("[0]".to_owned(), first),
            None => return (String::new(), value),
        },
        Value::Object(fields) => match fields.iter().next() {
            Some((key, first)) => (segment(key), first),
            None => return (String::new(), value),
        },
        _ => return (String::new(), value),
    };
    let (path, leaf) = first_leaf(inner);
    (head + &path, leaf)
}

/// A key as a part of a path: `.total`, or `["a.b"]` where that could be misread.
fn segment(key: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(plain) { format!(".{key}") } else { format!("[{key:?}]") }
}

fn same_number(a: &Number, b: &Number) -> bool {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => a == b,
        (Some(whole), None) => is_whole(b, whole),
        (None, Some(whole)) => is_whole(a, whole),
        // Neither is NaN, which JSON does not have.
        (None, None) => a.as_f64().partial_cmp(&b.as_f64()).is_some_and(std::cmp::Ordering::is_eq),
    }
}

/// Whether a float stands for exactly this whole number (of at most 64 bits).
fn is_whole(float: &Number, whole: i128) -> bool {
    let fits = |float: &f64| float.fract() == 0.0 && float.abs() < 1e30;
    float.as_f64().filter(fits).is_some_and(|float| float as i128 == whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(expected: &Value, found: &Value) -> Option<String> {
        let (vector, answer) = (json!({ "expect": expected }), json!({ "expect": found }));
        first_difference(&vector, &answer).map(|difference| difference.to_string())
    }

    #[test]
    fn equal_values_have_no_difference() {
        for value in [json!(null), json!([]), json!({}), json!({ "a": [1, { "b": 1.5 }, "x", false] })] {
            assert_eq!(told(&value, &value), None);
        }
        assert_eq!(told(&json!({ "a": 1, "b": 2 }), &json!({ "b": 2, "a": 1 })), None, "keys in any order");
    }

    #[test]
    fn the_first_difference_is_told_by_its_path() {
        for (expected, found, difference) in [
            (json!({ "a": [1, 2] }), json!({ "a": [1, 3] }), "expect.a[1]: expected 2, found 3"),
            (json!({ "a": [1, 2] }), json!({ "a": [1] }), "expect.a[1]: expected 2, found nothing"),
            (json!([1]), json!([1, { "b": [] }]), "expect[1].b: expected nothing, found []"),
            (json!({ "a": {} }), json!({ "a": [] }), "expect.a: expected {}, found []"),
            (json!({ "a": null }), json!({}), "expect.a: expected null, found nothing"),
            (json!({}), json!({ "a": null }), "expect.a: expected nothing, found null"),
            (json!({ "a": false }), json!({ "a": null }), "expect.a: expected false, found null"),
            (json!({ "a": 1 }), json!({ "a": "1" }), "expect.a: expected 1, found \"1\""),
            (json!({ "a": [[]] }), json!({ "a": [] }), "expect.a[0]: expected [], found nothing"),
            (json!({ "a.b": [1] }), json!({}), "expect[\"a.b\"][0]: expected 1, found nothing"),
            (json!({ "a": 1, "b": 1 }), json!({ "c": 1, "b": 2 }), "expect.a: expected 1, found nothing"),
        ] {
            assert_eq!(told(&expected, &found).as_deref(), Some(difference));
        }
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let same = |a: &str, b: &str| {
            let read = |text: &str| serde_json::from_str::<Value>(text).expect("a number");
            told(&read(a), &read(b)).is_none()
        };
        assert!(same("1", "1.0") && same("18446744073709551615", "18446744073709551615"));
        assert!(same("0", "-0.0") && same("100", "1e2") && same("0.1", "1e-1"));
        assert!(!same("1", "1.0000000000000002") && !same("0.3", "0.30000000000000004"));
        assert!(!same("0", "5e-324") && !same("5e-324", "1e-323"));
        assert!(!same("9007199254740993", "9007199254740992.0") && !same("-1", "18446744073709551615"));
    }

    #[test]
    fn expectations_stand_in_the_vector_and_in_the_entries_of_its_lists() {
        let vector = json!({ "asked": [{ "n": 1, "expect": 5 }, { "n": 2 }], "expectMore": { "x": 1 } });
        let told = |answer: &Value| first_difference(&vector, answer).map(|difference| difference.path);
        assert_eq!(told(&json!({ "asked": [{ "expect": 5 }, {}], "expectMore": { "x": 1 } })), None);
        assert_eq!(told(&json!({ "expectMore": { "x": 1 } })).as_deref(), Some("asked[0].expect"));
        let more = json!({ "asked": [{ "expect": 5 }, { "expect": 6 }], "expectMore": { "x": 1 } });
        assert_eq!(told(&more).as_deref(), Some("asked[1].expect"));
    }

    #[test]
    fn long_values_are_cut() {
        let long = told(&json!("ä".repeat(300)), &json!("")).expect("a difference");
        assert!(long.contains("ä…, found \"\"") && long.chars().count() < 200);
    }
}
