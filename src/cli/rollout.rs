//! `kubecast rollout`: rolls one Deployment once on a dump of a cluster, many times over.

mod order;

use std::path::PathBuf;

use clap::Args;

use super::cluster_args::ClusterArgs;
use super::earlier::EarlierArgs;
use super::error::CliError;
use super::format::Format;
use super::input;
use super::output::{self, OutputDir};
use super::progress::Progress;
use crate::forecast::RolloutOptions;

/// Options of `rollout`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
PATH is a JSON pointer into the Deployment, or the same with dots:
  /spec/strategy/rollingUpdate/maxSurge=50%
  spec.template.spec.topologySpreadConstraints[0].matchLabelKeys=[pod-template-hash]
or OBJECT#PATH for anything else: node/worker-0#/spec/unschedulable=true,
scenario#/spec/timing/containerStart={uniform: [2s, 12s]}. VALUE is YAML; null takes a field away.")]
pub struct RolloutArgs {
    /// The Deployment: deployment/NAME or deployment/NAMESPACE/NAME; `restart` before it says what is done anyway.
    #[arg(value_name = "[restart] KIND/NAME", required = true, num_args = 1..=2)]
    target: Vec<String>,
    /// Set a new image instead of a mere restart.
    #[arg(long, value_name = "[CONTAINER=]IMAGE")]
    image: Option<String>,
    /// One more arm, on the same luck, with these values.
    #[arg(long, value_name = "PATH=VALUE[; PATH=VALUE]…")]
    compare: Vec<String>,
    /// Roll so many times in each arm. A HorizontalPodAutoscaler of the Deployment adds up to two arms, so up to three times the runs.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// The seed of all random draws.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Write tables and summary into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads for the runs; 0 is one a core. Changes no result.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Rerun as often with start-up times and lag halved and doubled, and tell which answers that moves. Without it 200 runs
    /// do, on clusters of up to 20,000 pods.
    #[arg(long)]
    timing_sensitivity: bool,
    #[command(flatten)]
    earlier: EarlierArgs,
    #[command(flatten)]
    cluster: ClusterArgs,
    /// Replace what an earlier run left in the output folder.
    #[arg(long)]
    force: bool,
    /// No progress bar, no warnings, no answer.
    #[arg(long)]
    quiet: bool,
}

/// Rolls the Deployment that the arguments name.
pub fn rollout(args: &RolloutArgs) -> Result<(), CliError> {
    let options = RolloutOptions::default().runs(args.runs).timing_sensitivity(args.timing_sensitivity);
    options.check()?;
    let order = order::of(args)?;
    let out = args.out.as_deref().map(|root| OutputDir::prepare(root, args.force)).transpose()?;
    let forecast = args.cluster.forecast_with(&[], args.seed, Vec::new())?.threads(args.threads);
    let rollout = forecast.earlier(args.earlier.read()?).rollout(order)?;
    input::warn(rollout.warnings(), args.quiet);
    if let Some(out) = &out {
        out.check_folders(rollout.arms().iter().filter_map(|arm| arm.name.as_deref()))?;
    }
    let progress = Progress::new(args.quiet);
    let answer = rollout.run_monitored(&options, &progress)?;
    drop(progress);
    let page = answer.page();
    if !args.quiet {
        let place = output::place("Tables and summary", args.out.as_deref());
        args.format.print(&page, &place)?;
    }
    if let Some(out) = &out {
        out.write_all(&page.files)?;
    }
    CliError::unless(answer.is_as_expected(), answer.is_complete(args.cluster.load.strict))
}
