//! `kubecast study`: runs a Study, whole or in parts, and tells what follows.

use std::path::PathBuf;

use clap::Args;

use super::earlier::EarlierArgs;
use super::error::CliError;
use super::format::Format;
use super::input;
use super::journal::{JOURNAL, PART, Writer};
use super::load_args::LoadArgs;
use super::output::{self, OutputDir};
use super::progress::Progress;
use crate::forecast::Forecast;
use crate::report::page::Page;
use crate::study::campaign::execution::Rows;
use crate::study::campaign::journal::{self, Header, Shard};

/// Options of `study`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
--shard K/N computes the K-th of N parts; `kubecast merge` joins them. --shard auto/N takes K from
JOB_COMPLETION_INDEX (an indexed Job of Kubernetes, from 0) or SLURM_ARRAY_TASK_ID (a Slurm array
that begins with SLURM_ARRAY_TASK_MIN, or 0).")]
pub struct StudyArgs {
    /// The Study document; `-` for standard input.
    #[arg(value_name = "STUDY")]
    pub file: String,
    /// Write tables, plot and summary into this folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Threads for the runs; 0 is one a core. Changes no result.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// The seed of all random draws.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Go on with the runs that an interrupted study left in the output folder.
    #[arg(long, requires = "out", conflicts_with = "force")]
    pub resume: bool,
    /// Compute one of several parts.
    #[arg(long, value_name = "K/N", requires = "out")]
    pub shard: Option<String>,
    /// How the summary is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// What is known of earlier forecasts.
    #[command(flatten)]
    pub earlier: EarlierArgs,
    /// How the input is read.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Replace what an earlier study left in the output folder.
    #[arg(long)]
    pub force: bool,
    /// No progress bar, no warnings, no summary.
    #[arg(long)]
    pub quiet: bool,
}

/// Runs what the arguments say.
pub fn study(args: &StudyArgs) -> Result<(), CliError> {
    let shard = args.shard.as_deref().map(shard_of).transpose()?.unwrap_or(Shard::WHOLE);
    let options = args.load.options(args.seed)?;
    let earlier = args.earlier.read()?;
    if earlier.is_some() && args.shard.is_some() {
        let message = "--backtest: a part of a study tells no answer; hand it to `kubecast merge`";
        return Err(CliError::wrong_input(message));
    }
    let forecast = Forecast::of(vec![input::read_one(&args.file)?]).with_options(options);
    let study = forecast.threads(args.threads).earlier(earlier).study()?;
    input::warn(study.warnings(), args.quiet);
    let header = Header { frame: study.frame().clone(), shard };
    let out = args.out.as_deref().map(|root| OutputDir::prepare(root, args.force || resumes(args, root)));
    let out = out.transpose()?;
    let (writer, rows) = match &args.out {
        None => (Writer::without(), Rows::new()),
        Some(folder) => Writer::open(folder, &header, args.resume)?,
    };
    let progress = Progress::new(args.quiet);
    let rows = study.run_part(shard, rows, &|row| writer.keep(row), &progress)?;
    drop(progress);
    writer.finish()?;
    if args.shard.is_some() {
        let out = out.as_ref().expect("--shard requires --out");
        write_part(out, &header, &rows)?;
        writer.remove()?;
        let words = format!(
            "{}: part {} of {}, {} runs; join the parts with `kubecast merge`.\n",
            header.frame.study,
            shard.part,
            shard.of,
            rows.len()
        );
        return if args.quiet { Ok(()) } else { super::print(&words) };
    }
    let answer = study.answer(rows);
    let page = answer.page();
    if let Some(out) = &out {
        out.write_all(&page.files)?;
        writer.remove()?;
    }
    if !args.quiet {
        tell(&page, args.format, args.out.as_deref())?;
    }
    CliError::unless(true, answer.is_complete(args.load.strict))
}

/// Whether the folder holds a study to go on with. One that holds anything else is left alone.
fn resumes(args: &StudyArgs, root: &std::path::Path) -> bool {
    args.resume && root.join(JOURNAL).is_file()
}

/// The part that `--shard` names.
fn shard_of(text: &str) -> Result<Shard, CliError> {
    let wrong = |error: String| CliError::wrong_input(format!("--shard: {error}"));
    let Some(of) = text.strip_prefix("auto/") else { return Shard::parse(text).map_err(wrong) };
    let part = match (number_of("JOB_COMPLETION_INDEX")?, number_of("SLURM_ARRAY_TASK_ID")?) {
        (Some(index), _) => index + 1,
        (None, Some(task)) => {
            let first = number_of("SLURM_ARRAY_TASK_MIN")?.unwrap_or(0);
            task.saturating_sub(first) + 1
        }
        (None, None) => {
            let message = "auto: neither JOB_COMPLETION_INDEX nor SLURM_ARRAY_TASK_ID is set; write K/N";
            return Err(wrong(message.to_owned()));
        }
    };
    Shard::parse(&format!("{part}/{of}")).map_err(wrong)
}

#[expect(
    clippy::disallowed_methods,
    reason = "which part of a study a job computes is told in its environment"
)]
fn number_of(variable: &str) -> Result<Option<u32>, CliError> {
    let Ok(text) = std::env::var(variable) else { return Ok(None) };
    let number = text.parse().map(Some);
    number.map_err(|_| CliError::wrong_input(format!("{variable}: {text:?} is no number")))
}

fn write_part(out: &OutputDir, header: &Header, rows: &Rows) -> Result<(), CliError> {
    out.write(PART, |file| {
        file.write_all(journal::header_line(header).as_bytes())?;
        rows.values().try_for_each(|row| file.write_all(journal::row_line(row).as_bytes()))
    })
}

/// Prints a study's summary.
pub fn tell(page: &Page<'_>, format: Format, out: Option<&std::path::Path>) -> Result<(), CliError> {
    let place = output::place("Tables, plot and summary", out);
    format.print(page, &place)
}
