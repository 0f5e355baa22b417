//! A file of an answer: its name, and how it is written.

use std::io::{self, Write};

use serde_json::Value;

use super::table::Table;

/// Writes a file's content.
type Writer<'a> = Box<dyn Fn(&mut dyn Write) -> io::Result<()> + 'a>;

/// A file and how it is written.
pub struct OutputFile<'a> {
    /// Its name below the output folder, folders in it separated by `/`.
    pub name: String,
    write: Writer<'a>,
}

impl<'a> OutputFile<'a> {
    /// A file that is written bit by bit.
    pub fn new(name: &str, write: impl Fn(&mut dyn Write) -> io::Result<()> + 'a) -> Self {
        Self { name: name.to_owned(), write: Box::new(write) }
    }

    /// A text.
    pub fn text(name: &str, text: String) -> Self {
        Self::new(name, move |out| out.write_all(text.as_bytes()))
    }

    /// A JSON document.
    pub fn json(name: &str, value: &Value) -> Self {
        Self::text(name, pretty(value))
    }

    /// A table of what is handed in, as CSV.
    pub fn table<T: Copy + 'a>(table: Table<'a, T>, of: T) -> Self {
        Self::new(table.file, move |out| table.write(of, out))
    }

    /// The same file in a folder, if one is named.
    #[must_use]
    pub fn below(self, folder: Option<&str>) -> Self {
        let name = folder.map_or_else(|| self.name.clone(), |folder| format!("{folder}/{}", self.name));
        Self { name, ..self }
    }

    /// Writes it.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(out)
    }
}

/// JSON as it is printed and stored.
pub fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("JSON values can be printed");
    format!("{text}\n")
}
