//! Tests of the decoder: strictness, places, unknown fields.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{DecodeError, decode};
use crate::document::parse;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Sample {
    name: String,
    #[serde(default)]
    max_skew: Option<i32>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    items: Vec<Inner>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Inner {
    choice: Choice,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
enum Choice {
    None,
    Constant(String),
    Range { low: u8, high: u8 },
}

fn sample(text: &str) -> Result<(Sample, Vec<String>), DecodeError> {
    let documents = parse("f.yaml", text).expect("valid YAML");
    let (value, unknown) = decode::<Sample>(&documents[0].tree)?;
    let place = |field: &super::UnknownField| format!("{}:{}: {field}", field.line, field.column);
    Ok((value, unknown.iter().map(place).collect()))
}

fn fault(text: &str) -> String {
    let error = sample(text).expect_err("is refused");
    format!("{}:{}: {error}", error.line, error.column)
}

#[test]
fn unknown_fields_are_noted_with_their_place() {
    let (value, unknown) = sample("name: a\nmaxskew: 1\nother: {x: 1}\n").expect("decodes");
    assert_eq!(value.name, "a");
    assert_eq!(
        unknown,
        ["2:1: maxskew: unknown field; did you mean \"maxSkew\"?", "3:1: other: unknown field"]
    );
}

#[test]
fn a_number_is_no_string() {
    assert_eq!(
        fault("name: a\nlabels: {a: 1}\n"),
        "2:13: labels.a: expected a string, found the number 1; write \"1\" in quotes"
    );
    assert_eq!(
        fault("name: yes\n"),
        "1:7: name: expected a string, found the truth value true; write it in quotes"
    );
    assert_eq!(
        fault("name: a\nmaxSkew: \"1\"\n"),
        "2:10: maxSkew: expected a whole number, found the string \"1\""
    );
    assert_eq!(
        fault("name: a\nmaxSkew: 3000000000\n"),
        "2:10: maxSkew: expected a number that fits i32, found the number 3000000000"
    );
}

#[test]
fn enums_and_strict_types_tell_their_place() {
    let text = |choice: &str| format!("name: a\nitems:\n- choice: {choice}\n");
    assert_eq!(sample(&text("none")).expect("decodes").0.items[0].choice, Choice::None);
    let range = sample(&text("{range: {low: 1, high: 2}}")).expect("decodes").0;
    assert_eq!(range.items[0].choice, Choice::Range { low: 1, high: 2 });
    assert_eq!(
        fault(&text("{constnat: 5s}")),
        "3:12: items[0].choice: unknown value \"constnat\"; did you mean \"constant\"?"
    );
    assert_eq!(
        fault(&text("{range: {low: 300, high: 2}}")),
        "3:25: items[0].choice.range.low: expected a number that fits u8, found the number 300"
    );
    assert_eq!(
        fault("name: a\nitems:\n- chioce: none\n"),
        "3:3: items[0].chioce: unknown field; did you mean \"choice\"?"
    );
    assert_eq!(fault("items: []\n"), "1:1: the field \"name\" is missing");
}

#[test]
fn null_is_absent() {
    let (value, unknown) = sample("name: a\nmaxSkew: null\nlabels: ~\nitems:\n").expect("decodes");
    assert_eq!((value.max_skew, value.labels.len(), value.items.len()), (None, 0, 0));
    assert!(unknown.is_empty());
}
