//! Which figure of a run is meant: a measure, of a workload, in a rollout, for a constraint.

use super::expectation::ConstraintSelector;
use super::measure_names;
use super::reference::Reference;
use crate::measures::figure::of_the_named;
use crate::measures::measure::Value;
use crate::measures::{Figure, Measure, RunRecord};

/// A figure, as documents name it.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureSelector {
    /// What is measured.
    pub measure: Measure,
    /// The workload; `None` is the whole cluster, or the only workload.
    pub of: Option<Reference>,
    /// The rollout, 0 being the creation; `None` is the last.
    pub rollout: Option<u32>,
    /// The spread constraint; `None` is the first.
    pub constraint: Option<ConstraintSelector>,
}

impl FigureSelector {
    /// Checks the names. The error names the nearest that is known.
    pub(super) fn new(
        (measure, known): (&str, &[Measure]),
        of: Option<Reference>,
        rollout: Option<u32>,
        constraint: Option<&str>,
    ) -> Result<Self, String> {
        let measure = measure_names::find(measure, known)?;
        let constraint = constraint.map(ConstraintSelector::parse).transpose()?;
        Ok(Self { measure, of, rollout, constraint })
    }

    /// Whether it is about a workload's rollout.
    pub(super) fn is_of_a_rollout(&self) -> bool {
        !matches!(self.measure.value, Value::OfCluster(_))
    }

    /// The figure's value in a run; `None` if the run has no such figure.
    pub fn value_in(&self, run: &RunRecord) -> Option<f64> {
        let figures = run.figures_of(&[self.measure]);
        let fits = |figure: &&Figure| {
            let key = &figure.key;
            self.of.as_ref().is_none_or(|of| *key.workload == *of.to_string())
                && (key.rollout.is_none() || self.rollout.is_none_or(|wanted| key.rollout == Some(wanted)))
                && self.constraint.as_ref().is_none_or(|wanted| wanted.fits(&key.constraint))
        };
        let all = of_the_named(figures.iter().filter(fits).collect(), self.of.is_some());
        let all = all.into_iter();
        let last = all.clone().map(|figure| figure.key.rollout).max()?;
        all.filter(|figure| figure.key.rollout == last).map(|figure| figure.value).next()
    }
}
