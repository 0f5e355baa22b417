//! Backtests: what is read of two dumps, how forecasts are judged, and what the command says.

mod command;
mod dumps;
mod judging;
mod reading;
mod ready;
mod simulated;
