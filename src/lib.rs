//! Forecast what Kubernetes will decide: a deterministic discrete-event simulator.

pub mod api;
pub mod cluster;
pub mod controllers;
pub mod kernel;
pub mod measures;
pub mod scheduler;
