//! `kubecast validate`: checks documents without running them. A Study or Plan is checked as its own command would
//! before it runs anything.

use clap::Args;

use super::cluster_args::ClusterArgs;
use super::error::CliError;
use super::format::Format;
use super::input;

/// Options of `validate`.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Scenario and manifest files, folders, or `-` for standard input.
    #[arg(required_unless_present = "filename", value_name = "FILE")]
    files: Vec<String>,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// Checks documents and says what they hold.
pub fn validate(args: &ValidateArgs) -> Result<(), CliError> {
    let found = args.cluster.forecast(&args.files, None)?.validate()?;
    input::warn(found.warnings(), false);
    args.format.print(&found.page(), "")
}
