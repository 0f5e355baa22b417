//! The command line: one file a command. The only layer that touches files, the clock and the
//! environment.

pub mod backtest;
pub mod capacity;
pub mod cluster_args;
pub mod compare;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod determinism;
pub mod earlier;
pub mod error;
pub mod exit;
pub mod explain;
pub mod format;
pub mod input;
pub mod journal;
pub mod load_args;
pub mod merge;
pub mod output;
pub mod plan;
pub mod progress;
pub mod ranges;
pub mod resources;
pub mod rollout;
pub mod run;
pub mod schema;
pub mod study;
pub mod timing;
pub mod topology;
pub mod validate;

use std::panic::catch_unwind;

use clap::{Parser, Subcommand};

use error::CliError;
use exit::Exit;

/// Forecast what Kubernetes will decide.
#[derive(Debug, Parser)]
#[command(name = "kubecast", version, about, max_term_width = 100, after_help = Exit::help())]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a scenario, or plain manifests, and tell the outcome.
    Run(run::RunArgs),
    /// Roll one Deployment on a dump of a cluster, and tell how that ends.
    Rollout(rollout::RolloutArgs),
    /// Hold forecasts against what then happened, by dumps from before and after.
    Backtest(backtest::BacktestArgs),
    /// Run a Study: a scenario with other values, many times, with intervals.
    Study(study::StudyArgs),
    /// Join the parts of a study that were computed with --shard.
    Merge(merge::MergeArgs),
    /// Find the smallest or cheapest choice for which targets hold.
    Plan(plan::PlanArgs),
    /// Put two runs, rollouts or studies side by side, and fail where a bound is passed.
    Compare(compare::CompareArgs),
    /// Tell how many more copies of pods fit, on which nodes, and what stops the next.
    Capacity(capacity::CapacityArgs),
    /// Explain why a pod went where it went, or stays without a node.
    Explain(explain::ExplainArgs),
    /// Fit times to what a dump of a cluster tells.
    Timing(timing::TimingArgs),
    /// Show a machine as the kubelet sees it.
    Topology(topology::TopologyArgs),
    /// Tell what ranges of Service IPs amount to: bands, odds of collision, time until full.
    Ranges(ranges::RangesArgs),
    /// Check documents without running them.
    Validate(validate::ValidateArgs),
    /// Print the JSON Schema of kubecast's own documents.
    Schema,
    /// Check kubecast against recorded decisions of real Kubernetes code.
    #[cfg(feature = "conformance")]
    Conformance(conformance::ConformanceArgs),
}

/// Runs the command given on the command line. [`Exit`] has the exit codes.
pub fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let result = catch_unwind(|| run_command(&cli.command)).unwrap_or(Err(CliError::Panic(None)));
    match result {
        Ok(()) => Exit::Answered.into(),
        Err(error) => {
            error.print();
            error.exit().into()
        }
    }
}

fn run_command(command: &Command) -> Result<(), CliError> {
    match command {
        Command::Run(args) => run::run(args),
        Command::Rollout(args) => rollout::rollout(args),
        Command::Backtest(args) => backtest::backtest(args),
        Command::Study(args) => study::study(args),
        Command::Merge(args) => merge::merge(args),
        Command::Plan(args) => plan::plan(args),
        Command::Compare(args) => compare::compare(args),
        Command::Capacity(args) => capacity::capacity(args),
        Command::Explain(args) => explain::explain(args),
        Command::Timing(args) => timing::timing(args),
        Command::Topology(args) => topology::topology(args),
        Command::Ranges(args) => ranges::ranges(args),
        Command::Validate(args) => validate::validate(args),
        Command::Schema => schema::print(),
        #[cfg(feature = "conformance")]
        Command::Conformance(args) => conformance::conformance(args),
    }
}

/// Writes to standard output; a reader that went away early (`| head`) is no error.
fn print(text: &str) -> Result<(), CliError> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::wrong_input(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
