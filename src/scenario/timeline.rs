//! `spec.timeline`: what happens to the cluster, as written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::embedded::{Manifest, Manifests};
use super::reference::Reference;
use super::references::References;
use super::time::Duration;

/// One entry: when, and one operation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, extend(
    "allOf" = [
        {"oneOf": [{"required": ["at"]}, {"required": ["afterSettled"]}]},
        {"oneOf": [
            {"required": ["apply"]}, {"required": ["delete"]}, {"required": ["rolloutRestart"]},
            {"required": ["setImage"]}, {"required": ["scale"]}, {"required": ["pause"]},
            {"required": ["resume"]}, {"required": ["rollback"]}, {"required": ["cordon"]},
            {"required": ["uncordon"]}, {"required": ["restartKubelets"]},
            {"required": ["crashAPIServer"]}, {"required": ["upgradeAPIServer"]},
            {"required": ["addServiceCIDR"]}, {"required": ["deleteServiceCIDR"]},
        ]},
    ]
))]
pub struct TimelineEntryDocument {
    /// At this simulated time. Times do not decrease from entry to entry.
    pub at: Option<Duration>,
    /// This long after the cluster has settled, that is, nothing was left to do since the entry before.
    pub after_settled: Option<Duration>,
    /// Do it so many times. Default 1.
    #[schemars(range(min = 1, max = 100_000))]
    pub repeat: Option<u32>,
    /// With `at` and `repeat`: the time between the repetitions.
    pub every: Option<Duration>,
    /// `kubectl apply`: files, objects or a list of both.
    pub apply: Option<Manifests>,
    /// `kubectl delete`: a Deployment, pod or node.
    #[schemars(example = "pod/default/web-0")]
    pub delete: Option<Reference>,
    /// `kubectl rollout restart` of a Deployment, or of several at the same time.
    #[schemars(example = "deployment/default/web")]
    pub rollout_restart: Option<References>,
    /// `kubectl set image` of a Deployment.
    pub set_image: Option<SetImage>,
    /// `kubectl scale` of a Deployment.
    pub scale: Option<Scale>,
    /// `kubectl rollout pause` of a Deployment.
    #[schemars(example = "deployment/default/web")]
    pub pause: Option<Reference>,
    /// `kubectl rollout resume` of a Deployment.
    #[schemars(example = "deployment/default/web")]
    pub resume: Option<Reference>,
    /// `kubectl rollout undo` of a Deployment.
    pub rollback: Option<Rollback>,
    /// `kubectl cordon` of a node.
    #[schemars(example = "node/worker-0")]
    pub cordon: Option<Reference>,
    /// `kubectl uncordon` of a node.
    #[schemars(example = "node/worker-0")]
    pub uncordon: Option<Reference>,
    /// Kubelets of an entry of `spec.kubelets` restart, as after a change of their configuration. Pods keep
    /// their CPUs and are admitted again; those that no longer fit fail.
    pub restart_kubelets: Option<RestartKubelets>,
    /// An API server's process ends between two instructions; requests under way are lost, and what they had
    /// taken leaks.
    #[serde(rename = "crashAPIServer")]
    pub crash_api_server: Option<CrashApiServer>,
    /// An API server is replaced by one of another release or with other gates, once its requests are done.
    #[serde(rename = "upgradeAPIServer")]
    pub upgrade_api_server: Option<UpgradeApiServer>,
    /// A ServiceCIDR is created.
    #[serde(rename = "addServiceCIDR")]
    pub add_service_cidr: Option<AddServiceCidr>,
    /// A ServiceCIDR is deleted, by name; the one of the beginning is named kubernetes. It goes when no address
    /// hangs on it.
    #[serde(rename = "deleteServiceCIDR")]
    #[schemars(example = &"more")]
    pub delete_service_cidr: Option<String>,
}

/// A restart of kubelets.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct RestartKubelets {
    /// The name of the entry of `spec.kubelets`.
    #[schemars(length(min = 1), example = &"epyc")]
    pub kubelet: String,
    /// Only the kubelet of this node. Default: those of all nodes of the entry.
    #[schemars(example = "node/worker-0")]
    pub node: Option<Reference>,
    /// A KubeletConfiguration, or a file that holds one. Default: the one they have.
    pub configuration: Option<Manifest>,
}

/// The end of an API server's process.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct CrashApiServer {
    /// Which server.
    #[schemars(example = &"apiserver")]
    pub name: String,
    /// How long it is away. Default 0s: it starts again at once.
    pub down_for: Option<Duration>,
}

/// The replacement of an API server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct UpgradeApiServer {
    /// Which server.
    #[schemars(example = &"apiserver")]
    pub name: String,
    /// The new release. Default: the scenario's.
    #[schemars(example = "1.34", regex(pattern = r"^v?1\.[0-9]+"))]
    pub kubernetes_version: Option<String>,
    /// The new gates.
    #[serde(default)]
    pub feature_gates: BTreeMap<String, bool>,
}

/// A new ServiceCIDR.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct AddServiceCidr {
    /// Its name.
    #[schemars(length(min = 1), example = &"more")]
    pub name: String,
    /// Its ranges, of families that the cluster has; one of each at most.
    #[schemars(length(min = 1, max = 2), example = serde_json::json!(["10.97.0.0/24"]))]
    pub cidrs: Vec<String>,
}

/// `kubectl set image`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct SetImage {
    /// Which Deployment.
    #[schemars(example = "deployment/default/web")]
    pub deployment: Reference,
    /// Which container; default: every one.
    pub container: Option<String>,
    /// The new image.
    #[schemars(length(min = 1), example = "web:v2")]
    pub image: String,
}

/// `kubectl rollout undo`: the pod template of an older revision comes back.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Rollback {
    /// Which Deployment.
    #[schemars(example = "deployment/default/web")]
    pub deployment: Reference,
    /// The revision that comes back. Default, and 0: the one before the present.
    #[schemars(range(min = 0))]
    pub to_revision: Option<u32>,
}

/// `kubectl scale`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Scale {
    /// Which Deployment.
    #[schemars(example = "deployment/default/web")]
    pub deployment: Reference,
    /// The new number of replicas.
    #[schemars(range(min = 0, max = 2_147_483_647))]
    pub replicas: u32,
}
