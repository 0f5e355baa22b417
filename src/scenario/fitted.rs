//! Times that are fitted to the input's own pods, where the scenario says nothing of them.
//!
//! How they are fitted is for those who ask ([`Fitter`]); here they take their place: behind all that the scenario gives for
//! the workload, for pools of nodes, or for all.

use super::assumptions::{Assumption, words};
use super::builder::Builder;
use super::plan::Plan;
use super::pod_times::{self, ClusterTimes};
use super::reference::Reference;
use super::timing_settings::TimingSettings;
use crate::api::Deployment;
use crate::cluster::timing::{HopsOf, KubeletHops};
use crate::kernel::Distribution;

/// Fits the times of one workload's pods.
pub type Fitter = fn(&ClusterTimes) -> Vec<FittedHop>;

/// A hop of the kubelets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KubeletHop {
    /// `imagePull`.
    ImagePull,
    /// `containerStart`.
    ContainerStart,
    /// `readiness`.
    Readiness,
    /// `termination`.
    Termination,
}

/// A hop that was fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedHop {
    /// The hop.
    pub hop: KubeletHop,
    /// How long it takes.
    pub distribution: Distribution,
    /// `fitted from 212 starts`.
    pub source: String,
    /// Whether pulls of images are in it, so that none may be added.
    pub includes_pulls: bool,
}

/// The fitted times of a workload.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedTimes {
    /// The workload.
    pub workload: Reference,
    /// Its hops, each once.
    pub hops: Vec<FittedHop>,
}

impl KubeletHop {
    /// What an answer calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ImagePull => "image pull",
            Self::ContainerStart => "start-up",
            Self::Readiness => "ready after the probe's initial delay and",
            Self::Termination => "termination",
        }
    }

    fn place(self, hops: &mut KubeletHops) -> &mut Option<Distribution> {
        match self {
            Self::ImagePull => &mut hops.image_pull,
            Self::ContainerStart => &mut hops.container_start,
            Self::Readiness => &mut hops.readiness,
            Self::Termination => &mut hops.termination,
        }
    }

    /// Whether a scenario says anything of it that holds for pods of a workload.
    fn is_given(self, settings: &TimingSettings, workload: &Reference) -> bool {
        settings.hops_for(workload).into_iter().any(|mut hops| self.place(&mut hops).is_some())
    }
}

/// Fits the times of a workload that the input has pods of.
pub(super) fn of(plan: &Plan, workload: &Reference, fitter: Fitter) -> FittedTimes {
    let mut times = pod_times::of(&plan.objects);
    times.pods.retain(|pod| pod.workload.as_ref() == Some(workload));
    FittedTimes { workload: workload.clone(), hops: fitter(&times) }
}

/// Gives the workload its fitted times, where the scenario gives none; what the answer then hangs on.
pub(super) fn apply(plan: &Plan, builder: &Builder, of: &mut HopsOf) -> Vec<Assumption> {
    let several = plan.ask.fitted.len() > 1;
    plan.ask.fitted.iter().flat_map(|fitted| of_workload(fitted, several, (plan, builder), of)).collect()
}

/// What several workloads take is told with the workload.
const OF: &str = " of deployment/";

fn of_workload(
    fitted: &FittedTimes,
    several: bool,
    (plan, builder): (&Plan, &Builder),
    of: &mut HopsOf,
) -> Vec<Assumption> {
    let known = builder.directory.number_ever::<Deployment>(&fitted.workload);
    let Some(deployment) = known.or_else(|| builder.directory.find_deployment(&fitted.workload).ok()) else {
        return Vec::new();
    };
    let settings = &plan.document.spec.timing;
    let is_given = |hop: KubeletHop| hop.is_given(settings, &fitted.workload);
    let pulls_are_given = is_given(KubeletHop::ImagePull);
    let gives_way = |hop: &FittedHop| is_given(hop.hop) || hop.includes_pulls && pulls_are_given;
    let Reference { namespace, name, .. } = &fitted.workload;
    let what = |hop: KubeletHop| {
        if several { format!("{}{OF}{namespace}/{name}", hop.name()) } else { hop.name().to_owned() }
    };
    let mut assumptions = Vec::new();
    for hop in fitted.hops.iter().filter(|hop| !gives_way(hop)) {
        let entry = of.workloads.iter().position(|(whose, _)| *whose == deployment);
        let entry = entry.unwrap_or_else(|| {
            of.workloads.push((deployment, KubeletHops::default()));
            of.workloads.len() - 1
        });
        *hop.hop.place(&mut of.workloads[entry].1) = Some(hop.distribution.clone());
        assumptions.push(Assumption {
            what: what(hop.hop).into(),
            value: words(&hop.distribution),
            source: hop.source.clone().into(),
        });
    }
    assumptions
}

/// Puts assumptions about a workload before those of the same hop, which are then those of other pods.
pub(super) fn put_first(fitted: Vec<Assumption>, all: &mut Vec<Assumption>) {
    for assumption in fitted.into_iter().rev() {
        let hop = assumption.what.split(OF).next().unwrap_or_default().to_owned();
        if let Some(general) = all.iter_mut().find(|one| one.what == hop) {
            general.what = format!("other pods: {hop}").into();
        }
        all.insert(0, assumption);
    }
}
