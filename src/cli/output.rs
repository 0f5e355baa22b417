//! Output directories: never half written, never overwritten unasked, and nothing written outside of them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use super::error::CliError;
use crate::report::page::file::OutputFile;
use crate::scenario::names::OWN_FILES;

/// A directory that takes a command's files. Files are written under a temporary name beside their
/// place and renamed, so that a file that is there is whole. The directory itself may be reached through a
/// link, since the user names it; below it no link is followed.
#[derive(Debug)]
pub struct OutputDir {
    root: PathBuf,
}

impl OutputDir {
    /// Checks, before anything is run, that the directory may be written: it is new or empty, or
    /// `force` allows to replace what an earlier run left; and that it can be. Leaves no trace.
    pub fn prepare(root: &Path, force: bool) -> Result<Self, CliError> {
        let fault = |what: &str| CliError::wrong_input(format!("--out {}: {what}", root.display()));
        if root.exists() && !root.is_dir() {
            return Err(fault("is a file, not a folder"));
        }
        let occupied = root.is_dir() && fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some());
        if occupied && !force {
            return Err(fault(
                "exists already and is not empty; name another folder, or replace it with --force",
            ));
        }
        let out = Self { root: root.to_owned() };
        out.check_folder("")?;
        try_to_write(root).map_err(|error| {
            fault(&format!("nothing can be written there ({error}); name a folder that can be written"))
        })?;
        Ok(out)
    }

    /// Checks, before anything is run, that folders below the directory are folders or not there yet.
    pub fn check_folders<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<(), CliError> {
        names.into_iter().try_for_each(|name| self.check_folder(name))
    }

    fn check_folder(&self, name: &str) -> Result<(), CliError> {
        let folder = self.root.join(name);
        if !name.is_empty() && !is_folder(&folder)? {
            return Ok(());
        }
        OWN_FILES.iter().try_for_each(|file| refuse_link(&folder.join(file)))
    }

    /// Writes the files of an answer.
    pub fn write_all(&self, files: &[OutputFile<'_>]) -> Result<(), CliError> {
        files.iter().try_for_each(|file| self.write(&file.name, |target| file.write(target)))
    }

    /// Writes a file below the directory, creating folders on the way.
    pub fn write(
        &self,
        name: &str,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        let path = self.root.join(name);
        let fault = |error: io::Error| fault_at(&path, &error);
        let parts: Vec<Component<'_>> = Path::new(name).components().collect();
        let Some((Component::Normal(file), folders)) = parts.split_last() else {
            return Err(CliError::Bug(format!("{name:?} names no file below the output folder")));
        };
        fs::create_dir_all(&self.root).map_err(fault)?;
        let mut folder = self.root.clone();
        for part in folders {
            let Component::Normal(part) = part else {
                return Err(CliError::Bug(format!("{name:?} leads out of the output folder")));
            };
            folder.push(part);
            if !is_folder(&folder)? {
                fs::create_dir(&folder).map_err(|error| fault_at(&folder, &error))?;
            }
        }
        refuse_link(&path)?;
        let mut temporary = file.to_os_string();
        temporary.push(".tmp");
        let temporary = folder.join(temporary);
        let mut target = BufWriter::new(create(&temporary).map_err(fault)?);
        let written = content(&mut target).and_then(|()| target.flush());
        drop(target);
        written.and_then(|()| fs::rename(&temporary, &path)).map_err(|error| {
            // What is half written helps nobody; that it cannot go either changes nothing.
            let _ = fs::remove_file(&temporary);
            fault(error)
        })
    }
}

/// Where an answer's files are; nothing where there are none.
pub fn place(what: &str, out: Option<&Path>) -> String {
    out.map_or_else(String::new, |out| format!("\n{what}: {}\n", out.display()))
}

/// A new file. What an interrupted run left in its place goes first; a link goes itself, and never what it
/// leads to.
pub fn create(path: &Path) -> io::Result<File> {
    let new = || OpenOptions::new().write(true).create_new(true).open(path);
    match new() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => fs::remove_file(path).and_then(|()| new()),
        opened => opened,
    }
}

/// Refuses what is a link: it would lead elsewhere.
pub fn refuse_link(path: &Path) -> Result<(), CliError> {
    if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        return Err(link(path));
    }
    Ok(())
}

/// Whether the folder is there; an error if a link or a file is in its place.
fn is_folder(path: &Path) -> Result<bool, CliError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => Ok(true),
        Ok(found) if found.is_symlink() => Err(link(path)),
        Ok(_) => Err(CliError::wrong_input(format!("{}: is a file, not a folder", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(fault_at(path, &error)),
    }
}

fn link(path: &Path) -> CliError {
    CliError::wrong_input(format!(
        "{}: is a symbolic link, and nothing is written through one; take it away, or name another folder",
        path.display()
    ))
}

fn fault_at(path: &Path, error: &io::Error) -> CliError {
    CliError::wrong_input(format!("{}: {error}", path.display()))
}

/// Makes the folder and a file in it, and takes away again what was not there.
fn try_to_write(root: &Path) -> io::Result<()> {
    let missing: Vec<&Path> =
        root.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
    let mut made: Vec<&Path> = Vec::new();
    let mut tried = Ok(());
    for folder in missing.into_iter().rev() {
        tried = fs::create_dir(folder);
        if tried.is_err() {
            break;
        }
        made.push(folder);
    }
    let tried = tried.and_then(|()| {
        let trial = root.join(format!("kubecast-trial-{}.tmp", std::process::id()));
        create(&trial)?;
        fs::remove_file(trial)
    });
    // Another process may have begun to use them: a folder that is not empty stays.
    for folder in made.into_iter().rev() {
        let _ = fs::remove_dir(folder);
    }
    tried
}
