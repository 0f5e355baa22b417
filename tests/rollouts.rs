//! Rollouts in the simulated cluster: what the controllers make of a dump, when they act, what they do on the way
//! back; the odds of every outcome, what holds of every rollout, and the page that tells one write by write. Each
//! expectation is worked out by hand from Kubernetes' own rules, which it names.

mod by_hand;
mod cases;
mod dumps;
mod enumeration;
mod exceptions;
pub(crate) mod library;
mod objects;
mod operations;
mod page;
mod properties;
mod prose;
mod referee;
mod requests;
mod steps;
mod times;
pub(crate) mod trace;
