//! Which files are the dumps of a backtest.

use std::fs;
use std::path::{Path, PathBuf};

use super::BacktestArgs;
use crate::cli::error::CliError;
use crate::cli::input;
use crate::forecast::Dumps;
use crate::scenario::backtest::Sources;

/// The files of a pair of dumps.
pub(super) struct PairFiles {
    /// The name of its folder, where there may be several.
    pub(super) name: Option<String>,
    before: Vec<String>,
    after: Vec<String>,
    events: Vec<String>,
}

impl PairFiles {
    /// Their texts.
    pub(super) fn read(&self) -> Result<Dumps, CliError> {
        let read = || {
            Ok(Sources {
                before: input::read_all(&self.before)?,
                after: input::read_all(&self.after)?,
                events: input::read_all(&self.events)?,
            })
        };
        let sources = read().map_err(|error| match (&self.name, error) {
            (Some(name), CliError::WrongInput(faults)) => {
                CliError::WrongInput(faults.iter().map(|fault| format!("{name}: {fault}")).collect())
            }
            (_, error) => error,
        })?;
        Ok(Dumps { name: self.name.clone(), sources })
    }
}

/// The pairs that the arguments name.
pub(super) fn of(args: &BacktestArgs) -> Result<Vec<PairFiles>, CliError> {
    if let (Some(before), Some(after)) = (&args.before, &args.after) {
        let inputs: Vec<&String> =
            [before, after].into_iter().chain(&args.events).chain(&args.scenario).collect();
        if inputs.iter().filter(|path| path.as_str() == "-").count() > 1 {
            return Err(CliError::wrong_input(
                "- is standard input, which can be read once; name a file for the others",
            ));
        }
        let before = [before].into_iter().chain(&args.scenario).cloned().collect();
        let events = args.events.clone();
        return Ok(vec![PairFiles { name: None, before, after: vec![after.clone()], events }]);
    }
    let (mut pairs, mut faults) = (Vec::new(), Vec::new());
    for folder in &args.pairs {
        match in_folder(folder) {
            Ok(found) => found.iter().for_each(|pair| match files_of(pair) {
                Ok(files) => {
                    let name = files.name.map(|name| match args.pairs.len() {
                        1 => name,
                        _ => format!("{}/{name}", folder.display()),
                    });
                    pairs.push(PairFiles { name, ..files });
                }
                Err(fault) => faults.push(format!("{}: {fault}", pair.display())),
            }),
            Err(fault) => faults.push(format!("--pairs {}: {fault}", folder.display())),
        }
    }
    if faults.is_empty() { Ok(pairs) } else { Err(CliError::WrongInput(faults)) }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let read = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let paths: Result<Vec<PathBuf>, _> = read.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|error| error.to_string())?;
    paths.sort_unstable();
    Ok(paths)
}

/// The folders in a folder, by name.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let folders: Vec<PathBuf> = entries(folder)?.into_iter().filter(|path| path.is_dir()).collect();
    if folders.is_empty() {
        return Err(
            "no folder in it; each pair of dumps has one of its own, with before.yaml and after.yaml"
                .to_owned(),
        );
    }
    Ok(folders)
}

/// The dumps in the folder of a pair.
fn files_of(folder: &Path) -> Result<PairFiles, String> {
    let all = entries(folder)?;
    let find = |stem: &str| {
        let is_it = |path: &&PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let ending = name.strip_prefix(stem).unwrap_or("-");
            path.is_dir() && ending.is_empty()
                || [".yaml", ".yml", ".json", ".yaml.gz", ".yml.gz", ".json.gz"].contains(&ending)
        };
        let found: Vec<String> =
            all.iter().filter(is_it).map(|path| path.to_string_lossy().into_owned()).collect();
        if found.len() > 1 {
            return Err(format!("there are several of {stem}: {}; keep one", found.join(", ")));
        }
        Ok(found)
    };
    let (mut before, after) = (find("before")?, find("after")?);
    for (stem, found) in [("before", &before), ("after", &after)] {
        if found.is_empty() {
            return Err(format!(
                "{stem}.yaml is missing; a pair is before.yaml and after.yaml, perhaps events.yaml"
            ));
        }
    }
    before.extend(find("scenario")?);
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(PairFiles { name, before, after, events: find("events")? })
}
