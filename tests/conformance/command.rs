//! `kubecast conformance`: what it prints, and how it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::folder;

/// How a command ended.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ended {
    fn last_line(&self) -> &str {
        self.out.lines().last().unwrap_or("")
    }
}

fn conformance(args: &[&str]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_kubecast"))
        .arg("conformance")
        .args(args)
        .output()
        .expect("kubecast starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A file in the folder for such files; each test names its own.
fn file(name: &str, content: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance");
    fs::create_dir_all(&folder).expect("a folder");
    let path: PathBuf = folder.join(name);
    fs::write(&path, content).expect("a file");
    path.display().to_string()
}

/// A vector of one creation, which makes `calls` calls (it is 1 that is right).
fn vector(id: &str, calls: u32) -> Value {
    json!({
        "id": id, "kind": "slow-start", "count": 1, "initialBatchSize": 1, "failAfterSuccesses": -1,
        "expect": { "calls": calls, "successes": 1, "error": false },
    })
}

fn lines(vectors: &[Value]) -> String {
    vectors.iter().flat_map(|vector| [vector.to_string(), "\n".to_owned()]).collect()
}

#[test]
fn files_that_pass_end_with_0() {
    let plain = folder().join("rollout/slow-start.jsonl").display().to_string();
    let compressed = folder().join("rollout/proportional-scale.jsonl.gz").display().to_string();
    let ended = conformance(&[&plain, &compressed]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let expected =
        format!("{plain}: 80 passed, 0 failed\n{compressed}: 300 passed, 0 failed\n380 passed, 0 failed\n");
    assert_eq!(ended.out, expected);
}

#[test]
fn a_failing_vector_is_told_and_ends_with_1() {
    let bad = file("failing.jsonl", &lines(&[vector("good", 1), vector("bad", 2)]));
    let good = file("passing.jsonl", &lines(&[vector("good", 1)]));
    let ended = conformance(&[&bad, &good]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""));
    let told = "  bad: expect.calls: expected 2, found 1";
    let expected =
        format!("{bad}: 1 passed, 1 failed\n{told}\n{good}: 1 passed, 0 failed\n2 passed, 1 failed\n");
    assert_eq!(ended.out, expected);
}

#[test]
fn twenty_failures_of_a_file_are_told_or_all() {
    let all: Vec<Value> = (0..25).map(|number| vector(&format!("v{number}"), 2)).collect();
    let many = file("many.jsonl", &lines(&all));
    let ended = conformance(&[&many]);
    assert_eq!((ended.code, ended.last_line()), (Some(1), "0 passed, 25 failed"));
    assert!(ended.out.contains("  v19: ") && !ended.out.contains("v20"), "{}", ended.out);
    assert!(ended.out.contains("\n  … and 5 more (--all shows them)\n"), "{}", ended.out);
    let ended = conformance(&["--all", &many]);
    assert!(ended.out.contains("  v24: ") && !ended.out.contains("more"), "{}", ended.out);
    assert_eq!(ended.last_line(), "0 passed, 25 failed");
    let other = conformance(&["--all", "--threads", "3", &many]);
    assert_eq!(ended.out, other.out, "the number of threads changes nothing");
}

#[test]
fn unknown_kinds_fail_and_are_told_once() {
    let unknown = |kind: &str| json!({ "id": "u", "kind": kind, "expect": {} });
    let vectors = [vector("good", 1), unknown("leaves"), unknown("bones"), unknown("leaves")];
    let ended = conformance(&[&file("unknown.jsonl", &lines(&vectors))]);
    assert_eq!((ended.code, ended.last_line()), (Some(1), "1 passed, 3 failed"));
    assert_eq!(ended.out.matches("leaves").count(), 1, "{}", ended.out);
    assert!(ended.out.contains("  2 failed, as no model answers the kind \"leaves\"\n"), "{}", ended.out);
    assert!(ended.out.contains("  1 failed, as no model answers the kind \"bones\"\n"), "{}", ended.out);
}

#[test]
fn a_vector_that_says_nothing_fails() {
    let ended = conformance(&[&file("nothing.jsonl", "{}\n")]);
    assert_eq!((ended.code, ended.last_line()), (Some(1), "0 passed, 1 failed"));
    assert!(ended.out.contains("  line 1: no answer: "), "{}", ended.out);
    // One that expects nothing does not pass either.
    let mut silent = vector("silent", 1);
    silent.as_object_mut().expect("a vector").shift_remove("expect");
    let ended = conformance(&[&file("silent.jsonl", &lines(&[silent]))]);
    assert_eq!((ended.code, ended.last_line()), (Some(1), "0 passed, 1 failed"));
}

#[test]
fn what_is_no_file_of_vectors_is_wrong_input() {
    let good = file("beside.jsonl", &lines(&[vector("good", 1)]));
    let first = vector("good", 1).to_string();
    for (name, content, line) in [
        ("empty.jsonl", String::new(), 1),
        ("blank.jsonl", "\n  \n".to_owned(), 1),
        ("broken.jsonl", format!("{first}\n\n{{\"id\": \n"), 3),
        ("text.jsonl", "kind: Pod\n".to_owned(), 1),
        ("two.jsonl", format!("{first} {first}\n"), 1),
        ("list.jsonl", format!("{first}\n[{first}]\n"), 2),
        ("number.jsonl", "5\n".to_owned(), 1),
    ] {
        let wrong = file(name, &content);
        let ended = conformance(&[&good, &wrong]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{name}");
        assert!(ended.err.starts_with(&format!("error: {wrong}:{line}:")), "{name}: {}", ended.err);
        assert_eq!(ended.err.lines().count(), 1, "{name}: {}", ended.err);
    }
    let ended = conformance(&[&good, "no-such.jsonl"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert!(ended.err.contains("no-such.jsonl"), "{}", ended.err);
    assert_eq!(conformance(&[]).code, Some(2), "no file at all");
}
