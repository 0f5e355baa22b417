//! The options of `run`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::cluster_args::ClusterArgs;
use crate::cli::earlier::EarlierArgs;
use crate::cli::format::Format;
use crate::study::choice::Choice;

/// Options of `run`.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct RunArgs {
    /// Scenario and manifest files, folders, or `-` for standard input.
    #[arg(required_unless_present = "filename", value_name = "FILE")]
    pub files: Vec<String>,
    /// Repeat the run so many times (replications 0 to N-1).
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub runs: u32,
    /// The seed of all random draws.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Write tables and summary into this folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Threads for the replications; 0 is one a core. Changes no result.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// How the summary is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Rerun with start-up times and lag halved and doubled, and tell which answers that moves.
    #[arg(long)]
    pub timing_sensitivity: bool,
    /// Run again in another process with another number of threads and compare.
    #[arg(long)]
    pub check_determinism: bool,
    /// Write wall time and peak memory to resources.json (with --out).
    #[arg(long, alias = "measure")]
    pub resources: bool,
    /// The replication that tables and events are of: a number, median (of the rollouts' duration), worst:MEASURE
    /// (the largest value) or best:MEASURE (the smallest). Default: 0.
    #[arg(long, value_name = "K", value_parser = Choice::parse, default_value_t = Choice::First)]
    pub replication: Choice,
    /// What is known of earlier forecasts.
    #[command(flatten)]
    pub earlier: EarlierArgs,
    /// The cluster, and how it is read.
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// Replace what an earlier run left in the output folder.
    #[arg(long)]
    pub force: bool,
    /// No progress bar, no warnings, no summary.
    #[arg(long)]
    pub quiet: bool,
    /// Print digests for a parent process that checks determinism.
    #[arg(long, hide = true)]
    pub emit_digests: bool,
    /// Print the digest after every event of one run, `VARIANT:REPLICATION` by number.
    #[arg(long, hide = true, value_name = "V:R")]
    pub emit_events: Option<String>,
}

impl RunArgs {
    /// Every file that is named.
    pub fn inputs(&self) -> impl Iterator<Item = &String> {
        self.files.iter().chain(&self.cluster.filename)
    }
}
