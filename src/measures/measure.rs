//! A measure: a number that every run has under one name, as expectations, metrics, targets and tables know it.
//!
//! A measure is one row of a list: its name, its unit, what it means, and how it is read from the record of a run.
//! What it is of (the cluster, a rollout, a constraint) follows from what it is read from. The list of all is
//! `MEASURES`; who brings one of his own hands a longer list in:
//!
//! ```
//! use kubecast::kernel::Seed;
//! use kubecast::measures::{MEASURES, Measure, Unit};
//! use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};
//! use kubecast::study::expectation;
//! use kubecast::study::replication::{Run, run_once};
//! use kubecast::study::summary::VariantResult;
//!
//! const FAILED_ATTEMPTS: Measure = Measure::of_cluster(
//!     "failedAttempts",
//!     Unit::Count("attempts"),
//!     "attempts to schedule a pod that found no node",
//!     |run| Some(run.pods.iter().map(|row| f64::from(row.failed_attempts)).sum()),
//! );
//!
//! let text = "apiVersion: kubecast.dev/v1alpha1
//! kind: Scenario
//! metadata: {name: one-too-many}
//! spec:
//!   nodePools:
//!     - {name: a, count: 1, template: {status: {allocatable: {cpu: 1, memory: 8Gi}}}}
//!   workloads:
//!     - name: job
//!       count: 2
//!       template:
//!         apiVersion: v1
//!         kind: Pod
//!         spec: {containers: [{name: app, image: app, resources: {requests: {cpu: 1}}}]}
//!   expect:
//!     - {measure: failedAttempts, min: 1}
//! ";
//! let measures = [MEASURES, &[FAILED_ATTEMPTS]].concat();
//! let source = SourceText { name: "one.yaml".into(), text: text.into() };
//! let options = LoadOptions { measures: measures.clone(), ..LoadOptions::default() };
//! let scenario = load(&[source], &options, &NoFiles).expect("a good scenario");
//!
//! let (end, record) = run_once(&scenario.variants[0].setup, Seed(1), 0, false, None);
//! let figures = record.figures_of(&measures);
//! let aftermath = record.aftermath.clone();
//! let run = Run { replication: 0, end, figures, rollouts: Vec::new(), aftermath, record: Some(record) };
//! let result = VariantResult::new(None, vec![run]);
//! assert!(expectation::evaluate(&scenario.expectations, &[result])[0].met == Some(true));
//! ```

use super::rollout_row::{ConstraintOutcome, RolloutRow};
use super::run_record::RunRecord;

/// A named number of every run.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its name in documents and tables, in camelCase; a time ends in `Seconds` or has it before `Max`, `Total`.
    pub name: &'static str,
    /// What it counts in.
    pub unit: Unit,
    /// What it means, in one sentence of Markdown without a full stop.
    pub words: &'static str,
    /// How it is read from the record of a run.
    pub value: Value,
    /// The terminal's sentence for it, if it has one.
    pub told: Option<Told>,
    /// Figures of one scope come in the order of the list, but those with a higher number first.
    pub(super) ahead: u8,
}

/// How the terminal words a measure where it is above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its place among such sentences.
    pub place: u8,
    /// The sentence, which goes on with how often.
    pub words: &'static str,
}

/// What a measure counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things, such as pods.
    Count(&'static str),
    /// Seconds.
    Seconds,
    /// A part of a whole, from 0 to 1.
    Share,
    /// Whether something is so: 1 or 0.
    Flag,
}

/// A measure's value, by what it is of; `None` where the run has no such figure.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// Of the whole cluster: one figure a run.
    OfCluster(fn(&RunRecord) -> Option<f64>),
    /// Of a workload's rollout.
    OfRollout(fn(&RolloutRow) -> Option<f64>),
    /// Of a spread constraint in a rollout.
    OfConstraint(fn(&ConstraintOutcome) -> Option<f64>),
}

impl Measure {
    /// A measure of the whole cluster.
    pub const fn of_cluster(
        name: &'static str,
        unit: Unit,
        words: &'static str,
        value: fn(&RunRecord) -> Option<f64>,
    ) -> Self {
        Self::new(name, unit, words, Value::OfCluster(value))
    }

    /// A measure of a workload's rollout.
    pub const fn of_rollout(
        name: &'static str,
        unit: Unit,
        words: &'static str,
        value: fn(&RolloutRow) -> Option<f64>,
    ) -> Self {
        Self::new(name, unit, words, Value::OfRollout(value))
    }

    /// A measure of a spread constraint in a rollout.
    pub const fn of_constraint(
        name: &'static str,
        unit: Unit,
        words: &'static str,
        value: fn(&ConstraintOutcome) -> Option<f64>,
    ) -> Self {
        Self::new(name, unit, words, Value::OfConstraint(value))
    }

    const fn new(name: &'static str, unit: Unit, words: &'static str, value: Value) -> Self {
        Self { name, unit, words, value, told: None, ahead: 0 }
    }

    /// The same, told by the terminal in these words where it is above 0.
    #[must_use]
    pub const fn told(self, place: u8, words: &'static str) -> Self {
        Self { told: Some(Told { place, words }), ..self }
    }

    /// The same, with its figure before those of its scope that have a lower number.
    pub(super) const fn ahead(self, ahead: u8) -> Self {
        Self { ahead, ..self }
    }

    /// What it is of, in words.
    pub const fn scope(&self) -> &'static str {
        match self.value {
            Value::OfCluster(_) => "cluster",
            Value::OfRollout(_) => "rollout",
            Value::OfConstraint(_) => "constraint",
        }
    }
}

/// Measures have different names, so the name says which one it is.
impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Measure {}

impl Unit {
    /// The unit in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Count(things) => things,
            Self::Seconds => "seconds",
            Self::Share => "share",
            Self::Flag => "0 or 1",
        }
    }
}
