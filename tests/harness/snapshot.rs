//! Texts that a person reads, compared as a whole with those below `tests/snapshots/`.
//!
//! `INSTA_UPDATE=always cargo test` writes those that differ; nothing else does (`.cargo/config.toml`).

use std::fs;

use insta::Settings;

use super::files::{root, rust_files};

/// Compares a text with the snapshot of this name.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(root("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A snapshot that no test compares says nothing, whatever it says.
#[test]
fn every_snapshot_is_compared() {
    let sources: String = rust_files(root("tests")).map(|(_, text)| text).collect();
    let mut number = 0;
    for entry in fs::read_dir(root("tests/snapshots")).expect("the folder is there") {
        let file = entry.expect("a readable entry").file_name().into_string().expect("UTF-8");
        let name = file.strip_suffix(".snap").unwrap_or_else(|| panic!("{file} is no snapshot"));
        assert!(sources.contains(&format!("snapshot(\"{name}\"")), "no test compares {file}");
        number += 1;
    }
    assert!(number > 5, "there are snapshots");
}

#[test]
#[should_panic(expected = "snapshot assertion")]
fn a_text_that_differs_is_refused() {
    snapshot("topology", "another machine\n");
}
