//! What a study is, apart from how it is run: names, metrics, the rule for stopping. It stands at the head
//! of every journal and part, so that these can be joined and analysed without the study's documents.

use serde::{Deserialize, Serialize};

use crate::scenario::assumptions::Assumption;
use crate::scenario::coverage::Irrelevant;
use crate::scenario::error::Place;
use crate::scenario::expectation::Compare;
use crate::scenario::lints::Lint;
use crate::scenario::study::{Ask, Metric, ResolvedStudy, Stopping};
use crate::scenario::{Gap, Ledger};

/// The version of journals and parts.
pub const FORMAT: &str = "kubecast.dev/study/v1";

/// A study's description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// [`FORMAT`].
    pub format: String,
    /// The version of kubecast.
    pub kubecast: String,
    /// The study's name.
    pub study: String,
    /// What it is about.
    pub description: Option<String>,
    /// A digest of everything that the results hang on, in hexadecimal.
    pub fingerprint: String,
    /// The seed.
    pub seed: u64,
    /// Whether all design points share their random numbers.
    pub common_random_numbers: bool,
    /// How often an interval holds the truth.
    pub confidence: f64,
    /// The factors' names.
    pub factors: Vec<String>,
    /// The names of the factors' values at each design point.
    pub points: Vec<Vec<String>>,
    /// The arms' names.
    pub arms: Vec<String>,
    /// The arm that the others are compared with.
    pub baseline: usize,
    /// What is estimated, the main one first.
    pub metrics: Vec<FrameMetric>,
    /// How many runs at least: all of them, or the first stage.
    pub min_runs: u32,
    /// How many at most; the same number where it is fixed.
    pub max_runs: u32,
    /// What of the input is left out of the simulation.
    pub not_simulated: Vec<Gap>,
    /// What of it changes nothing.
    #[serde(default)]
    pub irrelevant: Vec<Irrelevant>,
    /// What is allowed and will probably not do what it is there for.
    #[serde(default)]
    pub lints: Vec<FrameLint>,
    /// The times that the results hang on.
    #[serde(default)]
    pub assumptions: Vec<Assumption>,
    /// Warnings about the input.
    #[serde(default)]
    pub doubts: usize,
    /// Which releases are followed, and where they are known from.
    #[serde(default)]
    pub releases: Vec<String>,
    /// What each model was checked against.
    pub models: Vec<String>,
    /// What the release's gates bring with them.
    pub notes: Vec<String>,
}

/// A note on the input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameLint {
    /// The rule.
    pub rule: String,
    /// Where: file, line and column.
    pub place: Option<(String, u32, u32)>,
    /// What, and what would help.
    pub message: String,
}

impl From<&Lint> for FrameLint {
    fn from(lint: &Lint) -> Self {
        let place = |place: &Place| (place.file.to_string(), place.line, place.column);
        Self {
            rule: lint.rule.to_string(),
            place: lint.place.as_ref().map(place),
            message: lint.message.clone(),
        }
    }
}

impl From<&FrameLint> for Lint {
    fn from(lint: &FrameLint) -> Self {
        let place = |(file, line, column): &(String, u32, u32)| Place {
            file: file.as_str().into(),
            line: *line,
            column: *column,
        };
        Self {
            rule: lint.rule.clone().into(),
            place: lint.place.as_ref().map(place),
            message: lint.message.clone(),
        }
    }
}

/// A metric's description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FrameMetric {
    /// Its name in tables.
    pub name: String,
    /// The measure.
    pub measure: String,
    /// The workload.
    pub of: Option<String>,
    /// What is asked of it.
    pub ask: FrameAsk,
    /// Half the width that its interval should have at most.
    pub half_width: Option<f64>,
}

/// What is asked of a figure over the runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FrameAsk {
    /// Its mean.
    Mean,
    /// The share of runs above a bound.
    Above(f64, bool),
    /// The share below a bound; `true` asks for the exact interval.
    Below(f64, bool),
    /// The share with exactly this value.
    Equals(f64, bool),
    /// A quantile.
    Quantile(f64),
}

impl From<Ask> for FrameAsk {
    fn from(ask: Ask) -> Self {
        match ask {
            Ask::Mean => Self::Mean,
            Ask::Share { of: Compare::Above(bound), exact } => Self::Above(bound, exact),
            Ask::Share { of: Compare::Below(bound), exact } => Self::Below(bound, exact),
            Ask::Share { of: Compare::Equals(bound), exact } => Self::Equals(bound, exact),
            Ask::Quantile(quantile) => Self::Quantile(quantile),
        }
    }
}

impl FrameAsk {
    /// Whether a run counts, for a share; `None` for everything else.
    pub fn counts(self, value: f64) -> Option<bool> {
        match self {
            Self::Above(bound, _) => Some(Compare::Above(bound).holds(value)),
            Self::Below(bound, _) => Some(Compare::Below(bound).holds(value)),
            Self::Equals(bound, _) => Some(Compare::Equals(bound).holds(value)),
            Self::Mean | Self::Quantile(_) => None,
        }
    }

    /// What is estimated from a run's figure: the figure, or for a share 1 or 0.
    pub fn value(self, figure: f64) -> f64 {
        self.counts(figure).map_or(figure, |counts| f64::from(u8::from(counts)))
    }
}

impl From<&Metric> for FrameMetric {
    fn from(metric: &Metric) -> Self {
        Self {
            name: metric.name.clone(),
            measure: metric.figure.measure.name.to_owned(),
            of: metric.figure.of.as_ref().map(ToString::to_string),
            ask: metric.ask.into(),
            half_width: metric.half_width,
        }
    }
}

impl Frame {
    /// Of a study.
    pub fn of(study: &ResolvedStudy) -> Self {
        let (min_runs, max_runs) = match study.stopping {
            Stopping::Fixed(runs) => (runs, runs),
            Stopping::TwoStage { min, max } => (min, max),
        };
        Self {
            format: FORMAT.to_owned(),
            kubecast: env!("CARGO_PKG_VERSION").to_owned(),
            study: study.name.clone(),
            description: study.description.clone(),
            fingerprint: format!("{:016x}", study.fingerprint),
            seed: study.seed,
            common_random_numbers: study.common_random_numbers,
            confidence: study.confidence,
            factors: study.factors.clone(),
            points: study.points.iter().map(|point| point.labels.clone()).collect(),
            arms: study.arms.clone(),
            baseline: study.baseline,
            metrics: study.metrics.iter().map(FrameMetric::from).collect(),
            min_runs,
            max_runs,
            not_simulated: study.ledger.gaps.clone(),
            irrelevant: study.ledger.irrelevant.clone(),
            lints: study.ledger.lints.iter().map(FrameLint::from).collect(),
            assumptions: study.ledger.assumptions.clone(),
            doubts: study.ledger.doubts,
            releases: study.ledger.releases.clone(),
            models: study.ledger.models.clone(),
            notes: study.ledger.notes.clone(),
        }
    }

    /// What of the input is left out, and what stands behind the rest.
    pub fn ledger(&self) -> Ledger {
        Ledger {
            gaps: self.not_simulated.clone(),
            unfinished: Vec::new(),
            earlier: None,
            irrelevant: self.irrelevant.clone(),
            lints: self.lints.iter().map(Lint::from).collect(),
            assumptions: self.assumptions.clone(),
            notes: self.notes.clone(),
            releases: self.releases.clone(),
            models: self.models.clone(),
            doubts: self.doubts,
        }
    }

    /// Whether two are of the same study. Notes name files as they were called, which may be otherwise.
    pub fn is_of_the_study_of(&self, other: &Self) -> bool {
        let without_notes = |frame: &Self| Self { lints: Vec::new(), ..frame.clone() };
        without_notes(self) == without_notes(other)
    }

    /// Whether the number of runs hangs on a first stage.
    pub fn is_two_stage(&self) -> bool {
        self.metrics.iter().any(|metric| metric.half_width.is_some())
    }

    /// `maxSurge=25%, replicas=5`; empty without factors.
    pub fn point_words(&self, point: usize) -> String {
        let parts = self.factors.iter().zip(&self.points[point]);
        parts.map(|(factor, label)| format!("{factor}={label}")).collect::<Vec<_>>().join(", ")
    }
}
