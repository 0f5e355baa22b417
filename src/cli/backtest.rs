//! `kubecast backtest`: what kubecast would have forecast for what happened between two dumps of a cluster.

mod pairs;

use std::path::PathBuf;

use clap::Args;

use super::earlier::EarlierArgs;
use super::error::CliError;
use super::format::Format;
use super::input;
use super::load_args::LoadArgs;
use super::output::{self, OutputDir};
use super::progress::Progress;
use crate::forecast::{Dumps, Forecast};

/// Options of `backtest`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Dumps are what `kubectl get … -A -o yaml` prints (the README has the whole command): one before what is
judged, one after. A Scenario beside BEFORE may say how long things take; without one these times are
fitted to the pods of BEFORE. --pairs FOLDER takes the dumps of many such times instead: in each folder
below it before.yaml, after.yaml and perhaps events.yaml and scenario.yaml.

Judged are the Deployments that were rolled in between: how long it took, the final spread, complete or not.
Score: the continuous ranked probability score (Gneiting, Raftery 2007), in seconds or pods: 0 is perfect.")]
pub struct BacktestArgs {
    /// The dump before: a file, a folder, or `-` for standard input.
    #[arg(value_name = "BEFORE", required_unless_present = "pairs", conflicts_with = "pairs")]
    before: Option<String>,
    /// The dump after.
    #[arg(value_name = "AFTER", required_unless_present = "pairs", conflicts_with = "pairs")]
    after: Option<String>,
    /// Events of the time between, as `kubectl get events -A -o yaml` prints them: when a rollback began, how long pulls took.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "pairs")]
    events: Vec<String>,
    /// A Scenario that says how long things take.
    #[arg(long, value_name = "FILE", conflicts_with = "pairs")]
    scenario: Option<String>,
    /// Folders, each with a folder for every pair of dumps.
    #[arg(long, value_name = "FOLDER", num_args = 1..)]
    pairs: Vec<PathBuf>,
    /// Simulate each forecast so many times.
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// The seed of all random draws.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Write table and summary into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads for the runs; 0 is one a core. Changes no result.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The same as --format json.
    #[arg(long, hide = true, conflicts_with = "format")]
    json: bool,
    #[command(flatten)]
    earlier: EarlierArgs,
    #[command(flatten)]
    load: LoadArgs,
    /// Replace what an earlier backtest left in the output folder.
    #[arg(long)]
    force: bool,
    /// No progress bar, no warnings, no answer.
    #[arg(long)]
    quiet: bool,
}

/// Judges what the arguments name.
pub fn backtest(args: &BacktestArgs) -> Result<(), CliError> {
    let earlier = args.earlier.read()?;
    let out = args.out.as_deref().map(|root| OutputDir::prepare(root, args.force)).transpose()?;
    let dumps: Result<Vec<Dumps>, CliError> = pairs::of(args)?.iter().map(pairs::PairFiles::read).collect();
    let forecast = Forecast::of(Vec::new()).with_options(args.load.options(args.seed)?).earlier(earlier);
    let backtest = forecast.threads(args.threads).backtest(&dumps?)?;
    backtest.warnings().for_each(|warning| input::warn(std::slice::from_ref(warning), args.quiet));
    let progress = Progress::new(args.quiet);
    let answer = backtest.judge_monitored(args.runs, &progress)?;
    drop(progress);
    let page = answer.page();
    if !args.quiet {
        let format = if args.json { Format::Json } else { args.format };
        format.print(&page, &output::place("Table and summary", args.out.as_deref()))?;
    }
    if let Some(out) = &out {
        out.write_all(&page.files)?;
    }
    CliError::unless(true, answer.is_complete(args.load.strict))
}
