//! `--check-determinism`: the same runs again in a child process, with another number of threads.

use std::fmt::Write as _;
use std::process::Command;

use super::error::CliError;
use super::run::args::RunArgs;
use crate::kernel::{DigestLog, Seed};
use crate::scenario::Resolved;
use crate::study::replication;
use crate::study::summary::VariantResult;

/// Prints one line a run: its digest.
pub fn emit_digests(results: &[VariantResult]) -> Result<(), CliError> {
    super::print(&digest_lines(results).join("\n"))
}

fn digest_lines(results: &[VariantResult]) -> Vec<String> {
    let runs = results.iter().flat_map(|result| &result.runs);
    runs.map(|run| format!("{:016x}", run.end.fingerprint)).collect()
}

/// Prints one line an event of one run: the digest after it, and what it was.
pub fn emit_events(resolved: &Resolved, which: &str) -> Result<(), CliError> {
    super::print(&event_lines(resolved, which)?.join("\n"))
}

fn event_lines(resolved: &Resolved, which: &str) -> Result<Vec<String>, CliError> {
    let fault = || CliError::wrong_input(format!("--emit-events {which}: no such run"));
    let (variant, replication) = which.split_once(':').ok_or_else(fault)?;
    let variant: usize = variant.parse().map_err(|_| fault())?;
    let replication: u32 = replication.parse().map_err(|_| fault())?;
    let setup = &resolved.variants.get(variant).ok_or_else(fault)?.setup;
    let mut log = DigestLog::default();
    let (_, record) = replication::run_once(setup, Seed(resolved.seed), replication, true, Some(&mut log));
    // Several records may belong to one event; the event is named by its number and, where the two
    // processes disagree, by what each of them recorded at about that place.
    let mut lines: Vec<String> = log.0.iter().map(|digest| format!("{digest:016x}")).collect();
    lines.push("events".to_owned());
    for event in &record.events {
        lines.push(format!("{} {} {} {}", event.time, event.reason, event.object, event.message));
    }
    Ok(lines)
}

/// Runs again and compares; the first difference is named.
pub fn check(args: &RunArgs, results: &[VariantResult]) -> Result<(), CliError> {
    let here = digest_lines(results);
    let there = child(args, &["--emit-digests"])?;
    let Some(place) = (0..here.len()).find(|&place| there.get(place) != here.get(place)) else {
        if !args.quiet {
            eprintln!("determinism: {} runs gave the same digests in another process", here.len());
        }
        return Ok(());
    };
    let runs = args.runs as usize;
    let which = format!("{}:{}", place / runs, place % runs);
    let first = child(args, &["--emit-events", &which])?;
    let second = child(args, &["--emit-events", &which])?;
    Err(CliError::Bug(explain(&which, &first, &second)))
}

fn explain(which: &str, first: &[String], second: &[String]) -> String {
    let mut text = format!("run {which} (variant:replication) is not the same in two processes");
    let split = |lines: &[String]| {
        let end = lines.iter().position(|line| line == "events").unwrap_or(lines.len());
        (lines[..end].to_vec(), lines[(end + 1).min(lines.len())..].to_vec())
    };
    let ((digests_a, events_a), (digests_b, events_b)) = (split(first), split(second));
    let longer = digests_a.len().max(digests_b.len());
    if let Some(number) = (0..longer).find(|&number| digests_a.get(number) != digests_b.get(number)) {
        let _ = write!(text, "; the first event that differs is number {number}");
    }
    let longer = events_a.len().max(events_b.len());
    if let Some(place) = (0..longer).find(|&place| events_a.get(place) != events_b.get(place)) {
        let none = "(nothing)".to_owned();
        let _ = write!(
            text,
            "\n  one process:   {}\n  the other one: {}",
            events_a.get(place).unwrap_or(&none),
            events_b.get(place).unwrap_or(&none)
        );
    }
    text
}

/// Runs this program again on the same inputs, with another number of threads.
fn child(args: &RunArgs, extra: &[&str]) -> Result<Vec<String>, CliError> {
    let bug = |error: String| CliError::Bug(format!("the second process could not run: {error}"));
    let program = std::env::current_exe().map_err(|error| bug(error.to_string()))?;
    let threads = if args.threads == 1 { 2 } else { 1 };
    let mut command = Command::new(program);
    command.arg("run").args(args.inputs()).args(extra).arg("--quiet");
    command.arg("--runs").arg(args.runs.to_string()).arg("--threads").arg(threads.to_string());
    if let Some(seed) = args.seed {
        command.arg("--seed").arg(seed.to_string());
    }
    if let Some(release) = args.cluster.load.kubernetes_version {
        command.arg("--kubernetes-version").arg(release.to_string());
    }
    if let Some(preset) = args.cluster.load.timing_preset {
        command.arg("--timing-preset").arg(preset.name());
    }
    for (option, values) in [("--apply", &args.cluster.load.apply), ("--set", &args.cluster.set)] {
        for value in values {
            command.arg(option).arg(value);
        }
    }
    if let Some(namespace) = &args.cluster.namespace {
        command.arg("--namespace").arg(namespace);
    }
    let output = command.output().map_err(|error| bug(error.to_string()))?;
    if !output.status.success() {
        return Err(bug(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}
