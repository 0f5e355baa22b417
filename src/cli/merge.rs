//! `kubecast merge`: joins the parts of a study.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::earlier::EarlierArgs;
use super::error::CliError;
use super::format::Format;
use super::journal::{self, PART};
use super::output::OutputDir;
use super::study;
use crate::forecast::StudyAnswer;
use crate::study::campaign::execution::{self, Rows};
use crate::study::campaign::frame::Frame;
use crate::study::campaign::journal::{Header, Journal, Shard};

/// Options of `merge`.
#[derive(Clone, Debug, Args)]
pub struct MergeArgs {
    /// The folders of all parts.
    #[arg(required = true, value_name = "DIR")]
    dirs: Vec<PathBuf>,
    /// Write tables, plot and summary into this folder.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How the summary is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    earlier: EarlierArgs,
    /// Replace what an earlier study left in the output folder.
    #[arg(long)]
    force: bool,
    /// No summary.
    #[arg(long)]
    quiet: bool,
}

/// Joins what the arguments name.
pub fn merge(args: &MergeArgs) -> Result<(), CliError> {
    let earlier = args.earlier.read()?;
    let out = OutputDir::prepare(&args.out, args.force)?;
    let (frame, rows) = join(&args.dirs)?;
    let answer = StudyAnswer::new(frame, rows).with_earlier(earlier);
    let page = answer.page();
    out.write_all(&page.files)?;
    if !args.quiet {
        study::tell(&page, args.format, Some(&args.out))?;
    }
    CliError::unless(true, answer.is_complete(false))
}

/// All runs of all parts, of which none is missing and none is foreign.
fn join(dirs: &[PathBuf]) -> Result<(Frame, Rows), CliError> {
    let mut parts: BTreeMap<u32, (PathBuf, Journal)> = BTreeMap::new();
    let mut first: Option<Header> = None;
    for dir in dirs {
        let path = dir.join(PART);
        let wrong = |error: String| CliError::wrong_input(format!("{}: {error}", path.display()));
        let part = journal::read(&path)?.ok_or_else(|| wrong(unfinished(dir)))?;
        let shard = part.header.shard;
        let wanted = first.get_or_insert_with(|| part.header.clone());
        // Another part of the same number of them is what is wanted.
        let same = Header { shard: Shard { part: shard.part, of: wanted.shard.of }, ..wanted.clone() };
        if let Some(error) = journal::foreign(&part.header, &same) {
            return Err(wrong(error));
        }
        if let Some((other, _)) = parts.get(&shard.part) {
            return Err(wrong(format!("part {}/{} again, as in {}", shard.part, shard.of, other.display())));
        }
        parts.insert(shard.part, (path, part));
    }
    let header = first.ok_or_else(|| CliError::wrong_input("there is nothing to join"))?;
    let missing: Vec<String> = (1..=header.shard.of)
        .filter(|part| !parts.contains_key(part))
        .map(|part| format!("{part}/{}", header.shard.of))
        .collect();
    if !missing.is_empty() {
        return Err(CliError::wrong_input(format!("parts are missing: {}", missing.join(", "))));
    }
    let mut rows = Rows::new();
    for (_, part) in parts.values() {
        rows.extend(part.rows.iter().map(|row| (row.place(), row.clone())));
    }
    for (path, part) in parts.values() {
        let needed = execution::needed(&header.frame, part.header.shard, &rows);
        let mut there: Vec<_> =
            part.rows.iter().map(crate::study::campaign::journal::RunRow::place).collect();
        there.sort_unstable();
        if needed != there {
            return Err(CliError::wrong_input(format!(
                "{}: {} runs, but this part has {}; compute it again",
                path.display(),
                there.len(),
                needed.len()
            )));
        }
    }
    Ok((header.frame, rows))
}

fn unfinished(dir: &Path) -> String {
    if dir.join(journal::JOURNAL).is_file() {
        "is not there: this part is not finished; go on with --resume".to_owned()
    } else {
        "is not there or empty; a part is what `kubecast study --shard K/N --out DIR` writes".to_owned()
    }
}
