//! What there is around an explanation, and how much of it is shown.

use crate::scenario::Ledger;

/// What there is around an explanation.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// The variant's, if there are variants.
    pub variant: Option<&'a str>,
    /// The seed of all draws.
    pub seed: u64,
    /// What is not simulated.
    pub ledger: &'a Ledger,
    /// Which replication the pod is of.
    pub replication: u32,
}

/// Rows of a table, unless all are wanted.
pub(super) const MOST_ROWS: usize = 20;
