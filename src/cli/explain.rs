//! `kubecast explain`: why a pod went where it went, or stays without a node.

use clap::Args;

use super::error::CliError;
use super::load_args::LoadArgs;
use super::run::Format;
use super::validate;
use crate::api::Timestamp;
use crate::kernel::{Seed, SimDuration, SimTime};
use crate::report::ends::cut_off_sentence;
use crate::report::explain::{Setting, to_json, to_text};
use crate::scenario::{Resolved, Variant};
use crate::study::choice::Choice;
use crate::study::explanation::{Missing, NotFound, PodQuery, explain as find_out};
use crate::study::replication::replicate;
use crate::study::summary::VariantResult;

/// Options of `explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// Scenario and manifest files, folders, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The pod, or a beginning of its name that no other pod shares.
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pod: String,
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
    load: LoadArgs,
}

/// Explains the pod that the arguments name.
pub fn explain(args: &ExplainArgs) -> Result<(), CliError> {
    let options = args.load.options(args.seed)?;
    let resolved = validate::load(&args.files, &options, false)?;
    let variant = variant_of(&resolved, args.variant.as_deref())?;
    let at = args.at.as_deref().map(|text| time_of(text, variant.setup.start)).transpose()?;
    let fault = |message: String| CliError::wrong_input(format!("--pod {message}"));
    let query = PodQuery::parse(&args.pod, at).map_err(fault)?;
    let seed = Seed(resolved.seed);
    let number = replication_of(args, variant, seed)?;
    let explanation = find_out(&variant.setup, (seed, number), &query)
        .map_err(|missing| not_found(&args.pod, &query, &missing))?;
    let setting = Setting {
        scenario: &resolved.name,
        variant: variant.name.as_deref(),
        seed: resolved.seed,
        replication: number,
        ledger: &resolved.ledger,
    };
    match args.format {
        Format::Text => super::print(&to_text(&explanation, &setting, args.all_nodes))?,
        Format::Json => {
            let text = serde_json::to_string_pretty(&to_json(&explanation, &setting))
                .map_err(|error| CliError::Bug(format!("the explanation is not JSON: {error}")))?;
            super::print(&format!("{text}\n"))?;
        }
    }
    CliError::unless(true, !explanation.ends().is_cut_off() && resolved.ledger.satisfies(args.load.strict))
}

/// The number of the replication that is asked for.
fn replication_of(args: &ExplainArgs, variant: &Variant, seed: Seed) -> Result<u32, CliError> {
    let runs = if args.replication.needs_runs() {
        replicate(&variant.setup, seed, args.runs, 0, &|| {})
    } else {
        Vec::new()
    };
    let among = args.replication.among(&VariantResult::new(None, runs));
    among.map_err(|error| CliError::wrong_input(format!("--replication {}: {error}", args.replication)))
}

fn variant_of<'r>(resolved: &'r Resolved, wanted: Option<&str>) -> Result<&'r Variant, CliError> {
    let named = |variant: &&Variant| wanted.is_none() || variant.name.as_deref() == wanted;
    resolved.variants.iter().find(named).ok_or_else(|| {
        let names: Vec<&str> =
            resolved.variants.iter().filter_map(|variant| variant.name.as_deref()).collect();
        let wanted = wanted.unwrap_or_default();
        CliError::wrong_input(if names.is_empty() {
            format!("--variant {wanted}: the scenario has no variants")
        } else {
            format!("--variant {wanted}: there is no such variant; there are {}", names.join(", "))
        })
    })
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

fn not_found(asked: &str, query: &PodQuery, missing: &Missing) -> CliError {
    let message = match &missing.why {
        NotFound::Unknown { names, .. } if names.is_empty() => {
            "there is no such pod; no pod is ever created in this run".to_owned()
        }
        NotFound::Unknown { alike: true, names } => {
            format!("there is no such pod; did you mean {}?", names.join(", "))
        }
        NotFound::Unknown { names, .. } => {
            format!("there is no such pod; the first that there are: {}", names.join(", "))
        }
        NotFound::Ambiguous { names, pods } => {
            let more = pods - names.len();
            let more = if more > 0 { format!("\n  … and {more} more") } else { String::new() };
            format!("{pods} pods begin with this name:\n  {}{more}", names.join("\n  "))
        }
        NotFound::NotYet { name, created } => {
            let at = query.at.map_or_else(String::new, |at| format!(" at {at}"));
            format!("{name} is not there yet{at}; it is created at {created}")
        }
    };
    if let Some(cut) = cut_off_sentence(&missing.ends) {
        // It may come later.
        eprintln!("error: --pod {asked}: {message}\n{cut}");
        return CliError::Incomplete;
    }
    CliError::wrong_input(format!("--pod {asked}: {message}"))
}
