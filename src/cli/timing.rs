//! `kubecast timing fit`: how long the hops of a cluster took, from its dump, for `spec.timing`.

use clap::{Args, Subcommand, ValueEnum};

use super::error::CliError;
use super::format::Format;
use super::input;
use crate::forecast::Forecast;

/// Options of `timing`.
#[derive(Clone, Debug, Args)]
pub struct TimingArgs {
    #[command(subcommand)]
    command: TimingCommand,
}

#[derive(Clone, Debug, Subcommand)]
enum TimingCommand {
    /// Fit start-up, pulls, readiness and termination to a dump.
    Fit(FitArgs),
}

/// Options of `timing fit`.
#[derive(Clone, Debug, Args)]
struct FitArgs {
    /// A dump of the cluster: files, folders, or `-` for standard input.
    #[arg(required_unless_present = "filename", value_name = "DUMP")]
    files: Vec<String>,
    /// The same as DUMP.
    #[arg(short, long, num_args = 1.., value_name = "FILE")]
    filename: Vec<String>,
    /// Events, as `kubectl get events -A -o yaml` prints them: when pods were bound, to the microsecond, and how long
    /// their images took.
    #[arg(long, value_name = "FILE")]
    events: Vec<String>,
    /// Metrics of kubelets and scheduler: the text of /metrics, or the JSON of Prometheus' query API. Their histograms tell
    /// pulls, start-up, termination, scheduling cycles and bindings of the cluster as a whole.
    #[arg(long, value_name = "FILE")]
    metrics: Vec<String>,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = FitFormat::Text)]
    format: FitFormat,
    /// The same as --format json.
    #[arg(long, hide = true, conflicts_with = "format")]
    json: bool,
    /// No warnings.
    #[arg(long)]
    quiet: bool,
}

/// Formats of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FitFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// The Scenario that sets the times, and nothing else.
    Yaml,
}

/// Does what the arguments say.
pub fn timing(args: &TimingArgs) -> Result<(), CliError> {
    match &args.command {
        TimingCommand::Fit(args) => fit_dump(args),
    }
}

fn fit_dump(args: &FitArgs) -> Result<(), CliError> {
    let mut sources = input::read_all(&[&args.files[..], &args.filename].concat())?;
    sources.extend(input::read_all(&args.events)?);
    let answer = Forecast::of(sources).timing_fit(&input::read_all(&args.metrics)?)?;
    input::warn(&answer.warnings, args.quiet);
    let format = if args.json { FitFormat::Json } else { args.format };
    match format {
        FitFormat::Text => Format::Text.print(&answer.page(), ""),
        FitFormat::Json => Format::Json.print(&answer.page(), ""),
        FitFormat::Yaml => super::print(&answer.to_yaml()),
    }
}
