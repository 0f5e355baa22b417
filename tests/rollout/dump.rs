//! The dump that the binary is run on.

use std::fs;

/// A dump of a cluster of three nodes with one Deployment of five pods that has settled.
pub(crate) const DUMP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kk98215-dump.yaml");

/// The text of the dump.
pub(crate) fn dump() -> String {
    fs::read_to_string(DUMP).expect("the fixture is there")
}

/// The dump without the objects of a kind.
pub(crate) fn dump_without(kind: &str) -> String {
    let dump = dump();
    let items = dump.split_inclusive('\n').collect::<Vec<_>>();
    // Every item begins with a dash in the first column.
    let of_kind = format!("  kind: {kind}\n");
    let mut kept = String::new();
    for item in items.chunk_by(|_, next| !next.starts_with("- ") && !next.starts_with("kind: ")) {
        if !item.contains(&of_kind.as_str()) {
            kept.extend(item.iter().copied());
        }
    }
    kept
}
