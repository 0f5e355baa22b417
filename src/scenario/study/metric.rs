//! Metrics of a study: which figure, and what is asked of it over the runs.

use super::document::{MetricDocument, ShareOfRuns};
use crate::measures::Measure;
use crate::scenario::expectation::Compare;
use crate::scenario::figure_selector::FigureSelector;

/// A metric, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name in tables; different from every other's.
    pub name: String,
    /// Which figure of a run.
    pub figure: FigureSelector,
    /// What is asked of it.
    pub ask: Ask,
    /// Half the width that its interval should have at most.
    pub half_width: Option<f64>,
}

/// What is asked of a figure over the runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ask {
    /// Its mean.
    Mean,
    /// The share of runs in which it compares so; `exact` asks for the exact interval.
    Share {
        /// Which runs count.
        of: Compare,
        /// Clopper's and Pearson's interval instead of Wilson's.
        exact: bool,
    },
    /// A quantile.
    Quantile(f64),
}

impl MetricDocument {
    /// Checks the metric by itself.
    pub(super) fn check(&self, known: &[Measure]) -> Result<Metric, String> {
        let figure = FigureSelector::new(
            (&self.measure, known),
            self.of.clone(),
            self.rollout,
            self.constraint.as_deref(),
        )?;
        let ask = match (&self.share, self.quantile) {
            (None, None) => Ask::Mean,
            (Some(share), None) => share.check()?,
            (None, Some(quantile)) if quantile > 0.0 && quantile < 1.0 => Ask::Quantile(quantile),
            (None, Some(_)) => return Err("quantile: a number above 0 and below 1".to_owned()),
            (Some(_), Some(_)) => return Err("give share or quantile, not both".to_owned()),
        };
        if self.half_width.is_some_and(|width| !(width > 0.0 && width.is_finite())) {
            return Err("halfWidth: a number above 0".to_owned());
        }
        let name = self.name.clone().unwrap_or_else(|| ask.words(figure.measure.name));
        if name.is_empty() {
            return Err("name: must not be empty".to_owned());
        }
        Ok(Metric { name, figure, ask, half_width: self.half_width })
    }
}

impl Ask {
    /// `share of runs with finalSkew above 1`.
    pub fn words(self, measure: &str) -> String {
        match self {
            Self::Mean => measure.to_owned(),
            Self::Share { of: Compare::Above(bound), .. } => format!("{measure} above {bound}"),
            Self::Share { of: Compare::Below(bound), .. } => format!("{measure} below {bound}"),
            Self::Share { of: Compare::Equals(bound), .. } => format!("{measure} equal to {bound}"),
            Self::Quantile(quantile) => format!("{measure} quantile {quantile}"),
        }
    }
}

impl ShareOfRuns {
    fn check(&self) -> Result<Ask, String> {
        let above = self.above.map(Compare::Above);
        let below = self.below.map(Compare::Below);
        let equals = self.equals.map(Compare::Equals);
        let mut given = [above, below, equals].into_iter().flatten();
        let (Some(of), None) = (given.next(), given.next()) else {
            return Err("share: give exactly one of above, below, equals".to_owned());
        };
        let exact = match self.interval.as_deref() {
            None | Some("wilson") => false,
            Some("exact") => true,
            Some(other) => return Err(format!("share.interval: {other:?} is neither wilson nor exact")),
        };
        Ok(Ask::Share { of, exact })
    }
}
