//! What of an input is simulated, what changes nothing, and what is left out: the ledger of an answer.
//!
//! | step | where |
//! | --- | --- |
//! | kinds of objects and their fields, put together from what the models declare | `registry` |
//! | each object held against its declaration | `fields` |
//! | what is left out by its effect on this input | `situations` |
//! | one thing that is left out, and the ledger of all | `gap`, `ledger` |

mod fields;
pub mod gap;
pub mod ledger;
pub(super) mod owners;
pub mod registry;
mod situations;
mod stake;

pub use gap::Gap;
pub use ledger::Ledger;
