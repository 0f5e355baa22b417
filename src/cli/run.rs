//! `kubecast run`: runs a scenario, or plain manifests, and tells the outcome.

pub mod args;

pub use args::RunArgs;

use super::determinism;
use super::error::CliError;
use super::input;
use super::output::{self, OutputDir};
use super::progress::Progress;
use super::resources::Stopwatch;
use crate::forecast::RunOptions;
use crate::report::page::json::pretty;

/// Runs what the arguments say.
pub fn run(args: &RunArgs) -> Result<(), CliError> {
    let stopwatch = Stopwatch::start();
    if args.check_determinism && args.inputs().any(|file| file == "-") {
        let message = "--check-determinism reads the input a second time; hand in a file instead of -";
        return Err(CliError::wrong_input(message));
    }
    let options = RunOptions::default()
        .runs(args.runs)
        .replication(args.replication.clone())
        .timing_sensitivity(args.timing_sensitivity);
    options.check()?;
    let out = args.out.as_deref().map(|root| OutputDir::prepare(root, args.force)).transpose()?;
    let forecast = args.cluster.forecast(&args.files, args.seed)?.threads(args.threads);
    let scenario = forecast.earlier(args.earlier.read()?).scenario()?;
    input::warn(scenario.warnings(), args.quiet);
    if let Some(out) = &out {
        out.check_folders(scenario.variants().iter().filter_map(|variant| variant.name.as_deref()))?;
    }
    if let Some(which) = &args.emit_events {
        return determinism::emit_events(scenario.resolved(), which);
    }
    let progress = Progress::new(args.quiet);
    let answer = scenario.run_monitored(&options, &progress)?;
    drop(progress);
    if args.emit_digests {
        return determinism::emit_digests(&answer.variants);
    }
    let page = answer.page();
    if !args.quiet {
        let place = output::place("Tables and summary", args.out.as_deref());
        args.format.print(&page, &place)?;
    }
    if let Some(out) = &out {
        out.write_all(&page.files)?;
        if args.resources {
            let resources = pretty(&stopwatch.report(&answer.variants));
            out.write("resources.json", |file| file.write_all(resources.as_bytes()))?;
        }
    }
    if args.check_determinism {
        determinism::check(args, &answer.variants)?;
    }
    CliError::unless(answer.is_as_expected(), answer.is_complete(args.cluster.load.strict))
}
