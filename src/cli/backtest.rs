//! `kubecast backtest`: what kubecast would have forecast for what happened between two dumps of a cluster.

mod pairs;

use std::path::PathBuf;

use clap::Args;

use super::earlier::EarlierArgs;
use super::error::CliError;
use super::input::{self, Files};
use super::load_args::LoadArgs;
use super::output::OutputDir;
use super::progress::Progress;
use super::run::{Format, pretty};
use crate::kernel::Seed;
use crate::report::backtest::{self as report, Setting};
use crate::scenario::LoadOptions;
use crate::scenario::backtest::{ResolvedBacktest, ledger_of_all, load_backtest};
use crate::scenario::earlier::EarlierBacktest;
use crate::study::aftermath::with_what_happened;
use crate::study::backtest::{Pair, judge};
use crate::study::replication;
use crate::study::summary::VariantResult;
use crate::study::timing_fit;
use pairs::PairFiles;

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

/// A pair of dumps, read.
struct Loaded {
    name: Option<String>,
    backtest: ResolvedBacktest,
}

/// Judges what the arguments name.
pub fn backtest(args: &BacktestArgs) -> Result<(), CliError> {
    if !args.load.apply.is_empty() {
        let message = "--apply: a forecast is judged by what happened to the cluster as it was; leave it out";
        return Err(CliError::wrong_input(message));
    }
    let earlier = args.earlier.read()?;
    let out = args.out.as_deref().map(|root| OutputDir::prepare(root, args.force)).transpose()?;
    let files = pairs::of(args)?;
    let mut options = args.load.options(args.seed)?;
    options.ask.fitter = Some(timing_fit::rollout::times);
    let progress = Progress::new(files.len() as u64 * u64::from(args.runs), args.quiet);
    let mut judged = Vec::with_capacity(files.len());
    let mut seed = args.seed;
    for files in &files {
        let loaded = load(files, &options, args.quiet)?;
        seed = seed.or(Some(loaded.backtest.scenario.seed));
        judged.push(simulate(loaded, args, &progress));
    }
    progress.finish();
    refuse_without_rollouts(&judged)?;
    let seed = seed.unwrap_or(1);
    answer(args, &judged, (seed, earlier), out.as_ref())
}

fn load(files: &PairFiles, options: &LoadOptions, quiet: bool) -> Result<Loaded, CliError> {
    let name = files.name.clone();
    let read = files.read().and_then(|sources| Ok(load_backtest(&sources, options, &Files)?));
    let backtest = read.map_err(|error| match (&name, error) {
        (Some(name), CliError::WrongInput(faults)) => {
            CliError::WrongInput(faults.iter().map(|fault| format!("{name}: {fault}")).collect())
        }
        (_, error) => error,
    })?;
    input::warn(&backtest.scenario.warnings, quiet);
    Ok(Loaded { name, backtest })
}

/// Runs the forecast and judges it. Where nothing was rolled nothing is run.
fn simulate(loaded: Loaded, args: &BacktestArgs, progress: &Progress) -> Pair {
    let Loaded { name, backtest } = loaded;
    let scenario = &backtest.scenario;
    let runs = match &scenario.variants[..] {
        [variant, ..] if !backtest.rolls.is_empty() => {
            let size = (args.runs, args.threads);
            let keep = |row: &_| judge::is_judged(&backtest, row);
            replication::replicate_keeping(&variant.setup, Seed(scenario.seed), size, &keep, &|| {
                progress.tick();
            })
        }
        _ => Vec::new(),
    };
    let rollouts = judge::judge(&backtest, &runs);
    let result = VariantResult::new(name.clone(), runs);
    let ends = result.ends();
    let ledger = with_what_happened(&scenario.ledger, &[result]);
    let mut not_judged = backtest.not_judged;
    if rollouts.is_empty() && not_judged.is_empty() {
        not_judged.push("no Deployment was rolled between the dumps".to_owned());
    }
    let read = (backtest.read.0.to_string(), backtest.read.1.to_string());
    Pair { name, read, rollouts, not_judged, beside: backtest.beside, ends, ledger }
}

/// Without a single rollout there is nothing to judge.
fn refuse_without_rollouts(pairs: &[Pair]) -> Result<(), CliError> {
    if pairs.iter().any(|pair| !pair.rollouts.is_empty()) {
        return Ok(());
    }
    let faults = pairs.iter().map(|pair| {
        let name = pair.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        let beside = match &pair.beside[..] {
            [] => String::new(),
            some => format!("; happened: {}", some.join("; ")),
        };
        let (first, second) = &pair.read;
        format!("{name}nothing to judge from {first} to {second}: {}{beside}", pair.not_judged.join("; "))
    });
    Err(CliError::WrongInput(faults.collect()))
}

fn answer(
    args: &BacktestArgs,
    pairs: &[Pair],
    (seed, earlier): (u64, Option<EarlierBacktest>),
    out: Option<&OutputDir>,
) -> Result<(), CliError> {
    let mut ledger = ledger_of_all(pairs.iter().map(|pair| &pair.ledger));
    ledger.earlier = earlier;
    let setting = Setting { pairs, runs: args.runs, seed, ledger: &ledger };
    let summary = pretty(&report::to_json(setting));
    if !args.quiet {
        super::print(&match args.format {
            _ if args.json => summary.clone(),
            Format::Json => summary.clone(),
            Format::Text => match &args.out {
                Some(out) => format!("{}\nTable and summary: {}\n", report::to_text(setting), out.display()),
                None => report::to_text(setting),
            },
        })?;
    }
    if let Some(out) = out {
        let table = report::csv_table();
        out.write(table.file, |target| table.write(pairs, target))?;
        out.write("summary.json", |target| target.write_all(summary.as_bytes()))?;
    }
    let complete = !pairs.iter().any(|pair| pair.ends.is_cut_off()) && ledger.satisfies(args.load.strict);
    CliError::unless(true, complete)
}
