//! Files to texts: compressed ones, folders.

use std::fs;
use std::path::{Path, PathBuf};

pub use crate::encoding::text_of;

/// The names that a folder's manifests end in.
const ENDINGS: [&str; 6] = [".yaml", ".yml", ".json", ".yaml.gz", ".yml.gz", ".json.gz"];

/// The file itself, or the manifests in a folder and those below it, sorted bytewise by path.
pub fn files_of(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| error.to_string())? {
            let path = entry.map_err(|error| error.to_string())?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
                files.push(path);
            }
        }
    }
    files.sort_unstable();
    if files.is_empty() { Err("no manifest in this folder".to_owned()) } else { Ok(files) }
}

/// The text of a file.
pub fn read_text(path: &Path) -> Result<String, String> {
    text_of(fs::read(path).map_err(|error| error.to_string())?)
}
