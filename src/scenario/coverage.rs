//! What of an input is simulated, what changes nothing, and what is left out: the ledger of an answer.
//!
//! | step | where |
//! | --- | --- |
//! | kinds of objects and their fields, put together from what the models declare | `registry` |
//! | settings and operations of a scenario | `settings` |
//! | each object held against its declaration | `fields` |
//! | what is left out by its effect on this input | `situations` |
//! | one thing that is left out, what changes nothing, and the ledger of all | `gap`, `irrelevant`, `ledger` |

mod fields;
pub mod gap;
pub mod irrelevant;
pub mod ledger;
pub(super) mod owners;
pub mod registry;
pub mod settings;
mod situations;
mod stake;

pub use gap::Gap;
pub use irrelevant::Irrelevant;
pub use ledger::Ledger;
