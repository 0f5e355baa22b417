//! `--backtest`: how earlier forecasts held, for the answers that say how far forecasts of their kind lay.

use clap::Args;

use super::error::CliError;
use super::input;
use crate::scenario::earlier::{self, EarlierBacktest};

/// An earlier backtest.
#[derive(Clone, Debug, Default, Args)]
pub struct EarlierArgs {
    /// The summary.json of a backtest of your own clusters: the answer says how often forecasts of them held.
    #[arg(long, value_name = "FILE")]
    backtest: Option<String>,
}

impl EarlierArgs {
    /// What it says; `None` without one.
    pub fn read(&self) -> Result<Option<EarlierBacktest>, CliError> {
        let Some(path) = &self.backtest else { return Ok(None) };
        let read = earlier::read(&input::read_one(path)?);
        read.map(Some).map_err(|error| CliError::wrong_input(format!("--backtest {error}")))
    }
}
