//! One thing that is left out of the simulation, and what it could do to an answer.

use std::fmt;

use serde::{Deserialize, Serialize};

// Gaps that are judged on the input and again at the end of a run: what they are called.

/// Pods that a taint drives away.
pub const EVICTIONS: &str = "evictions by taints";
/// Pods whose node has left.
pub const LOST_NODES: &str = "pods of nodes that are gone";

/// One thing that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What it is: `ResourceQuotas`, `persistent volumes`.
    pub what: String,
    /// How many have it: `2`, `3 pods`; empty where there is nothing to count.
    pub count: String,
    /// What it could do to this answer.
    pub effect: String,
    /// Whether it can turn the answer round.
    pub decisive: bool,
}

impl Gap {
    /// A gap that cannot turn the answer round, of which there is nothing to count.
    pub fn new(what: impl Into<String>, effect: impl Into<String>) -> Self {
        Self { what: what.into(), count: String::new(), effect: effect.into(), decisive: false }
    }

    /// The same, counted.
    #[must_use]
    pub fn counted(self, count: impl Into<String>) -> Self {
        Self { count: count.into(), ..self }
    }

    /// The same, which can turn the answer round if `decisive`.
    #[must_use]
    pub fn decisive(self, decisive: bool) -> Self {
        Self { decisive, ..self }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.count.is_empty() {
            write!(f, " ({})", self.count)?;
        }
        write!(f, ": {}", self.effect)
    }
}
