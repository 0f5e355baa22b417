//! Studies: a scenario repeated, and what the repetitions say. The only layer with threads.

pub mod aftermath;
pub mod backtest;
pub mod campaign;
pub mod capacity;
pub mod choice;
pub mod comparison;
pub mod ends;
pub mod expectation;
pub mod explanation;
pub mod oversight;
pub mod planning;
pub mod replication;
pub mod rollout_outcome;
pub mod sensitivity;
pub mod statistics;
pub mod summary;
pub mod timing_fit;
