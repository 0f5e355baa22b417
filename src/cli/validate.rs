//! `kubecast validate`: checks documents without running them. A Study or Plan is checked as its own command would
//! before it runs anything.

use clap::Args;

use super::error::CliError;
use super::input;
use super::load_args::LoadArgs;

/// Options of `validate`.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Scenario and manifest files, folders, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    load: LoadArgs,
}

/// Checks documents and says what they hold.
pub fn validate(args: &ValidateArgs) -> Result<(), CliError> {
    let found = args.load.forecast(&args.files, None)?.validate()?;
    input::warn(found.warnings(), false);
    super::print(&found.to_text())
}
