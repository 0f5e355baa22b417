//! `--format`: an answer for people or for programs.

use clap::ValueEnum;

use super::error::CliError;
use crate::report::page::Page;
use crate::report::page::json::pretty;

/// Formats of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Format {
    /// Prints an answer, and where its files are.
    pub fn print(self, page: &Page<'_>, place: &str) -> Result<(), CliError> {
        super::print(&match self {
            Self::Text => format!("{}{place}", page.to_text()),
            Self::Json => pretty(&page.to_json()),
        })
    }
}
