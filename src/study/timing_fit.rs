//! How long the hops of a cluster took, from what its dump tells: the distributions for `spec.timing`.
//!
//! | step | where |
//! | --- | --- |
//! | the moments of each pod | [`crate::scenario::pod_times`] |
//! | durations of hops, and who shows none | [`observations`], [`metrics`] |
//! | what is known of a duration | [`seen`] |
//! | families, likelihood, the likeliest member with its intervals | [`family`], [`likelihood`], [`maximum`] |
//! | the same without a family, and how well one fits | [`free`] |
//! | the choice | [`estimate`] |
//! | the times of a workload that is rolled | [`rollout`] |
//!
//! A dump shows the pods that are there. One that was too slow and was replaced, or crashed and is gone, is not among
//! them, so that the true times may be longer than those fitted: survivors' bias. Nothing in a dump allows to correct it.

pub mod estimate;
pub mod family;
pub mod free;
pub mod likelihood;
pub mod maximum;
pub mod metrics;
pub mod observations;
pub mod rollout;
pub mod seen;

use crate::kernel::Distribution;
use crate::scenario::pod_times::ClusterTimes;
use crate::scenario::prometheus::Histogram;
use crate::scenario::timing_preset::TimingPreset;
use estimate::Fit;
use observations::{Hop, Sample, Samples, Subject, observe};

/// The fit of one hop.
#[derive(Clone, Debug, PartialEq)]
pub struct HopFit {
    /// Who takes the time.
    pub subject: Subject,
    /// What takes it.
    pub hop: Hop,
    /// What was seen of it.
    pub sample: Sample,
    /// What came out; `None`: too little was seen, the prior stays.
    pub fit: Option<Fit>,
}

/// Fits every hop that the pods of a dump and histograms show, in the order of the cluster, pools, workloads, and hops.
pub fn fit(times: &ClusterTimes, histograms: &[Histogram]) -> Vec<HopFit> {
    let mut samples = observe(times);
    samples.extend(metrics::observe(histograms));
    fit_all(samples)
}

fn fit_all(samples: Samples) -> Vec<HopFit> {
    let one = |((subject, hop), sample): ((Subject, Hop), Sample)| HopFit {
        fit: estimate::fit(&sample.seen),
        subject,
        hop,
        sample,
    };
    samples.into_iter().map(one).collect()
}

/// What a hop is without a fit: the default of `spec.timing`. `None`: the whole grace period, or by the nodes that a
/// scheduling cycle looks at.
pub fn prior(hop: Hop) -> Option<Distribution> {
    let timing = TimingPreset::default().timing();
    match hop {
        Hop::ImagePull => Some(timing.image_pull),
        Hop::ContainerStart | Hop::Sandbox => Some(timing.container_start),
        Hop::Readiness => Some(timing.readiness),
        Hop::Binding => Some(timing.binding),
        Hop::Termination | Hop::SchedulingCycle => timing.termination,
    }
}
