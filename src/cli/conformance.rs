//! `kubecast conformance`: checks kubecast against recorded decisions of real Kubernetes code.
//!
//! Vectors come as JSON Lines, one object a line, compressed or not. They are checked on several
//! threads and told in the order of the files.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::Args;
use rayon::prelude::*;
use serde_json::Value;

use super::error::CliError;
use super::input;
use crate::conformance::placement::{compare, place_one_by_one};
use crate::conformance::{KINDS, Verdict, verify_with_note};
use crate::forecast::Forecast;
use crate::scenario::SourceText;

/// Failing vectors that are told of a file, unless all are wanted.
const MOST_TOLD: usize = 20;

/// Options of `conformance`.
#[derive(Clone, Debug, Args)]
pub struct ConformanceArgs {
    /// Files of vectors, JSON Lines (`.jsonl`, `.jsonl.gz`), or `-` for standard input; with `--pods`,
    /// recorded placements (`NAMESPACE/NAME,NODE` a line).
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The cluster of recorded placements: manifests with nodes, and anything else that is there.
    #[arg(long, value_name = "FILE", requires = "pods")]
    nodes: Vec<String>,
    /// The pods of recorded placements, in the order in which they were taken.
    #[arg(long, value_name = "FILE", requires = "nodes")]
    pods: Vec<String>,
    /// Tell every failing vector, not only the first 20 of each file.
    #[arg(long)]
    all: bool,
    /// Threads; 0 is one a core. Changes no result.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

/// A vector that did not pass.
struct Failure {
    /// How it is called, or its line if it has no name.
    id: String,
    verdict: Verdict,
}

/// How a file's vectors fared.
struct FileResult {
    name: String,
    vectors: usize,
    /// What checks have to say of vectors, failed or not.
    notes: Vec<String>,
    failures: Vec<Failure>,
}

/// How a vector fared.
struct Checked {
    note: Option<String>,
    failure: Option<Failure>,
}

/// Checks the vectors of all files and tells the outcome.
pub fn conformance(args: &ConformanceArgs) -> Result<(), CliError> {
    if !args.pods.is_empty() {
        return placements(args);
    }
    let sources = input::read_all(&args.files)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads)
        .build()
        .map_err(|error| CliError::wrong_input(format!("--threads {}: {error}", args.threads)))?;
    let mut results = Vec::new();
    let mut faults = Vec::new();
    for source in &sources {
        match pool.install(|| check_file(source)) {
            Ok(result) => results.push(result),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(CliError::WrongInput(faults));
    }
    super::print(&report(&results, args.all))?;
    if results.iter().all(|result| result.failures.is_empty()) { Ok(()) } else { Err(CliError::NotMet) }
}

/// Places the pods one by one and holds that against the recorded files.
fn placements(args: &ConformanceArgs) -> Result<(), CliError> {
    let inputs: Vec<String> = args.nodes.iter().chain(&args.pods).cloned().collect();
    let scenario = Forecast::of(input::read_all(&inputs)?).scenario()?;
    let placed = place_one_by_one(&scenario.variants()[0].setup);
    let (mut text, mut passed, mut failed) = (String::new(), 0, 0);
    for source in input::read_all(&args.files)? {
        let (agreeing, differences) = compare(&source.text, &placed)
            .map_err(|fault| CliError::wrong_input(format!("{}:{fault}", source.name)))?;
        line(&mut text, format_args!("{}: {agreeing} passed, {} failed", source.name, differences.len()));
        tell_some(&differences, args.all, &mut text);
        passed += agreeing;
        failed += differences.len();
    }
    line(&mut text, format_args!("{passed} passed, {failed} failed"));
    super::print(&text)?;
    if failed == 0 { Ok(()) } else { Err(CliError::NotMet) }
}

/// The first failures, or all of them.
fn tell_some(failures: &[String], all: bool, text: &mut String) {
    let most = if all { failures.len() } else { MOST_TOLD };
    for failure in failures.iter().take(most) {
        line(text, format_args!("  {failure}"));
    }
    if failures.len() > most {
        line(text, format_args!("  … and {} more (--all shows them)", failures.len() - most));
    }
}

/// Checks a file's vectors. The error is the first line that is no vector.
fn check_file(source: &SourceText) -> Result<FileResult, String> {
    let lines: Vec<(usize, &str)> =
        (1..).zip(source.text.lines()).filter(|(_, text)| !text.trim().is_empty()).collect();
    if lines.is_empty() {
        return Err(format!("{}:1: there is no vector in this file", source.name));
    }
    let checked: Vec<Result<Checked, String>> = lines
        .par_iter()
        .map(|&(line, text)| check_line(line, text).map_err(|fault| format!("{}:{fault}", source.name)))
        .collect();
    let (mut notes, mut failures) = (Vec::new(), Vec::new());
    for outcome in checked {
        let checked = outcome?;
        notes.extend(checked.note);
        failures.extend(checked.failure);
    }
    Ok(FileResult { name: source.name.to_string(), vectors: lines.len(), notes, failures })
}

/// Checks one vector.
fn check_line(line: usize, text: &str) -> Result<Checked, String> {
    let vector: Value = serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        // The place within the line is told with the file's name.
        let message = message.rsplit_once(" at line ").map_or(&*message, |parts| parts.0);
        format!("{line}:{}: not JSON: {message}; write one vector a line", error.column())
    })?;
    if !vector.is_object() {
        return Err(format!("{line}:1: not a vector: write one JSON object a line"));
    }
    let (verdict, note) = verify_with_note(&vector);
    let id = vector.get("id").and_then(Value::as_str);
    let id = id.map_or_else(|| format!("line {line}"), str::to_owned);
    let note = note.map(|note| format!("{id}: {note}"));
    let failure = (!verdict.passed()).then_some(Failure { id, verdict });
    Ok(Checked { note, failure })
}

/// The text for standard output.
fn report(results: &[FileResult], all: bool) -> String {
    let mut text = String::new();
    let (mut passed, mut failed) = (0, 0);
    for result in results {
        let failures = result.failures.len();
        passed += result.vectors - failures;
        failed += failures;
        tell_file(result, all, &mut text);
    }
    let mut verdicts = results.iter().flat_map(|result| &result.failures).map(|failure| &failure.verdict);
    if verdicts.any(|verdict| matches!(verdict, Verdict::UnknownKind(_))) {
        let known: Vec<&str> = KINDS.iter().map(|line| line.0).collect();
        line(&mut text, format_args!("kinds that are known: {}", known.join(", ")));
    }
    line(&mut text, format_args!("{passed} passed, {failed} failed"));
    text
}

fn tell_file(result: &FileResult, all: bool, text: &mut String) {
    let failures = result.failures.len();
    let passed = result.vectors - failures;
    line(text, format_args!("{}: {passed} passed, {failures} failed", result.name));
    for note in &result.notes {
        line(text, format_args!("  {note}"));
    }
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    let mut differing = Vec::new();
    for failure in &result.failures {
        match &failure.verdict {
            Verdict::UnknownKind(kind) => *unknown.entry(kind).or_default() += 1,
            verdict => differing.push(format!("{}: {verdict}", failure.id)),
        }
    }
    for (kind, count) in &unknown {
        line(text, format_args!("  {count} failed, as no model answers the kind {kind:?}"));
    }
    tell_some(&differing, all, text);
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    writeln!(text, "{content}").expect("a String takes any text");
}
