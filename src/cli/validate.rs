//! `kubecast validate`: checks documents without running them. A Study or Plan is checked as its own command would
//! before it runs anything.

use clap::Args;

use super::error::CliError;
use super::input::{self, Files};
use super::load_args::LoadArgs;
use crate::report::words;
use crate::scenario::planning::load_plan;
use crate::scenario::study::load_study;
use crate::scenario::{self, InputError, LoadOptions, Resolved, SourceText};

/// Options of `validate`.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Scenario and manifest files, folders, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    load: LoadArgs,
}

/// Reads and resolves inputs; tells warnings on standard error.
pub fn load(files: &[String], options: &LoadOptions, quiet: bool) -> Result<Resolved, CliError> {
    let sources = input::read_all(files)?;
    let resolved = scenario::load(&sources, options, &Files)?;
    input::warn(&resolved.warnings, quiet);
    Ok(resolved)
}

/// Checks documents and says what they hold.
pub fn validate(args: &ValidateArgs) -> Result<(), CliError> {
    let options = args.load.options(None)?;
    if let [file] = &args.files[..]
        && file != "-"
        && let [source] = &input::read_all(&args.files)?[..]
        && let Some(found) = study_or_plan(source, &options)
    {
        let (words, warnings) = found?;
        input::warn(&warnings, false);
        return super::print(&words);
    }
    let resolved = load(&args.files, &options, false)?;
    let mut text = String::new();
    for variant in &resolved.variants {
        let setup = &variant.setup;
        let prefix = variant.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        text.push_str(&format!(
            "{prefix}valid: {} nodes, {} Deployments, {} ReplicaSets, {} pods, {} timeline entries\n",
            setup.nodes.len(),
            setup.deployments.len(),
            setup.replica_sets.len(),
            setup.pods.len(),
            setup.timeline.len()
        ));
    }
    for release in &resolved.ledger.releases {
        text.push_str(&format!("{release}.\n"));
    }
    text.push_str(&words::gap_lines(resolved.ledger.gaps.iter()));
    for lint in &resolved.ledger.lints {
        text.push_str(&format!("note: {lint}\n"));
    }
    super::print(&text)
}

/// What is told of a valid document, and its warnings.
type Checked = Result<(String, Vec<InputError>), Vec<InputError>>;

/// Checks the Study or Plan of a file; `None` if it holds something else.
fn study_or_plan(source: &SourceText, options: &LoadOptions) -> Option<Checked> {
    let documents = kubecast_manifest::parse(&source.name, &source.text).ok()?;
    let tree = &documents.first()?.tree;
    if tree.get_str("apiVersion") != Some(scenario::api_version::API_VERSION) {
        return None;
    }
    match tree.get_str("kind")? {
        "Study" => Some(load_study(source, options, &Files).map(|study| {
            let words = format!(
                "valid: a Study of {} design points, {} arms and {} metrics\n",
                study.points.len(),
                study.arms.len(),
                study.metrics.len()
            );
            (words, study.warnings)
        })),
        "Plan" => Some(load_plan(source, options, &Files).map(|plan| {
            let choices: usize = plan.variables.iter().map(|variable| variable.labels.len()).product();
            let words = format!("valid: a Plan of {choices} choices and {} targets\n", plan.targets.len());
            (words, plan.warnings)
        })),
        _ => None,
    }
}
