//! No test is forgotten: a file that its parent does not name is not compiled, and nobody would notice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use syn::Item;

use crate::harness::{root, rust_files};

/// The root of the tests.
const SUITE: &str = "suite.rs";

/// The modules in files of their own that a text names, and what is wrong with the way it names them.
fn named(name: &str, text: &str) -> (BTreeSet<String>, Vec<String>) {
    let (mut modules, mut faults) = (BTreeSet::new(), Vec::new());
    for item in syn::parse_file(text).unwrap_or_else(|error| panic!("{name}: {error}")).items {
        let Item::Mod(module) = item else { continue };
        if module.content.is_none() {
            if let [attribute, ..] = module.attrs.as_slice() {
                let what = attribute.path().segments.last().map(|segment| segment.ident.to_string());
                let what = what.unwrap_or_default();
                faults.push(format!("{name}: #[{what}] on mod {}", module.ident));
            }
            modules.insert(module.ident.to_string());
        }
    }
    (modules, faults)
}

/// The file that names a file: `a/b.rs` is named by `a.rs`, `a.rs` by the root.
fn parent(name: &str) -> String {
    name.rsplit_once('/').map_or_else(|| SUITE.to_owned(), |(folder, _)| format!("{folder}.rs"))
}

/// What is wrong with files, by their path below `tests/`, and their texts.
fn faults(files: &BTreeMap<String, String>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut modules = BTreeMap::new();
    for (name, text) in files {
        let (named, wrong) = named(name, text);
        faults.extend(wrong);
        modules.insert(name.as_str(), named);
    }
    for name in files.keys().filter(|name| *name != SUITE) {
        let parent = parent(name);
        let module = name.rsplit('/').next().and_then(|file| file.strip_suffix(".rs")).expect("a Rust file");
        if !modules.get(parent.as_str()).is_some_and(|named| named.contains(module)) {
            faults.push(format!("{name} is not named in {parent}"));
        }
    }
    faults
}

#[test]
fn every_file_is_named_by_its_parent() {
    let files: BTreeMap<String, String> = rust_files(root("tests")).collect();
    assert!(files.len() > 50, "the files are there");
    let faults = faults(&files);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Without this, every file beside the root would be a binary again.
#[test]
fn there_is_one_binary() {
    let manifest = fs::read_to_string(root("Cargo.toml")).expect("Cargo.toml");
    assert!(manifest.lines().any(|line| line == "autotests = false"));
    assert_eq!(manifest.lines().filter(|line| *line == "[[test]]").count(), 1);
}

#[test]
fn forgotten_files_are_found() {
    let check = |listing: &[(&str, &str)], expected: &[&str]| {
        let files = listing.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        assert_eq!(faults(&files), expected);
    };
    let whole = [
        ("suite.rs", "mod cli;\nmod study;"),
        ("cli.rs", "mod inside { }"),
        ("study.rs", "mod deep;"),
        ("study/deep.rs", "mod below;"),
        ("study/deep/below.rs", ""),
    ];
    check(&whole, &[]);
    check(&[&whole[..], &[("plan.rs", "")]].concat(), &["plan.rs is not named in suite.rs"]);
    check(&[&whole[..], &[("cli/inside.rs", "")]].concat(), &["cli/inside.rs is not named in cli.rs"]);
    check(
        &[&whole[..], &[("study/deep/no.rs", "")]].concat(),
        &["study/deep/no.rs is not named in study/deep.rs"],
    );
    check(&[&whole[..], &[("alone/file.rs", "")]].concat(), &["alone/file.rs is not named in alone.rs"]);
    check(
        &[("suite.rs", "#[path = \"b.rs\"]\nmod a;"), ("b.rs", "")],
        &["suite.rs: #[path] on mod a", "b.rs is not named in suite.rs"],
    );
    check(&[("suite.rs", "#[cfg(unix)]\nmod a;"), ("a.rs", "")], &["suite.rs: #[cfg] on mod a"]);
}
