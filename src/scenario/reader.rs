//! How a scenario gets at the files it names, without touching the file system.

use std::sync::Arc;

/// The text of an input file, decompressed.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// The file's name, as messages show it.
    pub name: Arc<str>,
    /// What stands in it.
    pub text: Arc<str>,
}

/// Gives the files that documents name.
pub trait FileReader {
    /// The file or, for a folder, the files in it in order of name. `path` is joined to the folder of
    /// the document that names it already. The error says what is wrong, without the path.
    fn read(&self, path: &str) -> Result<Vec<SourceText>, String>;
}

/// A reader without files, for documents that name none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl FileReader for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<SourceText>, String> {
        Err("files cannot be read here".to_owned())
    }
}

/// `path` as seen from the folder of the document `named_in`.
pub(super) fn relative_to(named_in: &str, path: &str) -> String {
    let folder = named_in.rfind('/').map_or("", |slash| &named_in[..=slash]);
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.starts_with('/') { path.to_owned() } else { format!("{folder}{path}") }
}
