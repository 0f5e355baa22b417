//! A study that is killed with `kill -9` while it runs, and resumed, gives the bytes of one that was not.

use std::fs::{self, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use super::small::study_file;
use crate::harness::{binary, files, folder, kubecast};

const RUNS: usize = 2 * 2 * 150;

/// The whole lines of a journal, without the first.
fn journaled(path: &Path) -> usize {
    let mut text = Vec::new();
    if let Ok(mut file) = fs::File::open(path) {
        file.read_to_end(&mut text).expect("a readable journal");
    }
    String::from_utf8_lossy(&text).matches('\n').count().saturating_sub(1)
}

/// Starts a study and kills it once its journal has so many runs.
fn kill_after(study: &str, out: &str, runs: usize, resume: bool) {
    let mut command = binary::command(&["study", study, "--threads", "1", "--out", out]);
    command.stdout(Stdio::null());
    if resume {
        command.arg("--resume");
    }
    let mut child = command.spawn().expect("the binary starts");
    let journal = Path::new(out).join("journal.jsonl");
    while journaled(&journal) < runs {
        assert_eq!(child.try_wait().expect("a child"), None, "the study ended before it was killed");
        std::thread::yield_now();
    }
    // On Unix this is SIGKILL.
    child.kill().expect("it runs");
    child.wait().expect("it is gone");
    let there = journaled(&journal);
    assert!(there >= runs && there < RUNS, "killed with {there} of {RUNS} runs in the journal");
}

#[test]
fn a_killed_study_resumes_to_the_same_bytes() {
    let study = study_file("killed", "replications: 150");
    let whole = folder("study-uninterrupted");
    assert_eq!(kubecast(&["study", &study, "--out", &whole]).code, 0);
    let expected = files(&whole);
    for share in [25, 50, 75] {
        let out = folder(&format!("study-killed-{share}"));
        kill_after(&study, &out, RUNS * share / 100, false);
        let outcome = kubecast(&["study", &study, "--out", &out]);
        assert_eq!(outcome.code, 2, "without --resume it is left alone");
        let outcome = kubecast(&["study", &study, "--out", &out, "--resume"]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(files(&out) == expected, "killed at {share} % and resumed, the files differ");
    }
}

#[test]
fn a_line_that_was_torn_is_computed_again() {
    let study = study_file("torn", "replications: 150");
    let whole = folder("study-untorn");
    assert_eq!(kubecast(&["study", &study, "--out", &whole]).code, 0);
    let out = folder("study-torn");
    kill_after(&study, &out, RUNS / 3, false);
    let journal = Path::new(&out).join("journal.jsonl");
    // As a kill in the middle of a write leaves it: half of the last line.
    let text = fs::read(&journal).expect("the journal");
    let last = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("lines");
    let file = OpenOptions::new().write(true).open(&journal).expect("the journal");
    file.set_len(u64::midpoint(last as u64, text.len() as u64)).expect("it is cut");
    drop(file);
    // Killed a second time on the way.
    kill_after(&study, &out, RUNS / 2, true);
    let outcome = kubecast(&["study", &study, "--out", &out, "--resume", "--threads", "2"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(files(&out) == files(&whole), "torn and resumed, the files differ");
}

#[test]
fn a_journal_of_another_study_or_version_is_refused() {
    let study = study_file("journal", "replications: 150");
    let out = folder("study-foreign-journal");
    kill_after(&study, &out, 10, false);
    let journal = Path::new(&out).join("journal.jsonl");
    let before = fs::read(&journal).expect("the journal");
    let refused = |args: &[&str], told: &str| {
        let outcome = kubecast(args);
        assert_eq!(outcome.code, 2, "{args:?}");
        assert!(
            outcome.stderr.contains(told) && outcome.stderr.contains("journal.jsonl: line"),
            "{}",
            outcome.stderr
        );
        assert_eq!(files(&out).len(), 1, "nothing else is written");
    };
    refused(&["study", &study, "--out", &out, "--resume", "--seed", "9"], "another study");
    let other = study_file("journal-other", "replications: 151");
    refused(&["study", &other, "--out", &out, "--resume"], "another study");
    refused(&["study", &study, "--out", &out, "--resume", "--shard", "1/2"], "of part 1/1, not of 1/2");
    assert!(fs::read(&journal).expect("the journal") == before, "a refused journal is as it was");
    let mut damaged = before.clone();
    let place = before.iter().position(|byte| *byte == b'\n').expect("lines") + 30;
    damaged[place] ^= 1;
    fs::write(&journal, &damaged).expect("written");
    refused(&["study", &study, "--out", &out, "--resume"], "line 2 does not fit its checksum");
    let text = String::from_utf8(before).expect("UTF-8").replace("study/v1", "study/v0");
    let (first, rest) = text.split_once('\n').expect("lines");
    let json = first.split_once(' ').expect("a checksum").1;
    let checksum = kubecast::kernel::stable_hash(json.as_bytes());
    fs::write(&journal, format!("{checksum:016x} {json}\n{rest}")).expect("written");
    refused(&["study", &study, "--out", &out, "--resume"], "version \"kubecast.dev/study/v0\"");
}
