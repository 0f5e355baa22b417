//! `kubecast plan`: the smallest or cheapest choice for which targets hold.

use std::path::PathBuf;

use clap::Args;

use super::error::CliError;
use super::format::Format;
use super::input;
use super::load_args::LoadArgs;
use super::output::OutputDir;
use super::progress::Progress;
use crate::forecast::Forecast;

/// Options of `plan`.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    /// The Plan document; `-` for standard input.
    #[arg(value_name = "PLAN")]
    file: String,
    /// Write the answer and the evidence into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads for the runs; 0 is one a core. Changes no result.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// The seed of all random draws.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    load: LoadArgs,
    /// Replace what an earlier plan left in the output folder.
    #[arg(long)]
    force: bool,
    /// No warnings, no answer on the terminal.
    #[arg(long)]
    quiet: bool,
}

/// Searches; exits with 1 where no choice meets the targets.
pub fn plan(args: &PlanArgs) -> Result<(), CliError> {
    let options = args.load.options(args.seed)?;
    let forecast = Forecast::of(vec![input::read_one(&args.file)?]).with_options(options);
    let plan = forecast.threads(args.threads).plan()?;
    let out = args.out.as_deref().map(|root| OutputDir::prepare(root, args.force)).transpose()?;
    input::warn(plan.warnings(), args.quiet);
    let progress = Progress::new(args.quiet);
    let answer = plan.search_monitored(&progress)?;
    drop(progress);
    let page = answer.page();
    if let Some(out) = &out {
        out.write_all(&page.files)?;
    }
    if !args.quiet {
        args.format.print(&page, "")?;
    }
    // A choice of which runs were cut off is not shown to fail.
    CliError::unless(answer.is_met() || answer.is_cut_off(), answer.is_complete(args.load.strict))
}
