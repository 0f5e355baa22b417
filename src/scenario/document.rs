//! The document `kind: Scenario` of `kubecast.dev/v1alpha1`: its fields as written.
//! The descriptions of the JSON Schema are the comments here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::control_plane::ControlPlaneSettings;
use super::embedded::Manifest;
use super::expectation::ExpectationDocument;
use super::kubelets::KubeletDocument;
use super::node_pool::NodePool;
use super::operation::registry::TimelineEntryDocument;
use super::scheduler_settings::SchedulerSettings;
use super::service_ips::ServiceIpsDocument;
use super::start_up::StartUpDocument;
use super::time::{ApiTime, Duration};
use super::timing_settings::TimingSettings;
use super::trace::Trace;
use super::variant::VariantDocument;
use super::workload::Workload;

/// The number of events after which a run is taken for endless, where a scenario says nothing.
pub const DEFAULT_MAX_EVENTS: u64 = 100_000_000;

/// A cluster, what happens to it, and what is expected of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, title = "Scenario")]
pub struct ScenarioDocument {
    /// The version of this format.
    #[schemars(extend("const" = "kubecast.dev/v1alpha1"))]
    pub api_version: String,
    /// The kind of document.
    #[schemars(extend("const" = "Scenario"))]
    pub kind: String,
    /// The scenario's name and what it is about.
    pub metadata: MetadataDocument,
    /// The scenario itself.
    #[serde(default)]
    pub spec: ScenarioSpec,
}

/// Name and description of a document.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct MetadataDocument {
    /// A short name, as Kubernetes objects have.
    #[schemars(length(min = 1), example = "rolling-upgrade-skew")]
    pub name: String,
    /// What is simulated and why, in a sentence or two; printed above the results.
    pub description: Option<String>,
}

/// What a scenario consists of. Every field may be left out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ScenarioSpec {
    /// The Kubernetes release to follow, "1.24" to "1.38", in quotes; `--kubernetes-version` overrides it. Default:
    /// the server's version, if the output of `kubectl version` is among the files; else the newest kubelet's
    /// of the nodes; else "1.34".
    #[schemars(example = "1.34", regex(pattern = r"^v?1\.[0-9]+"))]
    pub kubernetes_version: Option<String>,
    /// Feature gates that differ from the release's defaults.
    #[serde(default)]
    pub feature_gates: BTreeMap<String, bool>,
    /// The API time at which the simulation begins, a whole second. Default: the newest time stamp of
    /// the manifests, or 2026-01-01T00:00:00Z where they carry none.
    pub start_time: Option<ApiTime>,
    /// The seed of all random draws; `--seed` overrides it. Default 1.
    pub seed: Option<u64>,
    /// Stop at this simulated time even if something still goes on. Default: run until nothing is left
    /// to do.
    pub horizon: Option<Duration>,
    /// Stop after this many events, a guard against loops without end. Default 100000000.
    #[schemars(range(min = 1))]
    pub max_events: Option<u64>,
    /// A rollout that is not complete after this long counts as blocked. Default: one that is not
    /// complete when nothing is left to do.
    pub blocked_after: Option<Duration>,
    /// Files of manifests (relative to this document's folder) and Kubernetes objects.
    #[serde(default)]
    pub manifests: Vec<Manifest>,
    /// Groups of synthetic nodes.
    #[serde(default)]
    pub node_pools: Vec<NodePool>,
    /// Which nodes are which machine, and how their kubelets are configured: the first entry that fits a
    /// node is its own. Nodes without one admit every pod.
    #[serde(default)]
    pub kubelets: Vec<KubeletDocument>,
    /// Generators of synthetic objects.
    #[serde(default)]
    pub workloads: Vec<Workload>,
    /// Recorded loads as CSV: pods with arrival and duration, and nodes.
    #[serde(default)]
    pub traces: Vec<Trace>,
    /// The Service registries of the API servers. Default: Services have no addresses.
    #[serde(rename = "serviceIPs")]
    pub service_ips: Option<ServiceIpsDocument>,
    /// How long each hop between the components takes.
    #[serde(default)]
    pub timing: TimingSettings,
    /// Flags of kube-controller-manager and kube-scheduler that set the control plane's own pace. With them, the
    /// default of `timing.preset` is quiet.
    pub control_plane: Option<ControlPlaneSettings>,
    /// How pods of a Deployment, or of some of its revisions, start. Default: they become ready and stay so; pods
    /// of a dump that run and are not ready, or whose containers crash, stay as they are.
    #[serde(default)]
    pub start_up: Vec<StartUpDocument>,
    /// Settings of kube-scheduler. They override a KubeSchedulerConfiguration among the manifests.
    #[serde(default)]
    pub scheduler: SchedulerSettings,
    /// What happens to the cluster, in order.
    #[serde(default)]
    pub timeline: Vec<TimelineEntryDocument>,
    /// The same scenario with other values, run on the same random numbers. Default: one, as written.
    #[serde(default)]
    pub variants: Vec<VariantDocument>,
    /// What must come out; a run that does not meet it exits with 1.
    #[serde(default)]
    pub expect: Vec<ExpectationDocument>,
}
