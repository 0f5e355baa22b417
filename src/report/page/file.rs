//! A file of an answer: its name, and what it holds. A table stays a table and a chart a chart until it is written.

use std::io::{self, Write};

use serde_json::Value;

use crate::report::chart::Chart;
use crate::report::page::json::{pretty, versioned};
use crate::report::table::FilledTable;

/// A file and what it holds.
pub struct OutputFile<'a> {
    /// Its name below the output folder, folders in it separated by `/`.
    pub name: String,
    /// What it holds.
    pub content: Content<'a>,
}

/// What a file holds.
pub enum Content<'a> {
    /// A text, as it is.
    Text(String),
    /// Data for programs, which are made when they are written.
    Json(Box<dyn Fn() -> Value + 'a>),
    /// A table.
    Table(FilledTable<'a>),
    /// A chart.
    Chart(Chart),
}

impl<'a> OutputFile<'a> {
    /// A text.
    pub fn text(name: &str, text: String) -> Self {
        Self { name: name.to_owned(), content: Content::Text(text) }
    }

    /// A JSON document; it says which version its shape is of.
    pub fn json(name: &str, value: impl Fn() -> Value + 'a) -> Self {
        Self { name: name.to_owned(), content: Content::Json(Box::new(value)) }
    }

    /// A table, as CSV.
    pub fn table(table: FilledTable<'a>) -> Self {
        Self { name: table.file.to_owned(), content: Content::Table(table) }
    }

    /// A chart, as SVG.
    pub fn chart(name: &str, chart: Chart) -> Self {
        Self { name: name.to_owned(), content: Content::Chart(chart) }
    }

    /// The same file in a folder, if one is named.
    #[must_use]
    pub fn below(self, folder: Option<&str>) -> Self {
        let name = folder.map_or_else(|| self.name.clone(), |folder| format!("{folder}/{}", self.name));
        Self { name, ..self }
    }

    /// Writes it.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.content {
            Content::Text(text) => out.write_all(text.as_bytes()),
            Content::Json(value) => out.write_all(pretty(&versioned(value())).as_bytes()),
            Content::Table(table) => table.write_csv(out),
            Content::Chart(chart) => out.write_all(chart.to_svg().as_bytes()),
        }
    }
}
