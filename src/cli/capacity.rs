//! `kubecast capacity`: how many more copies of pods fit, on which nodes, and what stops the next.

use clap::Args;

use super::cluster_args::ClusterArgs;
use super::error::CliError;
use super::format::Format;
use super::input;
use super::progress::Progress;
use crate::forecast::{CapacityQuestion, PodCopies};

/// Options of `capacity`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Several pods come in rounds: --pod web.yaml=2 --pod db.yaml creates two copies of the one and one of
the other, and so on, until the first has no place. Instead of a Pod, an object with a template
(Deployment, Job, …) stands for its pod.")]
pub struct CapacityArgs {
    /// A cluster: a dump, a scenario, manifests; files, folders, or `-` for standard input.
    #[arg(required_unless_present = "filename", value_name = "FILE")]
    files: Vec<String>,
    /// The pod of which copies are made, and how many in a round (1).
    #[arg(long, required = true, value_name = "FILE[=N]")]
    pod: Vec<String>,
    /// Stop after so many copies (rounds, for several pods).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max: Option<u32>,
    /// Also tell what fits after the loss of any one zone.
    #[arg(long)]
    after_zone_loss: bool,
    /// The seed of all random draws.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    cluster: ClusterArgs,
    /// No warnings.
    #[arg(long)]
    quiet: bool,
}

/// Tells what fits.
pub fn capacity(args: &CapacityArgs) -> Result<(), CliError> {
    args.cluster.load.without_time()?;
    let mut question =
        CapacityQuestion::default().most_rounds(args.max).after_zone_loss(args.after_zone_loss);
    for pod in &args.pod {
        question = question.pod(copies(pod)?);
    }
    let forecast = args.cluster.forecast(&args.files, args.seed)?;
    let progress = Progress::new(args.quiet);
    let answer = forecast.capacity(&question, &progress)?;
    drop(progress);
    input::warn(&answer.warnings, args.quiet);
    args.format.print(&answer.page(), "")?;
    CliError::unless(true, answer.is_complete(args.cluster.load.strict))
}

/// `FILE` or `FILE=N`.
fn copies(pod: &str) -> Result<PodCopies, CliError> {
    let (file, per_round) = match pod.rsplit_once('=').map(|(file, count)| (file, count.parse::<u32>())) {
        Some((file, Ok(count @ 1..=1000))) => (file, count),
        Some((_, Ok(_))) => {
            return Err(CliError::wrong_input(format!("--pod {pod}: from 1 to 1000 copies in a round")));
        }
        _ => (pod, 1),
    };
    Ok(PodCopies { sources: input::read_all(&[file.to_owned()])?, per_round })
}
