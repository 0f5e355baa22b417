//! `kubecast plan`: the smallest or cheapest choice for which targets hold.

use std::path::PathBuf;

use clap::Args;

use super::error::CliError;
use super::input::{self, Files};
use super::load_args::LoadArgs;
use super::output::OutputDir;
use super::run::{Format, pretty};
use crate::kernel::Seed;
use crate::report::planning::{self as report, Planned};
use crate::report::words;
use crate::scenario::planning::load_plan;
use crate::study::planning::evaluation::evaluate;
use crate::study::planning::search::{Space, search};

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
    args.load.without_change()?;
    let options = args.load.options(args.seed)?;
    let source = input::read_one(&args.file)?;
    let plan = load_plan(&source, &options, &Files)?;
    let out = args.out.as_deref().map(|root| OutputDir::prepare(root, args.force)).transpose()?;
    input::warn(&plan.warnings, args.quiet);
    let mut error = None;
    let price = |choice: &[usize]| report::price(&plan, choice).unwrap_or(choice[0] as f64);
    let sizes = plan.variables.iter().map(|variable| variable.labels.len()).collect();
    let space = Space { sizes, price: &price, error: 1.0 - plan.confidence };
    let found = search(&space, &mut |choice, share| {
        let first = vec![0; choice.len()];
        let setup = plan.resolve(choice, &Files).or_else(|errors| {
            // A choice in between that is wrong is told; the search ends, as nothing is known of it.
            error = Some(errors.into());
            plan.resolve(&first, &Files)
        });
        let setup = setup.expect("the first choice was resolved before");
        let runs = if error.is_some() { 1 } else { plan.max_runs };
        evaluate(&setup, &plan.targets, (Seed(plan.seed), share), (runs, args.threads), choice)
    });
    if let Some(error) = error {
        return Err(error);
    }
    let answer = pretty(&report::to_json(&plan, &found));
    let text = format!(
        "{}{}{}\n{}{}",
        report::cut_off(&plan, &found),
        words::opening_words(&plan.ledger),
        report::to_text(&plan, &found),
        words::INTERVALS,
        words::closing_words(&plan.ledger)
    );
    if let Some(out) = &out {
        let evidence = report::evidence();
        let files = [
            (evidence.file, evidence.to_csv(Planned { plan: &plan, found: &found })),
            ("plan.json", answer.clone()),
            ("summary.txt", text.clone()),
        ];
        for (name, content) in files {
            out.write(name, |file| file.write_all(content.as_bytes()))?;
        }
    }
    if !args.quiet {
        super::print(if args.format == Format::Json { &answer } else { &text })?;
    }
    // A choice of which runs were cut off is not shown to fail.
    let complete = !found.is_cut_off() && plan.ledger.satisfies(args.load.strict);
    CliError::unless(found.answer.is_some() || found.is_cut_off(), complete)
}
