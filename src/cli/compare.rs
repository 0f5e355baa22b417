//! `kubecast compare`: two runs, rollouts or studies side by side; for CI, exit code 1 where a bound is passed.

use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CliError;
use super::format::Format;
use crate::report::comparison::page;
use crate::study::comparison::{Change, FailIf, Told, is_cut_off, of_study, of_summary, side_by_side};

/// Options of `compare`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
EXPR is one of
  change(METRIC) > N      the second's figure is more than N above the first's
  change(METRIC) > N%     … more than N % above the first's
  sure(METRIC) < -N       … below it by more than N, even by the ends of their intervals
  value(METRIC) > N       the second's figure is above N
METRIC is a study's metric, or a measure of a run or a rollout; METRIC @ TEXT is about those with TEXT in their name
alone (an arm, a factor's value, a Deployment).")]
pub struct CompareArgs {
    /// The folder of the first run, rollout or study (what `--out` wrote).
    #[arg(value_name = "DIR")]
    first: PathBuf,
    /// The folder of the second.
    #[arg(value_name = "DIR")]
    second: PathBuf,
    /// Exit with 1 if this holds for any figure. May be given several times.
    #[arg(long, value_name = "EXPR")]
    fail_if: Vec<String>,
    /// How the comparison is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Compares.
pub fn compare(args: &CompareArgs) -> Result<(), CliError> {
    let bounds: Result<Vec<FailIf>, String> = args.fail_if.iter().map(|text| FailIf::parse(text)).collect();
    let bounds = bounds.map_err(|error| CliError::wrong_input(format!("--fail-if: {error}")))?;
    let mut cut_off: Vec<String> = Vec::new();
    for folder in [&args.first, &args.second] {
        if !is_of_whole_runs(folder)? {
            cut_off.push(folder.display().to_string());
        }
    }
    let changes = side_by_side(&figures(&args.first)?, &figures(&args.second)?);
    let mut passed: Vec<(&FailIf, Vec<&Change>)> = Vec::new();
    for bound in &bounds {
        let about: Vec<&Change> = changes.iter().filter(|change| bound.is_about(change)).collect();
        if about.is_empty() {
            let mut known: Vec<&str> = changes.iter().map(|change| change.metric.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            let message = format!(
                "--fail-if {}: no figure is named {:?}{}; there are {}",
                bound.text,
                bound.metric(),
                if known.contains(&bound.metric()) { " with that after @" } else { "" },
                known.join(", ")
            );
            return Err(CliError::wrong_input(message));
        }
        let by = about.into_iter().filter(|change| cut_off.is_empty() && bound.is_passed(change));
        passed.push((bound, by.collect()));
    }
    args.format.print(&page(&cut_off, &changes, &passed), "")?;
    CliError::unless(passed.iter().all(|(_, by)| by.is_empty()), cut_off.is_empty())
}

/// Reads the figures of a file.
type Reader = fn(&str) -> Result<Vec<Told>, String>;

/// Whether no run of a folder was cut off. Folders of older versions do not tell.
fn is_of_whole_runs(folder: &Path) -> Result<bool, CliError> {
    for name in ["summary.json", "manifest.json"] {
        let path = folder.join(name);
        if path.is_file() {
            let wrong = |error: String| CliError::wrong_input(format!("{}: {error}", path.display()));
            let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
            return is_cut_off(&text).map(|cut| !cut).map_err(wrong);
        }
    }
    Ok(true)
}

/// The figures that a folder tells.
fn figures(folder: &Path) -> Result<Vec<Told>, CliError> {
    let readers: [(&str, Reader); 2] = [("estimates.csv", of_study), ("summary.json", of_summary)];
    for (name, read) in readers {
        let path = folder.join(name);
        let wrong = |error: String| CliError::wrong_input(format!("{}: {error}", path.display()));
        if path.is_file() {
            let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
            return read(&text).map_err(wrong);
        }
    }
    let message = format!(
        "{}: holds neither estimates.csv (of `kubecast study`) nor summary.json (of `kubecast run` and `rollout`)",
        folder.display()
    );
    Err(CliError::wrong_input(message))
}
