//! Properties of the CPU Manager and the Topology Manager over any course of pods, naive twins of their
//! algorithms, and examples of the rules that are worked out by hand.

#[path = "cpu_manager/against_twins.rs"]
mod against_twins;
#[path = "cpu_manager/cases.rs"]
mod cases;
#[path = "cpu_manager/rules.rs"]
mod rules;
#[path = "cpu_manager/rules_of_state.rs"]
mod rules_of_state;
#[path = "cpu_manager/sequences.rs"]
mod sequences;
#[path = "cpu_manager/twin_of_hints.rs"]
mod twin_of_hints;
#[path = "cpu_manager/twin_of_packed.rs"]
mod twin_of_packed;

use proptest::test_runner::{Config, RngSeed};

/// So many cases, the same in every run.
fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::default() }
}
