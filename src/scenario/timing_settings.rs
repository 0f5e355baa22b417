//! `spec.timing`: the hops of [`crate::cluster::timing`], as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::reference::Reference;
use super::timing_hops::{self, PoolTiming, WorkloadTiming};
use super::timing_preset::TimingPreset;
use crate::api::coverage::Coverage::{Object, Simulated};
use crate::api::coverage::Field;
use crate::cluster::timing::{CycleTime, KubeletHops, Timing};
use crate::kernel;

/// What becomes of the fields of `watch`.
const WATCH: &[Field] = &[("controllerManager", Simulated), ("kubelet", Simulated), ("scheduler", Simulated)];

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[
    ("apiRequest", Simulated),
    ("apiTimestamps", Simulated),
    ("binding", Simulated),
    ("containerStart", Simulated),
    ("controllerSync", Simulated),
    ("cordonTaint", Simulated),
    ("imagePull", Simulated),
    ("pools", Object(&[timing_hops::POOLS])),
    ("preset", Simulated),
    ("readiness", Simulated),
    ("refusal", Simulated),
    ("schedulingCycle", Simulated),
    ("schedulingCycleByNodesEvaluated", Object(&[&[("nodes", Simulated), ("time", Simulated)]])),
    ("termination", Simulated),
    ("watch", Object(&[WATCH])),
    ("workloads", Object(&[timing_hops::WORKLOADS])),
];

/// How long each hop takes. What is left out keeps its default.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct TimingSettings {
    /// The hops of the control plane: with a pace of its own, as measured on a quiet small cluster, a loaded one, or at
    /// the thresholds of SIG Scalability for 5,000 nodes; or instant, without any delay or request. What is given
    /// below overrides it. Default quiet.
    pub(super) preset: Option<TimingPreset>,
    /// Of a request of a component, from its token to its answer. Default as the preset has it; not with instant.
    pub(super) api_request: Option<Distribution>,
    /// From a key in a controller's work queue to its sync. Default 0s.
    pub(super) controller_sync: Option<Distribution>,
    /// The time one scheduling cycle takes, whatever the cluster's size. Default: by the number of nodes
    /// that it looks at, 0.4ms for 100, 2.3ms for 683, 4.6ms for 917, 8.4ms for 1375.
    scheduling_cycle: Option<Distribution>,
    /// The same by the number of nodes that the cycle looks at, along straight lines between the entries.
    scheduling_cycle_by_nodes_evaluated: Option<Vec<CycleTimePoint>>,
    /// From a node chosen to the pod bound in the API. Default as the preset has it.
    pub(super) binding: Option<Distribution>,
    /// From a pod bound to its image on the node, where it is not there yet. Default 0s.
    pub(super) image_pull: Option<Distribution>,
    /// From the image there to the containers running. Default lognormal, median 1.5s, p99 5s.
    pub(super) container_start: Option<Distribution>,
    /// From running (and the probe's initialDelaySeconds over) to Ready. Default 0s.
    pub(super) readiness: Option<Distribution>,
    /// From a pod deleted to gone, at most its grace period. Default: the whole grace period.
    pub(super) termination: Option<Distribution>,
    /// From a node cordoned to its taint. Default 100ms.
    cordon_taint: Option<Distribution>,
    /// From a pod refused by its kubelet to its status in the API. Default 100ms.
    refusal: Option<Distribution>,
    /// Hops that are others on some nodes.
    #[serde(default)]
    pub(super) pools: Vec<PoolTiming>,
    /// Hops that are others for the pods of a Deployment. `kubecast timing fit` writes them.
    #[serde(default)]
    pub(super) workloads: Vec<WorkloadTiming>,
    /// How far each reader trails the API server. Default as the preset has it.
    #[serde(default)]
    pub(super) watch: WatchSettings,
    /// Whether API times are cut to whole seconds, as Kubernetes stores them, or kept exact.
    /// Default seconds.
    #[serde(default)]
    api_timestamps: ApiTimestamps,
}

/// The time of a scheduling cycle that looks at a number of nodes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
struct CycleTimePoint {
    /// Nodes looked at.
    nodes: u32,
    /// The time.
    time: Distribution,
}

/// How far each reader trails the API server.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub(super) struct WatchSettings {
    /// kube-scheduler.
    pub(super) scheduler: Option<Distribution>,
    /// kube-controller-manager.
    pub(super) controller_manager: Option<Distribution>,
    /// The kubelets.
    pub(super) kubelet: Option<Distribution>,
}

/// The resolution of times in API objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum ApiTimestamps {
    /// Whole seconds.
    #[default]
    Seconds,
    /// Nanoseconds.
    Exact,
}

impl TimingSettings {
    /// The same with another preset, if one is asked for. Under instant no request takes time.
    pub(super) fn with_preset(mut self, asked: Option<TimingPreset>) -> Self {
        self.preset = asked.or(self.preset);
        if asked == Some(TimingPreset::Instant) {
            self.api_request = None;
        }
        self
    }

    /// Whether the control plane has a pace of its own.
    pub(super) fn has_a_pace(&self) -> bool {
        self.preset() != TimingPreset::Instant
    }

    /// The preset.
    pub(super) fn preset(&self) -> TimingPreset {
        self.preset.unwrap_or_default()
    }

    /// The hops, with defaults where nothing is said; or what is wrong. `flags`: some of the control plane's are
    /// given.
    pub(super) fn resolve(&self, flags: bool) -> Result<Timing, String> {
        let preset = self.preset();
        let written = flags || self.api_request.is_some();
        if preset == TimingPreset::Instant && written {
            let what = if flags { "spec.controlPlane" } else { "apiRequest" };
            return Err(format!(
                "preset instant sends no requests, which {what} is about: leave one of them out"
            ));
        }
        let mut timing = preset.timing();
        let set = |hop: &mut kernel::Distribution, setting: &Option<Distribution>| {
            if let Some(Distribution(distribution)) = setting {
                *hop = distribution.clone();
            }
        };
        set(&mut timing.api_request, &self.api_request);
        set(&mut timing.controller_sync, &self.controller_sync);
        timing.scheduling_cycle = self.cycle_time()?;
        set(&mut timing.binding, &self.binding);
        set(&mut timing.image_pull, &self.image_pull);
        set(&mut timing.container_start, &self.container_start);
        set(&mut timing.readiness, &self.readiness);
        set(&mut timing.cordon_taint, &self.cordon_taint);
        set(&mut timing.refusal, &self.refusal);
        set(&mut timing.watch.scheduler, &self.watch.scheduler);
        set(&mut timing.watch.controller_manager, &self.watch.controller_manager);
        set(&mut timing.watch.kubelet, &self.watch.kubelet);
        timing.termination = self.termination.as_ref().map(|hop| hop.0.clone());
        timing.whole_second_timestamps = self.api_timestamps == ApiTimestamps::Seconds;
        Ok(timing)
    }

    /// Every hop of the kubelets that is told and holds for pods of a workload, or for some of them.
    pub(super) fn hops_for(&self, workload: &Reference) -> Vec<KubeletHops> {
        let own = |hop: &Option<Distribution>| hop.as_ref().map(|hop| hop.0.clone());
        let general = KubeletHops {
            image_pull: own(&self.image_pull),
            container_start: own(&self.container_start),
            readiness: own(&self.readiness),
            termination: own(&self.termination),
        };
        let of_workload = self.workloads.iter().filter(|entry| entry.workload == *workload);
        let told = of_workload.map(WorkloadTiming::hops).chain(self.pools.iter().map(PoolTiming::hops));
        std::iter::once(general).chain(told).collect()
    }

    fn cycle_time(&self) -> Result<CycleTime, String> {
        match (&self.scheduling_cycle, &self.scheduling_cycle_by_nodes_evaluated) {
            (None, None) => Ok(CycleTime::default()),
            (Some(fixed), None) => Ok(CycleTime::fixed(fixed.0.clone())),
            (None, Some(points)) => {
                let points = points.iter().map(|point| (u64::from(point.nodes), point.time.0.clone()));
                CycleTime::by_nodes_evaluated(points.collect())
                    .map_err(|error| format!("schedulingCycleByNodesEvaluated: {error}"))
            }
            (Some(_), Some(_)) => {
                Err("give either schedulingCycle or schedulingCycleByNodesEvaluated".to_owned())
            }
        }
    }
}
