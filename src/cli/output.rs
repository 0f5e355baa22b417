//! Output directories: never half written, never overwritten unasked.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::CliError;

/// A directory that takes a command's files. Files are written under a temporary name beside their
/// place and renamed, so that a file that is there is whole.
#[derive(Debug)]
pub struct OutputDir {
    root: PathBuf,
}

impl OutputDir {
    /// Checks, before anything is run, that the directory may be written: it is new or empty, or
    /// `force` allows to replace what an earlier run left.
    pub fn prepare(root: &Path, force: bool) -> Result<Self, CliError> {
        if root.is_file() {
            return Err(CliError::wrong_input(format!("--out {}: is a file, not a folder", root.display())));
        }
        let occupied = root.is_dir() && fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some());
        if occupied && !force {
            return Err(CliError::wrong_input(format!(
                "--out {}: exists already and is not empty; name another folder, or replace it with --force",
                root.display()
            )));
        }
        Ok(Self { root: root.to_owned() })
    }

    /// Writes a file below the directory, creating folders on the way.
    pub fn write(
        &self,
        name: &str,
        content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), CliError> {
        let path = self.root.join(name);
        let fault = |error: std::io::Error| CliError::wrong_input(format!("{}: {error}", path.display()));
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(fault)?;
        let temporary = path.with_extension("tmp");
        let mut file = BufWriter::new(fs::File::create(&temporary).map_err(fault)?);
        content(&mut file).and_then(|()| file.flush()).map_err(fault)?;
        drop(file);
        fs::rename(&temporary, &path).map_err(fault)
    }
}
