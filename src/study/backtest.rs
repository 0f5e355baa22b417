//! Forecasts held against what then happened: where it lay in them, how probable it was, and whether many forecasts
//! together hold as often as they say.
//!
//! | judged | by | source |
//! | --- | --- | --- |
//! | one figure | rank, probability, the middle 90 % | [`forecast`] |
//! | its distance | continuous ranked probability score | T. Gneiting, A. E. Raftery, JASA 102 (2007) 359–378 |
//! | all together | how often the middle 90 % held, beside what chance gives; histogram of ranks | C. Czado, T. Gneiting, L. Held, Biometrics 65 (2009) 1254–1261 |
//!
//! Every figure is a whole number: what the second dump shows of a duration is cut to whole seconds at both ends, and so is
//! the forecast ([`forecast::Forecast::of_seconds`]).

pub mod calibration;
pub mod forecast;
pub mod judge;
pub mod miss;

use std::sync::Arc;

use crate::scenario::backtest::End;
use crate::scenario::{Ledger, Reference};
use crate::study::ends::Ends;
use miss::Miss;

/// The share that the middle of a forecast is to hold.
pub const LEVEL: f64 = 0.9;

/// A pair of dumps, judged.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Its name, where there are several.
    pub name: Option<String>,
    /// When the dumps were read.
    pub read: (String, String),
    /// Its rollouts.
    pub rollouts: Vec<Rollout>,
    /// Deployments that were rolled and are not judged, and why.
    pub not_judged: Vec<String>,
    /// What happened too, and the forecast knows nothing of.
    pub beside: Vec<String>,
    /// How the runs ended.
    pub ends: Ends,
    /// What the forecast leaves out, and what stands behind it.
    pub ledger: Ledger,
}

/// A rollout, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    /// The Deployment.
    pub workload: Reference,
    /// When it began; `None` where the dumps do not tell.
    pub begin: Option<String>,
    /// How it stood when the second dump was read.
    pub end: End,
    /// Whether it was complete, beside how probable that was.
    pub completion: Option<Completion>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// What of it is not judged, and why.
    pub not_judged: Vec<String>,
}

/// A yes or no, judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Completion {
    /// Whether it was complete.
    pub complete: bool,
    /// How probable the forecast held what happened.
    pub probability: f64,
    /// The Brier score, (1 − that)²: 0 is perfect, 1 as wrong as can be.
    pub score: f64,
}

/// What a figure is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// How many seconds it took, both ends cut to whole ones.
    Duration,
    /// The final skew under this constraint, of the Deployment's own pods.
    Skew(Arc<str>),
}

/// What was seen of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It itself.
    Value(i64),
    /// It was more than this: the rollout was not complete by then.
    MoreThan(i64),
}

/// A figure, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it is of.
    pub kind: Kind,
    /// What was seen.
    pub seen: Seen,
    /// The median of the forecast; `None`: most runs do not complete.
    pub median: Option<i64>,
    /// The lower end of the middle 90 %; `None`: as above.
    pub low: Option<i64>,
    /// The upper end; `None`: that end does not complete.
    pub high: Option<i64>,
    /// The share of the forecast below what was seen, and half of that at it; `None` where only a bound was seen.
    pub rank: Option<f64>,
    /// How probable the forecast held what was seen.
    pub probability: f64,
    /// Whether what was seen lies in the middle 90 %.
    pub held: bool,
    /// How probable the forecast itself holds that it does: at least 90 %, as these are whole numbers.
    pub expected: f64,
    /// The continuous ranked probability score, in seconds or pods: 0 is perfect.
    pub score: f64,
    /// The shares of the forecast below what was seen, and up to it.
    pub place: Option<(f64, f64)>,
    /// Why it did not hold, as far as the dumps tell.
    pub miss: Option<Miss>,
}
