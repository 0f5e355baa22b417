//! Studies: a scenario at several design points, in several arms, and what is estimated from its runs.
//!
//! A factor's value and an arm's are set in the documents' trees as a variant's are, factors first. What a
//! study resolves to is a [`ClusterSetup`] for each arm at each point; running it is the business of
//! the layer above.

pub(super) mod design;
pub mod document;
pub mod metric;
pub(super) mod resolve;

use std::sync::Arc;

use super::coverage::Ledger;
use super::error::InputError;
use crate::cluster::setup::ClusterSetup;
pub use metric::{Ask, Metric};
pub use resolve::load_study;

/// The name of the only arm of a study without arms.
pub const ONLY_ARM: &str = "as-is";

/// A study, ready to run.
#[derive(Clone, Debug)]
pub struct ResolvedStudy {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.description`.
    pub description: Option<String>,
    /// A digest of everything that the results hang on.
    pub fingerprint: u64,
    /// The seed of all draws.
    pub seed: u64,
    /// Whether all points have this seed.
    pub common_random_numbers: bool,
    /// How often an interval holds the truth.
    pub confidence: f64,
    /// The factors' names.
    pub factors: Vec<String>,
    /// The design points, in order.
    pub points: Vec<DesignPoint>,
    /// The arms' names.
    pub arms: Vec<String>,
    /// The arm that the others are compared with.
    pub baseline: usize,
    /// What is estimated, the main one first.
    pub metrics: Vec<Metric>,
    /// How many runs.
    pub stopping: Stopping,
    /// What is doubtful about the input.
    pub warnings: Vec<InputError>,
    /// What the input holds that is not simulated and can change the result.
    pub ledger: Ledger,
}

/// A design point.
#[derive(Clone, Debug)]
pub struct DesignPoint {
    /// The names of the factors' values.
    pub labels: Vec<String>,
    /// The seed of its draws.
    pub seed: u64,
    /// The cluster that each arm starts from.
    pub arms: Vec<Arc<ClusterSetup>>,
}

/// How many runs each arm of a point gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopping {
    /// So many.
    Fixed(u32),
    /// As many as the first stage says that the intervals need.
    TwoStage {
        /// Runs of the first stage.
        min: u32,
        /// The most that are run.
        max: u32,
    },
}
