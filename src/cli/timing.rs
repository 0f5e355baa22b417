//! `kubecast timing fit`: how long the hops of a cluster took, from its dump, for `spec.timing`.

use clap::{Args, Subcommand, ValueEnum};

use super::error::CliError;
use super::input::{self, Files};
use super::run::pretty;
use crate::report::timing_fit::{Setting, to_json, to_text, to_yaml};
use crate::scenario::pod_times::{self, ClusterTimes};
use crate::scenario::prometheus::{self, Histogram};
use crate::study::timing_fit::seen::finished;
use crate::study::timing_fit::{fit, metrics};

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
    #[arg(required = true, value_name = "DUMP")]
    files: Vec<String>,
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
    let mut sources = input::read_all(&args.files)?;
    sources.extend(input::read_all(&args.events)?);
    let (times, warnings) = pod_times::load(&sources, &Files)?;
    input::warn(&warnings, args.quiet);
    let histograms = histograms(&args.metrics)?;
    let fits = fit(&times, &histograms);
    if fits.iter().all(|fit| finished(&fit.sample.seen) == 0) {
        return Err(CliError::wrong_input(nothing_seen(&times)));
    }
    let setting = Setting {
        pods: times.pods.len(),
        events: times.events,
        histograms: histograms.len(),
        now: times.now.map(|now| now.to_string()),
    };
    let format = if args.json { FitFormat::Json } else { args.format };
    super::print(&match format {
        FitFormat::Text => to_text(&fits, &setting),
        FitFormat::Json => pretty(&to_json(&fits, &setting)),
        FitFormat::Yaml => to_yaml(&fits),
    })
}

/// The histograms of files; files without one that is known are wrong.
fn histograms(paths: &[String]) -> Result<Vec<Histogram>, CliError> {
    let histograms = prometheus::read(&input::read_all(paths)?)?;
    if !paths.is_empty() && metrics::observe(&histograms).is_empty() {
        let message = format!(
            "--metrics: no histogram with samples that tells a hop; these are read: {}",
            metrics::known().join(", ")
        );
        return Err(CliError::wrong_input(message));
    }
    Ok(histograms)
}

/// What is missing in a dump of which no pod shows a start.
fn nothing_seen(times: &ClusterTimes) -> String {
    let pods = &times.pods;
    let without = |what: fn(&pod_times::PodTimes) -> bool| pods.iter().filter(|pod| what(pod)).count();
    let lacks = [
        (without(|pod| pod.restarts > 0), "were started again, so that their first start is not known"),
        (without(|pod| pod.stuck), "have a container that cannot start"),
        (
            without(|pod| pod.bound.is_none() && pod.acknowledged.is_none()),
            "tell no time of their binding (condition PodScheduled, status.startTime)",
        ),
        (
            without(|pod| pod.running.is_none() && !pod.stuck),
            "tell no start of their containers (status.containerStatuses, state.running.startedAt)",
        ),
        (
            without(|pod| pod.workload.is_none() && pod.pool.is_none()),
            "belong to no workload and no pool of nodes",
        ),
    ];
    let lacks: Vec<String> = lacks
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} of {} {words}", pods.len()))
        .collect();
    format!(
        "no pod of the input shows a finished start, so that nothing can be fitted: {}; `kubectl get pods -A -o yaml` has \
         what a running cluster tells",
        lacks.join("; ")
    )
}
