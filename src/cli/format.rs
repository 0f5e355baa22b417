//! `--format`: an answer for people or for programs.

use clap::ValueEnum;
use serde_json::Value;

use super::error::CliError;
use crate::report::output_file::pretty;

/// Formats of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Format {
    /// Prints an answer.
    pub fn print(self, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) -> Result<(), CliError> {
        super::print(&match self {
            Self::Text => text(),
            Self::Json => pretty(&json()),
        })
    }
}
