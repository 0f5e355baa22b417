//! Reports: figures and records to CSV, JSON and the terminal. Nothing is computed here that a
//! decision could hang on, and nothing of the machine, the clock or a path enters a file.

mod admissions_words;
pub mod capacity;
pub mod chart;
pub mod columns;
pub mod comparison;
#[cfg(test)]
mod documented;
pub mod ends;
pub mod explain;
pub mod output_file;
pub mod page;
pub mod planning;
pub mod ranges;
pub mod rollout;
pub mod run_files;
pub mod run_tables;
pub mod seconds;
pub mod sensitivity;
pub mod service_ip_odds;
mod service_ip_words;
pub mod study;
pub mod summary_json;
pub mod table;
pub mod terminal;
pub mod timing_fit;
pub mod topology;
pub mod verdicts;
pub mod words;
