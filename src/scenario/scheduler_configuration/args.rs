//! `pluginConfig`: the arguments of each plugin as written, by plugin (`types_pluginargs.go` of
//! `kube-scheduler/config/v1`, and `PluginConfig.decodeNestedObjects`, v1.34).

use k8s_openapi::api::core::v1 as core;
use kubecast_manifest::{Tree, Value};
use serde::Deserialize;

use super::carrier;
use super::decode::{not_registered, part};
use super::document::{API_VERSION, ConfigurationDocument, ProfileDocument};
use super::faults::{At, Faults};
use crate::scenario::embedded::AnyValue;
use crate::scheduler::plugins::{IN_TREE, default_preemption};

/// Something written, and where.
pub(super) type Placed<T> = Option<(At, T)>;

/// The arguments of a profile's plugins, where they are written.
#[derive(Default)]
pub(super) struct Args {
    pub(super) default_preemption: Placed<DefaultPreemptionArgs>,
    pub(super) dynamic_resources: Placed<DynamicResourcesArgs>,
    pub(super) inter_pod_affinity: Placed<InterPodAffinityArgs>,
    pub(super) node_affinity: Placed<NodeAffinityArgs>,
    pub(super) balanced_allocation: Placed<BalancedAllocationArgs>,
    pub(super) node_resources_fit: Placed<FitArgs>,
    pub(super) pod_topology_spread: Placed<TopologySpreadArgs>,
    pub(super) volume_binding: Placed<VolumeBindingArgs>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DefaultPreemptionArgs {
    pub(super) min_candidate_nodes_percentage: Option<i32>,
    pub(super) min_candidate_nodes_absolute: Option<i32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DynamicResourcesArgs {
    filter_timeout: Option<AnyValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InterPodAffinityArgs {
    pub(super) hard_pod_affinity_weight: Option<i32>,
    #[serde(default)]
    pub(super) ignore_preferred_terms_of_existing_pods: bool,
}

/// `NodeAffinityArgs`, its affinity decoded as a pod's.
#[derive(Debug, Default)]
pub(super) struct NodeAffinityArgs {
    pub(super) added_affinity: Option<core::NodeAffinity>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NodeAffinityFields {
    #[expect(dead_code, reason = "the tree is read from the same place of the document")]
    added_affinity: Option<AnyValue>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct BalancedAllocationArgs {
    #[serde(default)]
    pub(super) resources: Vec<ResourceSpec>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct FitArgs {
    pub(super) ignored_resources: Vec<String>,
    pub(super) ignored_resource_groups: Vec<String>,
    pub(super) scoring_strategy: Option<ScoringStrategyDocument>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ScoringStrategyDocument {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) resources: Vec<ResourceSpec>,
    pub(super) requested_to_capacity_ratio: Option<RequestedToCapacityRatio>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RequestedToCapacityRatio {
    pub(super) shape: Vec<ShapePoint>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ShapePoint {
    pub(super) utilization: i32,
    pub(super) score: i32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ResourceSpec {
    pub(super) name: String,
    /// 0 stands for 1.
    pub(super) weight: i64,
}

/// `PodTopologySpreadArgs`, its constraints decoded as a pod's.
#[derive(Debug, Default)]
pub(super) struct TopologySpreadArgs {
    pub(super) default_constraints: Vec<core::TopologySpreadConstraint>,
    /// `System` where it is not given.
    pub(super) defaulting_type: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TopologySpreadFields {
    /// Its tree is read from the same place of the document.
    default_constraints: Option<AnyValue>,
    defaulting_type: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VolumeBindingArgs {
    pub(super) bind_timeout_seconds: Option<i64>,
    #[serde(default)]
    shape: Vec<ShapePoint>,
}

/// The arguments of all profiles, in their order.
pub(super) fn decode(document: &ConfigurationDocument, faults: &mut Faults<'_>) -> Vec<Args> {
    let profiles = document.profiles.iter().enumerate();
    profiles.map(|(index, profile)| of_profile(profile, &At::root("profiles").index(index), faults)).collect()
}

fn of_profile(profile: &ProfileDocument, at: &At, faults: &mut Faults<'_>) -> Args {
    let mut args = Args::default();
    for (index, config) in profile.plugin_config.iter().enumerate() {
        let entry = at.child("pluginConfig").index(index);
        let args_at = entry.child("args");
        let tree = config.args.and_then(|_| faults.tree_at(&args_at));
        if !takes_args(&config.name) || !is_of_its_kind(&config.name, tree, &entry, faults) {
            continue;
        }
        args.put(&config.name, tree, args_at, faults);
    }
    args
}

/// Whether this is a plugin, and takes arguments.
fn takes_args(name: &str) -> bool {
    IN_TREE.iter().any(|line| line.name == name && line.takes_args())
}

/// Whether `apiVersion` and `kind` of the arguments, if they are there, are those of the plugin's.
fn is_of_its_kind(name: &str, tree: Option<&Tree>, entry: &At, faults: &mut Faults<'_>) -> bool {
    let text = |key: &str| tree.and_then(|tree| tree.get_str(key)).filter(|text| !text.is_empty());
    let expected = format!("{name}Args");
    let (version, kind) = (text("apiVersion").unwrap_or(API_VERSION), text("kind").unwrap_or(&expected));
    let args = entry.child("args");
    let introduction = format!("decoding .{}", entry.place());
    let registered = version == API_VERSION && kind.strip_suffix("Args").is_some_and(takes_args);
    if !registered {
        let fault = not_registered(kind, version);
        faults.tell(&args, format!("{introduction}: decoding args for plugin {name}: {fault}"));
        return false;
    }
    if kind != expected {
        let group = API_VERSION.trim_end_matches("/v1");
        let fault = format!("were not of type {expected}.{group}, got {kind}.{group}");
        faults.tell(&args.child("kind"), format!("{introduction}: args for plugin {name} {fault}"));
        return false;
    }
    true
}

impl DefaultPreemptionArgs {
    /// What holds, defaults filled in.
    pub(super) fn compile(&self) -> default_preemption::DefaultPreemptionArgs {
        let default = default_preemption::DefaultPreemptionArgs::default();
        let (percentage, absolute) = (self.min_candidate_nodes_percentage, self.min_candidate_nodes_absolute);
        default_preemption::DefaultPreemptionArgs {
            min_candidate_nodes_percentage: percentage.unwrap_or(default.min_candidate_nodes_percentage),
            min_candidate_nodes_absolute: absolute.unwrap_or(default.min_candidate_nodes_absolute),
        }
    }
}

impl Args {
    /// The plugins that are not simulated, of those to which something is said.
    pub(super) fn left_out(&self) -> impl Iterator<Item = &'static str> {
        let devices = self.dynamic_resources.as_ref().is_some_and(|(_, args)| args.filter_timeout.is_some());
        let volumes = self
            .volume_binding
            .as_ref()
            .is_some_and(|(_, args)| args.bind_timeout_seconds.is_some() || !args.shape.is_empty());
        let lines = [("DynamicResources", devices), ("VolumeBinding", volumes)];
        lines.into_iter().filter(|line| line.1).map(|line| line.0)
    }

    /// Decodes the arguments of a plugin. Those that stand there already stay: a second entry is refused
    /// later.
    fn put(&mut self, name: &str, tree: Option<&Tree>, at: At, faults: &mut Faults<'_>) {
        fn keep<T>(slot: &mut Placed<T>, at: At, value: T) {
            slot.get_or_insert((at, value));
        }
        let field =
            |name: &str| tree.and_then(|tree| tree.get(name)).filter(|value| value.value != Value::Null);
        match name {
            "DefaultPreemption" => keep(&mut self.default_preemption, at.clone(), part(tree, &at, faults)),
            "DynamicResources" => keep(&mut self.dynamic_resources, at.clone(), part(tree, &at, faults)),
            "InterPodAffinity" => keep(&mut self.inter_pod_affinity, at.clone(), part(tree, &at, faults)),
            "NodeResourcesBalancedAllocation" => {
                keep(&mut self.balanced_allocation, at.clone(), part(tree, &at, faults));
            }
            "NodeResourcesFit" => keep(&mut self.node_resources_fit, at.clone(), part(tree, &at, faults)),
            "VolumeBinding" => keep(&mut self.volume_binding, at.clone(), part(tree, &at, faults)),
            "NodeAffinity" => {
                part::<NodeAffinityFields>(tree, &at, faults);
                let added_affinity = field("addedAffinity")
                    .and_then(|tree| carrier::node_affinity(tree, &at.child("addedAffinity"), faults));
                keep(&mut self.node_affinity, at, NodeAffinityArgs { added_affinity });
            }
            "PodTopologySpread" => {
                let fields: TopologySpreadFields = part(tree, &at, faults);
                let default_constraints = field("defaultConstraints").map_or_else(Vec::new, |tree| {
                    carrier::constraints(tree, &at.child("defaultConstraints"), faults)
                });
                let mut defaulting_type = fields.defaulting_type;
                if defaulting_type.is_empty() {
                    "System".clone_into(&mut defaulting_type);
                }
                let args = TopologySpreadArgs { default_constraints, defaulting_type };
                keep(&mut self.pod_topology_spread, at, args);
            }
            _ => unreachable!("every plugin that takes arguments has a line here"),
        }
    }
}
