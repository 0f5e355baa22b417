//! The binary, and the dump that it is run on.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

/// A dump of a cluster of three nodes with one Deployment of five pods that has settled.
pub(crate) const DUMP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kk98215-dump.yaml");

/// How the binary ended.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

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

/// Runs the binary.
pub(crate) fn kubecast(args: &[&str], input: &str) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kubecast"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A command that ends without reading its input closes the pipe.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the binary ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Outcome {
        code: output.status.code().expect("ends by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}
