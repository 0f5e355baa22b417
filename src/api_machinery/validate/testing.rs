//! What the tests share: an object is read from YAML, given its defaults and validated, and everything
//! that is said about it is compared.

use kubecast_manifest::{Object, decode_object, parse};

use super::{Fault, validate};
use crate::api::behaviour::Release;
use crate::api::{ApiServerBehaviour, Behaviour};
use crate::api_machinery::defaults;

/// The API server of a release.
pub(in crate::api_machinery) fn release(minor: u8) -> ApiServerBehaviour {
    let none = std::collections::BTreeMap::new();
    Behaviour::resolve(Release::one(minor), &none).expect("defaults are valid").0.api_server
}

/// Reads one object.
pub(in crate::api_machinery) fn object(yaml: &str) -> Object {
    let documents = parse("test.yaml", yaml).expect("valid YAML");
    let decoded = decode_object(&documents[0].tree).unwrap_or_else(|error| panic!("{error}:\n{yaml}"));
    assert!(decoded.unknown_fields.is_empty(), "{:?}", decoded.unknown_fields);
    decoded.object
}

fn faults(yaml: &str, behaviour: ApiServerBehaviour) -> Vec<Fault> {
    let mut object = object(yaml);
    defaults::apply(&mut object, &behaviour);
    validate(&object, &behaviour)
}

/// Compares all messages of the API server of 1.34 about an object.
pub(super) fn check(yaml: &str, expected: &[&str]) {
    check_in(34, yaml, expected);
}

/// As [`check`], for another release.
pub(super) fn check_in(minor: u8, yaml: &str, expected: &[&str]) {
    let told: Vec<String> = faults(yaml, release(minor)).iter().map(ToString::to_string).collect();
    assert_eq!(told, expected, "about\n{yaml}");
}

/// Compares places and messages.
pub(super) fn check_places(yaml: &str, expected: &[(&str, &str)]) {
    let faults = faults(yaml, release(34));
    let told: Vec<(&str, String)> =
        faults.iter().map(|fault| (fault.path.as_str(), fault.to_string())).collect();
    let expected: Vec<(&str, String)> =
        expected.iter().map(|(path, message)| (*path, (*message).to_owned())).collect();
    assert_eq!(told, expected, "about\n{yaml}");
}
