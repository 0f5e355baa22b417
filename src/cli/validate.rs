//! `kubecast validate`: checks documents without running them.

use clap::Args;

use super::error::CliError;
use super::input::{self, Files};
use crate::scenario::{self, InputError, LoadOptions, Resolved};

/// Options of `validate`.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Scenario and manifest files, folders, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Take warnings for errors.
    #[arg(long)]
    strict: bool,
}

/// Reads and resolves inputs; tells warnings on standard error.
pub fn load(files: &[String], options: &LoadOptions, quiet: bool) -> Result<Resolved, CliError> {
    let sources = input::read_all(files)?;
    let faults =
        |errors: Vec<InputError>| CliError::WrongInput(errors.iter().map(ToString::to_string).collect());
    let resolved = scenario::load(&sources, options, &Files).map_err(faults)?;
    if !quiet {
        for warning in &resolved.warnings {
            eprintln!("warning: {warning}");
        }
    }
    Ok(resolved)
}

/// Checks documents and says what they hold.
pub fn validate(args: &ValidateArgs) -> Result<(), CliError> {
    let options = LoadOptions { strict: args.strict, seed: None };
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
    super::print(&text)
}
