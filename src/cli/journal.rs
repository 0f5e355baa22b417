//! The journal of a study on disk: a line for each run as it ends, so that a killed study can be resumed.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::error::CliError;
use super::output;
use crate::study::campaign::execution::Rows;
use crate::study::campaign::journal::{self, Header, Journal, RunRow};

/// The journal's name; it is gone when the study is finished.
pub const JOURNAL: &str = "journal.jsonl";
/// The name of a part's runs.
pub const PART: &str = "part.jsonl";

fn fault(path: &Path, error: impl std::fmt::Display) -> CliError {
    CliError::wrong_input(format!("{}: {error}", path.display()))
}

/// Reads a journal or part; `None` if there is none, or its first line is not whole.
pub fn read(path: &Path) -> Result<Option<Journal>, CliError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault(path, error)),
    };
    // Only what a kill tore may end within a letter.
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let whole = error.utf8_error().valid_up_to();
            String::from_utf8_lossy(&error.as_bytes()[..whole]).into_owned()
        }
    };
    journal::read(&text).map_err(|error| fault(path, error))
}

/// Why a journal or part is not of this study; `None` if it is.
pub fn foreign(found: &Header, wanted: &Header) -> Option<String> {
    let (there, here) = (&found.frame, &wanted.frame);
    if there.kubecast != here.kubecast {
        Some(format!("line 1: it is of kubecast {}, and this is {}", there.kubecast, here.kubecast))
    } else if !there.is_of_the_study_of(here) {
        Some(format!(
            "line 1: it is of another study: {} with seed {} (fingerprint {}), not {} with seed {} (fingerprint {}); \
             documents, seed and kubecast must be the same",
            there.study, there.seed, there.fingerprint, here.study, here.seed, here.fingerprint
        ))
    } else if found.shard != wanted.shard {
        let words = |header: &Header| format!("{}/{}", header.shard.part, header.shard.of);
        Some(format!("line 1: it is of part {}, not of {}", words(found), words(wanted)))
    } else {
        None
    }
}

/// A journal that is written to, if there is a folder for it.
pub struct Writer {
    path: Option<PathBuf>,
    file: Mutex<(Option<File>, Option<std::io::Error>)>,
}

impl Writer {
    /// No journal.
    pub fn without() -> Self {
        Self { path: None, file: Mutex::new((None, None)) }
    }

    /// Begins a journal, or goes on with the one of this study that is there, and gives its runs.
    pub fn open(folder: &Path, header: &Header, resume: bool) -> Result<(Self, Rows), CliError> {
        let path = folder.join(JOURNAL);
        output::refuse_link(&path)?;
        let found = if resume { read(&path)? } else { None };
        if let Some(error) = found.as_ref().and_then(|journal| foreign(&journal.header, header)) {
            return Err(fault(&path, error));
        }
        std::fs::create_dir_all(folder).map_err(|error| fault(folder, error))?;
        let opened =
            if found.is_some() { OpenOptions::new().write(true).open(&path) } else { output::create(&path) };
        let mut file = opened.map_err(|error| fault(&path, error))?;
        let mut rows = Rows::new();
        let begun = match found {
            Some(journal) => {
                rows.extend(journal.rows.into_iter().map(|row| (row.place(), row)));
                // What was torn goes; what comes is written behind the rest.
                let whole = journal.whole_bytes as u64;
                let end = std::io::SeekFrom::Start(whole);
                file.set_len(whole).and_then(|()| std::io::Seek::seek(&mut file, end)).map(|_| ())
            }
            None => file.write_all(journal::header_line(header).as_bytes()),
        };
        begun.map_err(|error| fault(&path, error))?;
        Ok((Self { path: Some(path), file: Mutex::new((Some(file), None)) }, rows))
    }

    /// The first error in writing, if there was one.
    pub fn finish(&self) -> Result<(), CliError> {
        let mut file = self.file.lock().expect("no thread panicked");
        match (file.1.take(), &self.path) {
            (Some(error), Some(path)) => Err(fault(path, error)),
            _ => Ok(()),
        }
    }

    /// Takes the journal away, when all that it holds is written elsewhere.
    pub fn remove(&self) -> Result<(), CliError> {
        let Some(path) = &self.path else { return Ok(()) };
        std::fs::remove_file(path).map_err(|error| fault(path, error))
    }

    /// Writes a run that has ended.
    pub fn keep(&self, row: &RunRow) {
        let mut file = self.file.lock().expect("no thread panicked");
        if let Some(journal) = &mut file.0
            && let Err(error) = journal.write_all(journal::row_line(row).as_bytes())
        {
            file.1.get_or_insert(error);
        }
    }
}
