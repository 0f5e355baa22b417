//! Which figure of a run is meant: a measure, of a workload, in a rollout, for a constraint.

use super::error::did_you_mean;
use super::expectation::ConstraintSelector;
use super::reference::Reference;
use crate::measures::{Figure, MEASURES};

/// Measures of the whole cluster; all others are of a Deployment's rollout.
const OF_THE_CLUSTER: [&str; 28] = [
    "pods",
    "scheduledPods",
    "pendingPods",
    "admittedPods",
    "refusedPods",
    "pinnedContainers",
    "pinnedAcrossNumaNodes",
    "pinnedAcrossSockets",
    "pinnedAcrossCaches",
    "pinnedOffDeviceNodes",
    "kubeletFaults",
    "refusedByFragmentation",
    "refusedByFragmentationAtMost",
    "waitingForCpus",
    "waitingAdmissible",
    "waitingAdmissibleRepacked",
    "waitingAdmissibleRepackedAtMost",
    "serviceIpDuplicates",
    "serviceIpFalseConflicts",
    "serviceIpRefused",
    "serviceIpRangeFull",
    "serviceIpLeaks",
    "serviceIpLeaksReleased",
    "serviceIpMidAirCollisions",
    "serviceIpRepairRaces",
    "dynamicBandFull",
    "serviceIpsInUse",
    "dnsRefused",
];

/// A figure, as documents name it.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureSelector {
    /// One of [`MEASURES`].
    pub measure: &'static str,
    /// The Deployment; `None` is the whole cluster, or the only Deployment.
    pub of: Option<Reference>,
    /// The rollout, 0 being the creation; `None` is the last.
    pub rollout: Option<u32>,
    /// The spread constraint; `None` is the first.
    pub constraint: Option<ConstraintSelector>,
}

impl FigureSelector {
    /// Checks the names. The error names the nearest that is known.
    pub(super) fn new(
        measure: &str,
        of: Option<Reference>,
        rollout: Option<u32>,
        constraint: Option<&str>,
    ) -> Result<Self, String> {
        let measure = measure_named(measure)?;
        let constraint = constraint.map(ConstraintSelector::parse).transpose()?;
        Ok(Self { measure, of, rollout, constraint })
    }

    /// Whether it is about a Deployment's rollout.
    pub(super) fn is_of_a_rollout(&self) -> bool {
        !OF_THE_CLUSTER.contains(&self.measure)
    }

    /// The figure's value in a run; `None` if the run has no such figure.
    pub fn value(&self, figures: &[Figure]) -> Option<f64> {
        let fits = |figure: &&Figure| {
            let key = &figure.key;
            key.measure == self.measure
                && self.of.as_ref().is_none_or(|of| *key.workload == *of.to_string())
                && (key.rollout.is_none() || self.rollout.is_none_or(|wanted| key.rollout == Some(wanted)))
                && self.constraint.as_ref().is_none_or(|wanted| wanted.fits(&key.constraint))
        };
        let all = figures.iter().filter(fits);
        let last = all.clone().map(|figure| figure.key.rollout).max()?;
        all.filter(|figure| figure.key.rollout == last).map(|figure| figure.value).next()
    }
}

/// The measure of this name.
pub(super) fn measure_named(name: &str) -> Result<&'static str, String> {
    let names = || MEASURES.iter().map(|(name, _)| *name);
    names().find(|known| *known == name).ok_or_else(|| {
        let all: Vec<&str> = names().collect();
        format!("unknown measure {name:?}{}; known: {}", did_you_mean(name, names()), all.join(", "))
    })
}
