//! Inputs from the file system: files and folders.

use std::path::Path;

use kubecast_manifest::source;

use super::error::{Code, Error, Fault};
use crate::scenario::{FileReader, SourceText};

/// Reads files that documents name.
#[derive(Clone, Copy, Debug)]
pub struct Files;

impl FileReader for Files {
    fn read(&self, path: &str) -> Result<Vec<SourceText>, String> {
        let files = source::files_of(Path::new(path))?;
        files
            .iter()
            .map(|file| {
                let text = source::read_text(file)?;
                Ok(SourceText { name: file.to_string_lossy().into(), text: text.into() })
            })
            .collect()
    }
}

/// The texts of files and folders, in order.
pub fn read_all<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Vec<SourceText>, Error> {
    let mut sources = Vec::new();
    let mut faults = Vec::new();
    for path in paths {
        let path = path.as_ref().to_string_lossy();
        match Files.read(&path) {
            Ok(read) => sources.extend(read),
            Err(error) => faults.push(Fault::new(Code::Unreadable, format!("{path}: {error}"))),
        }
    }
    if faults.is_empty() { Ok(sources) } else { Err(Error::WrongInput(faults)) }
}
