//! `kubecast run`: runs a scenario, or plain manifests, and tells the outcome.

pub mod args;

use std::sync::Arc;

use serde_json::json;

pub use args::{Format, RunArgs};

use super::determinism;
use super::error::CliError;
use super::output::OutputDir;
use super::progress::Progress;
use super::resources::Stopwatch;
use super::{sensitivity, validate};
use crate::cluster::setup::ClusterSetup;
use crate::kernel::{Digest, Seed};
use crate::measures::RolloutRow;
use crate::report::{run_files, sensitivity as report_sensitivity, summary_json, terminal, verdicts, words};
use crate::scenario::Resolved;
use crate::study::aftermath::with_what_happened;
use crate::study::choice::Choice;
use crate::study::expectation::{self, Verdict};
use crate::study::replication;
use crate::study::sensitivity::Answer;
use crate::study::summary::VariantResult;

/// Runs what the arguments say.
pub fn run(args: &RunArgs) -> Result<(), CliError> {
    let stopwatch = Stopwatch::start();
    if args.check_determinism && args.files.iter().any(|file| file == "-") {
        let message = "--check-determinism reads the input a second time; hand in a file instead of -";
        return Err(CliError::wrong_input(message));
    }
    if args.timing_sensitivity {
        sensitivity::check_runs(args.runs)?;
    }
    let out = args.out.as_deref().map(|root| OutputDir::prepare(root, args.force)).transpose()?;
    let options = args.load.options(args.seed)?;
    let earlier = args.earlier.read()?;
    let mut resolved = validate::load(&args.files, &options, args.quiet)?;
    if let Some(out) = &out {
        out.check_folders(resolved.variants.iter().filter_map(|variant| variant.name.as_deref()))?;
    }
    if let Some(which) = &args.emit_events {
        return determinism::emit_events(&resolved, which);
    }
    let (mut results, answers) = simulate(&resolved, args);
    look_at(&args.replication, &resolved, &mut results)?;
    resolved.ledger = with_what_happened(&resolved.ledger, &results);
    resolved.ledger.earlier = earlier;
    if args.emit_digests {
        return determinism::emit_digests(&results);
    }
    let judged = expectation::evaluate(&resolved.expectations, &results);
    let mut summary = summary_value(&resolved, &results, &judged);
    words::earlier_json(&resolved.ledger, &mut summary);
    if !resolved.ledger.unfinished.is_empty() {
        summary["unfinished"] = json!(resolved.ledger.unfinished);
    }
    if let Some(answers) = &answers {
        summary["timingSensitivity"] = report_sensitivity::to_json(answers);
    }
    if !args.quiet {
        match args.format {
            Format::Text => {
                super::print(&terminal::summary(&results, &resolved.ledger))?;
                if let Some(answers) = &answers {
                    super::print(&format!("\n{}", report_sensitivity::to_text(answers)))?;
                }
                super::print(&verdicts::to_text(&judged))?;
                if let Some(out) = &args.out {
                    super::print(&format!("\nTables and summary: {}\n", out.display()))?;
                }
            }
            Format::Json => super::print(&pretty(&summary))?,
        }
    }
    if let Some(out) = &out {
        write_files(out, &resolved, &results, &summary, args)?;
        if args.resources {
            let resources = pretty(&stopwatch.report(&results));
            out.write("resources.json", |file| file.write_all(resources.as_bytes()))?;
        }
    }
    if args.check_determinism {
        determinism::check(args, &results)?;
    }
    let complete = !results.iter().any(|result| result.ends().is_cut_off())
        && resolved.ledger.satisfies(args.load.strict);
    CliError::unless(verdicts::all_met(&judged), complete)
}

/// Takes the tables from the replication that is asked for.
fn look_at(choice: &Choice, resolved: &Resolved, results: &mut [VariantResult]) -> Result<(), CliError> {
    for (result, variant) in results.iter_mut().zip(&resolved.variants) {
        let number = choice.among(result);
        let looked = number.and_then(|number| result.look_at(number, &variant.setup, Seed(resolved.seed)));
        looked.map_err(|error| CliError::wrong_input(format!("--replication {choice}: {error}")))?;
    }
    Ok(())
}

/// The results of each variant and, if asked for, the answers with other times.
fn simulate(resolved: &Resolved, args: &RunArgs) -> (Vec<VariantResult>, Option<Vec<Answer>>) {
    let reruns = if args.timing_sensitivity { sensitivity::count(&resolved.variants) } else { 0 };
    let total = (resolved.variants.len() as u64 + reruns) * u64::from(args.runs);
    let progress = Progress::new(total, args.quiet);
    let done = || progress.tick();
    let one = |setup: &Arc<ClusterSetup>, name: Option<String>| {
        let runs = replication::replicate(setup, Seed(resolved.seed), args.runs, args.threads, &done);
        VariantResult::new(name, runs)
    };
    let results: Vec<VariantResult> =
        resolved.variants.iter().map(|variant| one(&variant.setup, variant.name.clone())).collect();
    let answers = args.timing_sensitivity.then(|| {
        let wanted = |row: &RolloutRow, result: &VariantResult| {
            let record = result.first_record();
            record.is_some_and(|record| terminal::is_worth_a_line(row, record))
        };
        sensitivity::answers(&resolved.variants, &results, &wanted, &|setup| one(setup, None))
    });
    progress.finish();
    (results, answers)
}

/// The digest of everything: of each variant's runs in order.
fn digest_of(results: &[VariantResult]) -> u64 {
    let mut digest = Digest::new();
    for run in results.iter().flat_map(|result| &result.runs) {
        digest.u64(run.end.fingerprint);
    }
    digest.finish()
}

fn summary_value(resolved: &Resolved, results: &[VariantResult], judged: &[Verdict]) -> serde_json::Value {
    json!({
        "cutOff": summary_json::cut_off(results),
        "format": summary_json::FORMAT,
        "scenario": resolved.name,
        "seed": resolved.seed,
        "digest": summary_json::digest_text(digest_of(results)),
        "notSimulated": words::gaps_json(&resolved.ledger),
        "irrelevant": words::irrelevant_json(&resolved.ledger),
        "lints": words::lints_json(&resolved.ledger),
        "assumptions": words::assumptions_json(&resolved.ledger),
        "releases": resolved.ledger.releases,
        "models": resolved.ledger.models,
        "notes": resolved.ledger.notes,
        "expectations": verdicts::to_json(judged),
        "variants": results.iter().map(summary_json::variant).collect::<Vec<_>>(),
    })
}

fn write_files(
    out: &OutputDir,
    resolved: &Resolved,
    results: &[VariantResult],
    summary: &serde_json::Value,
    args: &RunArgs,
) -> Result<(), CliError> {
    for (variant, result) in resolved.variants.iter().zip(results) {
        let folder = variant.name.as_ref().map_or_else(String::new, |name| format!("{name}/"));
        for file in run_files::files(result) {
            out.write(&format!("{folder}{}", file.name), |target| (file.write)(target))?;
        }
    }
    let manifest = json!({
        "format": summary_json::FORMAT,
        "kubecast": env!("CARGO_PKG_VERSION"),
        "scenario": resolved.name,
        "seed": resolved.seed,
        "runs": args.runs,
        "cutOff": summary["cutOff"],
        "variants": results.iter().map(|result| result.name.clone()).collect::<Vec<_>>(),
        "digest": summary["digest"],
        "notSimulated": summary["notSimulated"],
    });
    for (name, value) in [("manifest.json", &manifest), ("summary.json", summary)] {
        let text = pretty(value);
        out.write(name, |file| file.write_all(text.as_bytes()))?;
    }
    Ok(())
}

/// JSON as it is printed and stored.
pub fn pretty(value: &serde_json::Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("JSON values can be printed");
    format!("{text}\n")
}
