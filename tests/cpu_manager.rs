//! Properties of the CPU Manager and the Topology Manager over any course of pods, naive twins of their
//! algorithms, and examples of the rules that are worked out by hand.

mod against_twins;
mod cases;
mod rules;
mod rules_of_state;
mod sequences;
mod twin_of_hints;
mod twin_of_packed;
