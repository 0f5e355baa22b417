//! `kubecast conformance`: what it prints, and how it ends.

use serde_json::{Value, json};

use super::folder;
use crate::harness::{Outcome, file, kubecast};

fn conformance(args: &[&str]) -> Outcome {
    kubecast(&[&["conformance"], args].concat())
}

fn last_line(ended: &Outcome) -> &str {
    ended.stdout.lines().last().unwrap_or("")
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
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let expected =
        format!("{plain}: 80 passed, 0 failed\n{compressed}: 300 passed, 0 failed\n380 passed, 0 failed\n");
    assert_eq!(ended.stdout, expected);
}

#[test]
fn a_failing_vector_is_told_and_ends_with_1() {
    let bad = file("failing.jsonl", &lines(&[vector("good", 1), vector("bad", 2)]));
    let good = file("passing.jsonl", &lines(&[vector("good", 1)]));
    let ended = conformance(&[&bad, &good]);
    assert_eq!((ended.code, ended.stderr.as_str()), (1, ""));
    let told = "  bad: expect.calls: expected 2, found 1";
    let expected =
        format!("{bad}: 1 passed, 1 failed\n{told}\n{good}: 1 passed, 0 failed\n2 passed, 1 failed\n");
    assert_eq!(ended.stdout, expected);
}

#[test]
fn twenty_failures_of_a_file_are_told_or_all() {
    let all: Vec<Value> = (0..25).map(|number| vector(&format!("v{number}"), 2)).collect();
    let many = file("many.jsonl", &lines(&all));
    let ended = conformance(&[&many]);
    assert_eq!((ended.code, last_line(&ended)), (1, "0 passed, 25 failed"));
    assert!(ended.stdout.contains("  v19: ") && !ended.stdout.contains("v20"), "{}", ended.stdout);
    assert!(ended.stdout.contains("\n  … and 5 more (--all shows them)\n"), "{}", ended.stdout);
    let ended = conformance(&["--all", &many]);
    assert!(ended.stdout.contains("  v24: ") && !ended.stdout.contains("more"), "{}", ended.stdout);
    assert_eq!(last_line(&ended), "0 passed, 25 failed");
    let other = conformance(&["--all", "--threads", "3", &many]);
    assert_eq!(ended.stdout, other.stdout, "the number of threads changes nothing");
}

#[test]
fn unknown_kinds_fail_and_are_told_once() {
    let unknown = |kind: &str| json!({ "id": "u", "kind": kind, "expect": {} });
    let vectors = [vector("good", 1), unknown("leaves"), unknown("bones"), unknown("leaves")];
    let ended = conformance(&[&file("unknown.jsonl", &lines(&vectors))]);
    assert_eq!((ended.code, last_line(&ended)), (1, "1 passed, 3 failed"));
    assert_eq!(ended.stdout.matches("leaves").count(), 1, "{}", ended.stdout);
    assert!(
        ended.stdout.contains("  2 failed, as no model answers the kind \"leaves\"\n"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stdout.contains("  1 failed, as no model answers the kind \"bones\"\n"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_vector_that_says_nothing_fails() {
    let ended = conformance(&[&file("nothing.jsonl", "{}\n")]);
    assert_eq!((ended.code, last_line(&ended)), (1, "0 passed, 1 failed"));
    assert!(ended.stdout.contains("  line 1: no answer: "), "{}", ended.stdout);
    // One that expects nothing does not pass either.
    let mut silent = vector("silent", 1);
    silent.as_object_mut().expect("a vector").shift_remove("expect");
    let ended = conformance(&[&file("silent.jsonl", &lines(&[silent]))]);
    assert_eq!((ended.code, last_line(&ended)), (1, "0 passed, 1 failed"));
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
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{name}");
        assert!(ended.stderr.starts_with(&format!("error: {wrong}:{line}:")), "{name}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{name}: {}", ended.stderr);
    }
    let ended = conformance(&[&good, "no-such.jsonl"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("no-such.jsonl"), "{}", ended.stderr);
    assert_eq!(conformance(&[]).code, 2, "no file at all");
}
