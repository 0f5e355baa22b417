//! `kubecast explain`: why a pod went where it went, or stays without a node.

use std::path::Path;

use clap::Args;

use super::cluster_args::ClusterArgs;
use super::error::CliError;
use super::format::Format;
use super::input;
use super::progress::Progress;
use crate::api::Timestamp;
use crate::forecast::ExplainOptions;
use crate::kernel::{SimDuration, SimTime};
use crate::study::choice::Choice;
use crate::study::explanation::PodQuery;

/// Options of `explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// The pod, as pod/NAME or pod/NAMESPACE/NAME; scenario and manifest files, folders, or `-` for standard input.
    #[arg(required_unless_present = "filename", value_name = "[pod/NAME] FILE")]
    words: Vec<String>,
    /// The pod, or a beginning of its name that no other pod shares.
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pod: Option<String>,
    /// Explain the last attempt at or before this time: since the start (90s, 1h30m), or RFC 3339.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The variant of the scenario; the first one if left out.
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// The seed of all random draws.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The replication: a number, median (of the rollouts' duration), worst:MEASURE (the largest value) or
    /// best:MEASURE (the smallest); the last three choose among --runs. Default: 0.
    #[arg(long, value_name = "K", value_parser = Choice::parse, default_value_t = Choice::First)]
    replication: Choice,
    /// How many runs --replication chooses among.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// How the explanation is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show every node and domain, not only the 20 most telling.
    #[arg(long)]
    all_nodes: bool,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// Explains the pod that the arguments name.
pub fn explain(args: &ExplainArgs) -> Result<(), CliError> {
    let (pod, files) = pod_and_files(args)?;
    let scenario = args.cluster.forecast(&files, args.seed)?.scenario()?;
    input::warn(scenario.warnings(), false);
    let variant = scenario.variant(args.variant.as_deref())?;
    let at = args.at.as_deref().map(|text| time_of(text, variant.setup.start)).transpose()?;
    let fault = |message: String| CliError::wrong_input(format!("--pod {message}"));
    let query = PodQuery::parse(&pod, at).map_err(fault)?;
    let options = ExplainOptions::default()
        .variant(args.variant.as_deref())
        .replication(args.replication.clone(), args.runs);
    let answer = scenario.explain_monitored(&query, &options, &Progress::new(false))?;
    args.format.print(&answer.page(args.all_nodes), "")?;
    CliError::unless(true, answer.is_complete(args.cluster.load.strict))
}

/// The pod that is asked about, and the files among the words. A file of the name comes before a pod.
fn pod_and_files(args: &ExplainArgs) -> Result<(String, Vec<String>), CliError> {
    let is_pod = |word: &&String| {
        let kind = word.split_once('/').map(|(kind, _)| kind);
        matches!(kind, Some("pod" | "pods" | "po")) && !Path::new(word).exists()
    };
    let (pods, files): (Vec<&String>, Vec<&String>) = args.words.iter().partition(is_pod);
    let own = pods.iter().map(|word| word.split_once('/').map_or(word.as_str(), |(_, name)| name));
    let named: Vec<&str> = args.pod.iter().map(String::as_str).chain(own).collect();
    let [pod] = named[..] else {
        return Err(CliError::wrong_input(if named.is_empty() {
            "which pod? write pod/NAME, pod/NAMESPACE/NAME, or --pod".to_owned()
        } else {
            format!("{} pods are named; explain one at a time", named.len())
        }));
    };
    let pod = match &args.cluster.namespace {
        Some(namespace) if !pod.contains('/') => format!("{namespace}/{pod}"),
        _ => pod.to_owned(),
    };
    Ok((pod, files.into_iter().cloned().collect()))
}

/// A time since the start, or a time of the simulated API.
fn time_of(text: &str, start: Timestamp) -> Result<SimTime, CliError> {
    let fault = |message: String| CliError::wrong_input(format!("--at {text}: {message}"));
    if let Ok(since_start) = SimDuration::parse(text) {
        return Ok(SimTime(since_start.0));
    }
    let Ok(time) = Timestamp::parse(text) else {
        let example = start.plus(SimDuration::from_secs(90));
        return Err(fault(format!("no time; write a time since the start, such as 90s, or {example}")));
    };
    let nanos = u64::try_from(time.nanos_since(start));
    nanos.map(SimTime).map_err(|_| fault(format!("before the start of the run, {start}")))
}
