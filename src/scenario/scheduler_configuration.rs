//! `KubeSchedulerConfiguration` of `kubescheduler.config.k8s.io/v1` among the manifests: its profiles become
//! the scheduler's. Follows kube-scheduler v1.34 from the text of the file to the running framework.
//!
//! | step | as in kube-scheduler | where |
//! | --- | --- | --- |
//! | version, fields, types | strict decoding | [`document`], [`decode`] |
//! | the arguments of plugins | `DecodeNestedObjects`, `SetDefaults_*Args` | [`args`], [`carrier`] |
//! | what is out of bounds | `ValidateKubeSchedulerConfiguration` | [`validate`] and what it calls |
//! | plugins where they belong | `NewFramework` | [`build`], [`crate::scheduler::profile`] |
//!
//! Each step begins only if nothing was wrong before, as in kube-scheduler, but tells of every fault of its
//! own. Messages are kube-scheduler's, behind the place.
//!
//! DIFFERENCE: arguments for a plugin that does not exist are refused; kube-scheduler ignores them. What is
//! about finding the API server, leader election and debugging is accepted unread, and so is `parallelism`: nodes are
//! looked at one by one. What releases after v1.34 added to the format is unknown here.

mod args;
mod build;
mod carrier;
mod decode;
mod document;
mod faults;
mod label_names;
mod node_affinity;
mod node_resources;
mod settings;
mod topology_spread;
mod validate;

use super::builder::Builder;
use super::coverage::Gap;
use super::error::Findings;
use super::objects::ObjectSource;
use super::plan::Plan;
use crate::cluster::control_plane::ClientLimits;
use crate::kernel::SimDuration;
use crate::scheduler::profile::Profile;
use faults::Faults;

/// `kind`, in lower case.
const KIND: &str = "kubeschedulerconfiguration";

/// What a configuration says about scheduling.
pub(super) struct Configuration {
    /// The profiles, each with its own arguments.
    pub(super) profiles: Vec<Profile>,
    /// `percentageOfNodesToScore`; 0 is adaptive.
    pub(super) percentage_of_nodes_to_score: i32,
    /// `podInitialBackoffSeconds`.
    pub(super) pod_initial_backoff: SimDuration,
    /// `podMaxBackoffSeconds`.
    pub(super) pod_max_backoff: SimDuration,
    /// The limits of its client (`clientConnection`), if it sets any.
    pub(super) client: Option<ClientLimits>,
    /// What it asks for that is not simulated.
    pub(super) gaps: Vec<Gap>,
}

/// What an input says about the scheduler's configuration.
pub(super) enum Found {
    /// Nothing: the defaults hold.
    Nothing,
    /// This.
    Configuration(Box<Configuration>),
    /// Something wrong, which is told of.
    Faulty,
}

impl Found {
    /// The configuration, if there is a good one.
    pub(super) fn configuration(&self) -> Option<&Configuration> {
        if let Self::Configuration(configuration) = self { Some(configuration) } else { None }
    }
}

/// Whether an object is a configuration of the scheduler.
pub(super) fn is_one(source: &ObjectSource) -> bool {
    source.reference.kind == KIND
}

/// The configuration among the objects of the beginning; none can appear later on.
pub(super) fn of(plan: &Plan, builder: &mut Builder, findings: &mut Findings) -> Found {
    let mut alone = true;
    let later = plan.arrivals.iter().map(|(_, object)| object).chain(plan.applied.values().flatten());
    for source in later.filter(|source| is_one(source)) {
        let message =
            "KubeSchedulerConfiguration: kube-scheduler reads it when it starts; put it among the manifests";
        findings.error(source.place(), message);
        alone = false;
    }
    let mut all = plan.objects.iter().filter(|source| is_one(source));
    let Some(first) = all.next() else { return if alone { Found::Nothing } else { Found::Faulty } };
    for second in all {
        let place = first.place().map_or_else(String::new, |place| format!("; the first stands at {place}"));
        let message = format!(
            "a second KubeSchedulerConfiguration, but a cluster has one: put the profiles of both into it{place}"
        );
        findings.error(second.place(), message);
        alone = false;
    }
    match read(first, builder, findings) {
        Some(configuration) if alone => Found::Configuration(Box::new(configuration)),
        _ => Found::Faulty,
    }
}

fn read(source: &ObjectSource, builder: &mut Builder, findings: &mut Findings) -> Option<Configuration> {
    let mut faults = Faults::new(source, findings);
    let document = decode::configuration(&mut faults)?;
    let args = args::decode(&document, &mut faults);
    faults.none_yet()?;
    validate::configuration(&document, &args, &mut faults);
    faults.none_yet()?;
    let configuration = build::configuration(&document, &args, builder, &mut faults);
    faults.none_yet().map(|()| configuration)
}
