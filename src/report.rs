//! Reports: figures and records to CSV, JSON and the terminal. Nothing is computed here that a
//! decision could hang on, and nothing of the machine, the clock or a path enters a file.
//!
//! | about | in |
//! | --- | --- |
//! | what an answer is, and its rendering as text and JSON | [`page`] |
//! | words that several answers share, on the ledger, on ends of runs, on expectations, on timing | [`words`] |
//! | tables of columns, as files; charts | [`table`], [`chart`] |
//! | each answer: its words, data and tables | [`run`], [`rollout`], [`study`], [`plan`], [`capacity`], [`explain`], [`timing_fit`], [`topology`], [`ranges`], [`comparison`], [`backtest`], [`validation`] |

pub mod backtest;
pub mod capacity;
pub mod chart;
pub mod comparison;
#[cfg(test)]
mod documented;
pub mod explain;
pub mod page;
pub mod plan;
pub mod ranges;
pub mod rollout;
pub mod run;
pub mod study;
pub mod table;
pub mod timing_fit;
pub mod topology;
pub mod validation;
pub mod words;
