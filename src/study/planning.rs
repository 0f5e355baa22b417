//! The smallest or cheapest choice that meets targets, and how surely.
//!
//! Each choice is judged by a sequential test ([`evaluation`]); the search ([`search`]) tries few of them, because
//! a target that holds for a value holds for all that follow it. The chance of naming a choice that does not
//! meet the targets is split over the choices tried and the looks at each.

pub mod evaluation;
pub mod search;
