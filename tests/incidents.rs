//! The known incidents and effects as ready scenarios: each meets its expectations, and none meets them any
//! more when the fix, or the fault, is taken away.
//!
//! What makes the difference stands in `set` of the variants. A variant that gets the values of another
//! one is the same cluster with the fix (or the fault) toggled; what the scenario expects of it must
//! then fail. All pairs of variants of a scenario are tried, but for those in [`ALIKE`].

use std::fs;
use std::path::{Path, PathBuf};

use kubecast_manifest::parse;
use serde_json::Value;

use crate::harness::{file, kubecast, root};

/// Runs a scenario. The shares that the scenarios expect are wide enough for this number.
const RUNS: &str = "20";

/// Variants of which one and the same is expected, or nearly: different ways to the same end.
const ALIKE: [(&str, &[&str]); 27] = [
    ("incidents/98215", &["25-25", "60-20", "100-0"]),
    ("incidents/98215", &["25-25-fixed", "60-20-fixed", "100-0-fixed", "1-0"]),
    ("incidents/105661", &["without-other-pods", "with-matchLabelKeys"]),
    // Without the fix it is seen in 17 % of the runs only: that 20 runs do not show it says little.
    ("incidents/121284", &["quiet", "with-matchLabelKeys"]),
    ("incidents/106127", &["without", "before-the-taint"]),
    ("incidents/106127", &["with-nodeTaintsPolicy", "node-removed"]),
    ("incidents/87621", &["terminating", "terminating-1.24", "terminating-1.37"]),
    ("incidents/pytorch-984", &["matchLabelKeys", "small-nodes-nodeTaintsPolicy"]),
    (
        "incidents/pytorch-984",
        &["matchLabelKeys-nodeSelector", "matchLabelKeys-nodeTaintsPolicy", "small-nodes-nodeSelector"],
    ),
    ("incidents/kep-3327", &["by-socket-best-effort-off", "in-turn-best-effort-off"]),
    ("incidents/kep-3327", &["by-socket-restricted-off", "in-turn-restricted-off"]),
    (
        "incidents/kep-3327",
        &[
            "by-socket-best-effort-on",
            "by-socket-restricted-on",
            "in-turn-best-effort-on",
            "in-turn-restricted-on",
        ],
    ),
    ("incidents/kep-2625", &["without", "six-cpus"]),
    ("incidents/84597", &["restricted", "single-numa-node"]),
    ("incidents/122473", &["none-off", "none-on"]),
    ("incidents/114642", &["both-1.37", "align-by-socket-only"]),
    ("incidents/33195", &["1.24-last", "1.25-gate-off", "1.24-parallel"]),
    ("incidents/33195", &["1.24-first", "1.25-last", "1.34-last"]),
    ("incidents/kwok-818", &["260-bitmap", "260"]),
    ("incidents/136475", &["dual-write", "dual-write-late", "bitmap-before-repair"]),
    ("incidents/136475", &["without-dual-write", "bitmap-after-repair"]),
    ("incidents/kep-1880", &["dual-write", "1.31", "after-the-upgrade"]),
    ("incidents/kep-1880", &["without-dual-write", "1.30"]),
    ("incidents/104769", &["removed-later", "removed-later-1.24"]),
    ("incidents/138374", &["1.35", "1.34-of-a-112"]),
    ("incidents/138374", &["1.33-without-dual-write", "1.34"]),
    ("effects/match-label-keys-full-cluster", &["without", "more-at-a-time"]),
];

fn scenarios_in(folder: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root("scenarios").join(folder)).expect("the folder is there") {
        let path = entry.expect("a readable entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a UTF-8 name").to_owned();
        assert!(path.extension().is_some_and(|ending| ending == "yaml"), "{}", path.display());
        found.push((format!("{folder}/{name}"), path));
    }
    found.sort();
    found
}

fn run(path: &Path) -> (i32, String) {
    let path = path.to_str().expect("UTF-8");
    let outcome = kubecast(&["run", "--runs", RUNS, "--threads", "1", path]);
    (outcome.code, outcome.told())
}

fn name(variant: &Value) -> &str {
    variant["name"].as_str().expect("a variant has a name")
}

fn alike(scenario: &str, a: &str, b: &str) -> bool {
    ALIKE.iter().any(|(of, group)| *of == scenario && group.contains(&a) && group.contains(&b))
}

/// The scenario with the variant `one` only, which has the values of `other`.
fn toggled(scenario: &Value, one: &Value, other: &Value) -> Value {
    let mut changed = scenario.clone();
    let mut variant = other.clone();
    variant["name"] = one["name"].clone();
    changed["spec"]["variants"] = Value::Array(vec![variant]);
    let expected = changed["spec"]["expect"].as_array_mut().expect("a list");
    expected.retain(|entry| entry.get("variant").is_none_or(|of| of == &one["name"]));
    changed
}

fn scenario_of(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a readable scenario");
    let documents = parse("scenario.yaml", &text).expect("valid YAML");
    let [document] = documents.as_slice() else { panic!("{}: one document", path.display()) };
    document.tree.to_json()
}

/// Every scenario of a folder as it is, and with each variant in the place of each other.
fn check(folder: &str) {
    let mut faults = Vec::new();
    for (scenario, path) in scenarios_in(folder) {
        let (code, told) = run(&path);
        assert_eq!(code, 0, "{scenario}: {told}");
        assert!(told.contains("Expectations: "), "{scenario} expects something: {told}");
        let document = scenario_of(&path);
        let variants = document["spec"]["variants"].as_array().expect("variants");
        for one in variants {
            let mut tried = 0;
            for other in variants {
                if alike(&scenario, name(one), name(other)) || name(one) == name(other) {
                    continue;
                }
                let changed = file("scenario.json", &toggled(&document, one, other).to_string());
                let (code, told) = run(Path::new(&changed));
                if code != 1 {
                    faults.push(format!("{scenario}: {} as {}: {code}: {told}", name(one), name(other)));
                }
                tried += 1;
            }
            assert!(tried > 0, "{scenario}: nothing tells {} from the others", name(one));
        }
    }
    assert!(faults.is_empty(), "these meet what is expected of another variant:\n{}", faults.join("\n"));
}

#[test]
fn incidents_are_seen_and_depend_on_their_fix() {
    check("incidents");
}

#[test]
fn effects_are_seen_and_depend_on_their_cause() {
    check("effects");
}

/// A variant under its own name is what it was, so that a toggle fails for its values and nothing else.
#[test]
fn a_variant_alone_meets_what_is_expected_of_it() {
    for folder in ["incidents", "effects"] {
        for (scenario, path) in scenarios_in(folder) {
            let document = scenario_of(&path);
            for one in document["spec"]["variants"].as_array().expect("variants") {
                let alone = file("alone.json", &toggled(&document, one, one).to_string());
                let (code, told) = run(Path::new(&alone));
                assert_eq!(code, 0, "{scenario}: {}: {told}", name(one));
            }
        }
    }
}

#[test]
fn the_lists_name_scenarios_and_variants_that_are_there() {
    for (scenario, group) in &ALIKE {
        let path = root(&format!("scenarios/{scenario}.yaml"));
        let document = scenario_of(&path);
        let names: Vec<&str> =
            document["spec"]["variants"].as_array().expect("variants").iter().map(name).collect();
        for variant in *group {
            assert!(names.contains(variant), "{scenario} has no variant {variant}");
        }
    }
}
