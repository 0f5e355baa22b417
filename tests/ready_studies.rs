//! The ready studies: they meet the schema, name the command of their results, and the small ones give
//! these results byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kubecast::scenario::schema;
use kubecast_manifest::parse;

use crate::harness::{self, folder, kubecast, root};

/// Those that take seconds in a debug build.
const SMALL: [&str; 4] = ["cpu-pairs", "match-label-keys", "releases", "skew-pairs"];

/// Every ready Study and Plan: its name, kind and text.
fn ready() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root("scenarios/studies")).expect("the folder is there") {
        let path = entry.expect("readable").path();
        let text = fs::read_to_string(&path).expect("readable");
        let documents = parse("study.yaml", &text).expect("valid YAML");
        let kind = documents[0].tree.get_str("kind").unwrap_or_default().to_owned();
        if kind == "Study" || kind == "Plan" {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            found.push((name, kind, text));
        }
    }
    found.sort();
    found
}

/// Files of a folder, but for the figures of every run, which are not checked in.
fn files(folder: impl AsRef<Path>) -> BTreeMap<String, Vec<u8>> {
    let mut files = harness::files(folder);
    files.remove("runs.csv");
    files
}

/// The command in the comment at the head of a study.
fn command(name: &str, text: &str) -> Vec<String> {
    let line = text.lines().find_map(|line| line.strip_prefix("#   kubecast "));
    let line = line.unwrap_or_else(|| panic!("{name} says no command"));
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn every_ready_study_meets_the_schema_and_has_results() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    let ready = ready();
    assert!(ready.len() >= 6, "there are ready studies");
    for (name, kind, text) in ready {
        let json = parse("study.yaml", &text).expect("valid YAML")[0].tree.to_json();
        let faults: Vec<String> =
            validator.iter_errors(&json).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{name}: {faults:#?}");
        let out = format!("results/studies/{name}");
        let scenario = format!("scenarios/studies/{name}.yaml");
        let expected = [kind.to_lowercase(), scenario, "--out".to_owned(), out.clone(), "--force".to_owned()];
        assert_eq!(command(&name, &text), expected);
        let results = files(root(&out));
        let wanted: &[&str] = if kind == "Plan" {
            &["evidence.csv", "plan.json", "summary.txt"]
        } else {
            &["differences.csv", "estimates.csv", "manifest.json", "plot.svg", "summary.txt"]
        };
        assert_eq!(results.keys().collect::<Vec<_>>(), wanted, "{name}");
    }
}

#[test]
fn the_small_ones_give_their_results_byte_for_byte() {
    for name in SMALL {
        let text = fs::read_to_string(root(&format!("scenarios/studies/{name}.yaml"))).expect("a study");
        let mut args = command(name, &text);
        let out = folder(name);
        let place = args.iter().position(|arg| arg == "--out").expect("it writes") + 1;
        args[place].clone_from(&out);
        kubecast(&args.iter().map(String::as_str).collect::<Vec<_>>()).success();
        let (found, expected) = (files(&out), files(root(&format!("results/studies/{name}"))));
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{name}");
        for (file, bytes) in &found {
            assert!(*bytes == expected[file], "results/studies/{name}/{file} is not what its command gives");
        }
    }
}

/// On kubernetes#98215 and on CPUs, shared random numbers leave a part of the variance that is below 1 for sure.
#[test]
fn pairs_take_variance_away() {
    for name in ["skew-pairs", "cpu-pairs"] {
        let path = root(&format!("results/studies/{name}/differences.csv"));
        let mut reader = csv::Reader::from_path(path).expect("the results");
        let heading = reader.headers().expect("a heading").clone();
        let place = |name: &str| heading.iter().position(|column| column == name).expect("the column");
        let main = reader.records().next().expect("a difference").expect("a row");
        let number = |column: &str| -> f64 { main[place(column)].parse().expect("a number") };
        let (low, ratio, high) =
            (number("varianceRatioLow"), number("varianceRatio"), number("varianceRatioHigh"));
        assert!(0.0 < low && low < ratio && ratio < high && high < 1.0, "{name}: {low} {ratio} {high}");
    }
}
