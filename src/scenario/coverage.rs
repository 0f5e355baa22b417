//! What of an input is simulated, what changes nothing, and what is left out: the ledger of an answer.
//!
//! | step | where |
//! | --- | --- |
//! | kinds of objects and their fields, put together from what the models declare | [`registry`] |
//! | each object held against its declaration | [`fields`] |
//! | what is left out by its effect on this input | [`situations`] |
//! | the ledger: what there is to say | [`ledger`] |

mod fields;
pub mod ledger;
pub(super) mod owners;
pub mod registry;
mod situations;
mod stake;

pub use ledger::{Gap, Ledger};
