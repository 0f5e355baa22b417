//! The controllers in the simulated cluster: what they make of a dump, when they act, what they do on the
//! way back. Each expectation is worked out by hand from Kubernetes' own rules, which it names.

#[path = "rollouts/dumps.rs"]
mod dumps;
#[path = "rollouts/library.rs"]
mod library;
#[path = "rollouts/objects.rs"]
mod objects;
#[path = "rollouts/operations.rs"]
mod operations;
#[path = "rollouts/times.rs"]
mod times;
#[path = "rollouts/trace.rs"]
mod trace;
