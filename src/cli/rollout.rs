//! `kubecast rollout`: rolls one Deployment once on a dump of a cluster, many times over.

mod order;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::earlier::EarlierArgs;
use super::error::CliError;
use super::input::{self, Files};
use super::load_args::LoadArgs;
use super::output::OutputDir;
use super::progress::Progress;
use super::run::{Format, pretty};
use super::sensitivity;
use crate::cluster::setup::ClusterSetup;
use crate::kernel::Seed;
use crate::measures::RolloutRow;
use crate::report::ends::cut_off_sentence;
use crate::report::rollout::{self as report, ArmReport, Setting, State};
use crate::report::{run_files, sensitivity as report_sensitivity, verdicts};
use crate::scenario::Variant;
use crate::scenario::assignment::Assignment;
use crate::scenario::rollout::{self, Moment, ResolvedRollout, RolloutOrder};
use crate::study::aftermath::with_what_happened;
use crate::study::ends::Ends;
use crate::study::expectation::{self, Verdict};
use crate::study::replication;
use crate::study::rollout_outcome::RolloutOutcome;
use crate::study::sensitivity::{Answer, LEAST_RUNS};
use crate::study::summary::VariantResult;
use crate::study::timing_fit;

/// The rollout that is asked about: 0 is the state taken over, or the creation.
const ROLLOUT: u32 = 1;

/// Options of `rollout`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
PATH is a JSON pointer into the Deployment, or the same with dots:
  /spec/strategy/rollingUpdate/maxSurge=50%
  spec.template.spec.topologySpreadConstraints[0].matchLabelKeys=[pod-template-hash]
or OBJECT#PATH for anything else: node/worker-0#/spec/unschedulable=true,
scenario#/spec/timing/containerStart={uniform: [2s, 12s]}. VALUE is YAML; null takes a field away.")]
pub struct RolloutArgs {
    /// The Deployment: deployment/NAME or deployment/NAMESPACE/NAME.
    #[arg(value_name = "KIND/NAME")]
    target: String,
    /// A dump of the cluster and manifests: files, folders, or `-` for standard input.
    #[arg(short, long, required = true, num_args = 1.., value_name = "FILE")]
    filename: Vec<String>,
    /// The namespace, where KIND/NAME does not say it.
    #[arg(short, long, value_name = "NAMESPACE")]
    namespace: Option<String>,
    /// Set a new image instead of a mere restart.
    #[arg(long, value_name = "[CONTAINER=]IMAGE")]
    image: Option<String>,
    /// Set a value in every arm.
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
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
    load: LoadArgs,
    /// Replace what an earlier run left in the output folder.
    #[arg(long)]
    force: bool,
    /// No progress bar, no warnings, no answer.
    #[arg(long)]
    quiet: bool,
}

/// Rolls the Deployment that the arguments name.
pub fn rollout(args: &RolloutArgs) -> Result<(), CliError> {
    if args.timing_sensitivity {
        sensitivity::check_runs(args.runs)?;
    }
    let order = order::of(args)?;
    let out = args.out.as_deref().map(|root| OutputDir::prepare(root, args.force)).transpose()?;
    let earlier = args.earlier.read()?;
    let mut resolved = load(args, &order)?;
    if let Some(out) = &out {
        out.check_folders(resolved.scenario.variants.iter().filter_map(|arm| arm.name.as_deref()))?;
    }
    let (results, answers) = simulate(&resolved, &order, args);
    resolved.scenario.ledger = with_what_happened(&resolved.scenario.ledger, &results);
    resolved.scenario.ledger.earlier = earlier;
    let arms = reports(&resolved, &order, &results)?;
    let mut judged = expectation::evaluate(&resolved.scenario.expectations, &results[..resolved.asked]);
    judged
        .extend(resolved.left_out.iter().map(|(expected, why)| Verdict::not_judged(expected.clone(), *why)));
    let workload = order.target.to_string();
    let set: Vec<String> = order.set.iter().map(Assignment::text).collect();
    let setting = Setting { set: &set, verdicts: &judged, ..setting(&resolved, &order, &workload, args) };
    let mut summary = report::to_json(&arms, &setting);
    if let Some(answers) = &answers {
        summary["timingSensitivity"] = report_sensitivity::to_json(answers);
    }
    if !args.quiet {
        let text = match args.format {
            Format::Json => pretty(&summary),
            Format::Text => text(&arms, &setting, answers.as_deref(), args.out.as_deref()),
        };
        super::print(&text)?;
    }
    if let Some(out) = &out {
        write_files(out, &resolved, &results, &arms, &summary)?;
    }
    let complete =
        !arms.iter().any(|arm| arm.ends.is_cut_off()) && resolved.scenario.ledger.satisfies(args.load.strict);
    CliError::unless(verdicts::all_met(&judged), complete)
}

fn load(args: &RolloutArgs, order: &RolloutOrder) -> Result<ResolvedRollout, CliError> {
    let sources = input::read_all(&args.filename)?;
    let mut options = args.load.options(args.seed)?;
    options.ask.fitter = Some(timing_fit::rollout::times);
    let resolved = rollout::load_rollout(&sources, order, &options, &Files)?;
    input::warn(&resolved.scenario.warnings, args.quiet);
    Ok(resolved)
}

/// How many runs of each arm with other times tell whether the answers hang on them; `None` where too many pods or too few runs
/// forbid it, and it is not asked for.
fn sensitivity_runs(args: &RolloutArgs, variants: &[Variant]) -> Option<u32> {
    const USUAL: u32 = 200;
    if args.timing_sensitivity {
        return Some(args.runs);
    }
    let few = variants.iter().all(|variant| variant.setup.pods.len() <= sensitivity::MOST_PODS);
    (few && args.runs >= LEAST_RUNS).then_some(args.runs.min(USUAL))
}

/// The results of each arm and the answers with other times.
fn simulate(
    resolved: &ResolvedRollout,
    order: &RolloutOrder,
    args: &RolloutArgs,
) -> (Vec<VariantResult>, Option<Vec<Answer>>) {
    let variants = &resolved.scenario.variants;
    let again = sensitivity_runs(args, variants);
    let reruns = again.map_or(0, |runs| sensitivity::count(variants) * u64::from(runs));
    let progress = Progress::new(variants.len() as u64 * u64::from(args.runs) + reruns, args.quiet);
    let done = || progress.tick();
    let workload = order.target.to_string();
    let wanted = |row: &RolloutRow| *row.workload == *workload && row.number == ROLLOUT;
    let one = |setup: &Arc<ClusterSetup>, name: Option<String>, count: u32| {
        let size = (count, args.threads);
        let runs = replication::replicate_keeping(setup, Seed(resolved.scenario.seed), size, &wanted, &done);
        VariantResult::new(name, runs)
    };
    let results: Vec<VariantResult> =
        variants.iter().map(|variant| one(&variant.setup, variant.name.clone(), args.runs)).collect();
    let answers = again.map(|count| {
        sensitivity::answers(variants, &results, &|row, _| wanted(row), &|setup| one(setup, None, count))
    });
    progress.finish();
    (results, answers)
}

fn reports(
    resolved: &ResolvedRollout,
    order: &RolloutOrder,
    results: &[VariantResult],
) -> Result<Vec<ArmReport>, CliError> {
    let workload = order.target.to_string();
    let mut arms = Vec::with_capacity(results.len());
    for ((variant, result), words) in resolved.scenario.variants.iter().zip(results).zip(&resolved.words) {
        let name = variant.name.clone().unwrap_or_default();
        let outcome = RolloutOutcome::of(&result.runs, &workload, ROLLOUT);
        let ends = result.ends();
        let outcome = outcome.ok_or_else(|| nothing_rolled(order, &name, &ends))?;
        arms.push(ArmReport { name, set: words.clone(), outcome, ends });
    }
    Ok(arms)
}

/// The change of the template changed nothing.
fn nothing_rolled(order: &RolloutOrder, arm: &str, ends: &Ends) -> CliError {
    if let Some(cut) = cut_off_sentence(ends) {
        eprintln!("error: {} is not rolled in arm {arm} by then: {cut}", order.target);
        return CliError::Incomplete;
    }
    let why = match &order.image {
        _ if ends.at_horizon > 0 => "the runs end at the horizon before".to_owned(),
        Some(image) => format!("it runs the image {} already; leave --image out to restart it", image.image),
        None => "it was restarted in the very second in which the simulation begins, and a second restart of that \
                 second changes nothing; give another spec.startTime"
            .to_owned(),
    };
    CliError::wrong_input(format!("{} is not rolled in arm {arm}: {why}", order.target))
}

fn setting<'a>(
    resolved: &'a ResolvedRollout,
    order: &'a RolloutOrder,
    workload: &'a str,
    args: &'a RolloutArgs,
) -> Setting<'a> {
    let setup = &resolved.scenario.variants[0].setup;
    Setting {
        workload,
        moment: resolved.moment,
        start: setup.start,
        image: order.image.as_ref().and(args.image.as_deref()),
        set: &[],
        seed: resolved.scenario.seed,
        runs: args.runs,
        state: state(setup, order),
        ledger: &resolved.scenario.ledger,
        verdicts: &[],
    }
}

fn state(setup: &ClusterSetup, order: &RolloutOrder) -> State {
    let deployment = rollout::deployment_of(setup, &order.target);
    let own: Vec<_> =
        deployment.into_iter().flat_map(|deployment| rollout::pods_of(setup, deployment)).collect();
    let active = || own.iter().filter(|pod| pod.is_active());
    State {
        nodes: setup.nodes.len(),
        pods: active().count(),
        replicas: deployment.map_or(0, |deployment| deployment.replicas),
        without_node: setup.pods.iter().filter(|pod| pod.is_active() && pod.node.is_none()).count(),
        terminating: setup.pods.iter().filter(|pod| pod.deleted.is_some()).count(),
        not_ready: active().filter(|pod| pod.node.is_some() && !pod.is_ready()).count(),
    }
}

fn text(arms: &[ArmReport], setting: &Setting<'_>, answers: Option<&[Answer]>, out: Option<&Path>) -> String {
    let mut text = report::to_text(arms, setting);
    match answers {
        Some(answers) => text.push_str(&format!("\n{}", report_sensitivity::to_text(answers))),
        None => text.push_str("\nTiming: whether the answers hang on the assumed times was not looked at (--timing-sensitivity).\n"),
    }
    if let Some(out) = out {
        text.push_str(&format!("\nTables and summary: {}\n", out.display()));
    }
    text
}

/// The rollout's own tables, and for each arm the tables of an ordinary run.
fn write_files(
    out: &OutputDir,
    resolved: &ResolvedRollout,
    results: &[VariantResult],
    arms: &[ArmReport],
    summary: &Value,
) -> Result<(), CliError> {
    for table in report::tables() {
        out.write(table.file, |target| table.write(arms, target))?;
    }
    for (variant, result) in resolved.scenario.variants.iter().zip(results) {
        let folder = variant.name.as_deref().unwrap_or_default();
        for file in run_files::files(result) {
            out.write(&format!("{folder}/{}", file.name), |target| (file.write)(target))?;
        }
    }
    let manifest = json!({
        "format": summary["format"],
        "kubecast": env!("CARGO_PKG_VERSION"),
        "rollout": summary["rollout"],
        "seed": summary["seed"],
        "runs": summary["runs"],
        "cutOff": summary["cutOff"],
        "set": summary["set"],
        "arms": arms.iter().map(|arm| json!({ "arm": arm.name, "set": arm.set })).collect::<Vec<_>>(),
        "moment": match resolved.moment { Moment::Now => "now", Moment::AfterCreation => "afterCreation" },
        "notSimulated": summary["notSimulated"],
    });
    for (name, value) in [("manifest.json", &manifest), ("summary.json", summary)] {
        let text = pretty(value);
        out.write(name, |file| file.write_all(text.as_bytes()))?;
    }
    Ok(())
}
