//! `spec.kubelets`: which nodes are which machine, and how their kubelets are configured.

mod configuration;
mod fleet;
mod gather;
mod resolve;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::embedded::Manifest;

use crate::api::coverage::Coverage::{Irrelevant, Simulated};
use crate::api::coverage::Field;
pub(super) use fleet::Fleet;
pub(super) use gather::{KubeletPlan, configuration_of, gather};

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[
    ("configuration", Simulated),
    ("devices", Simulated),
    ("machine", Simulated),
    ("name", Irrelevant("what entries are called by")),
    ("nodeSelector", Simulated),
];

/// Nodes of one machine whose kubelets are configured alike.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct KubeletDocument {
    /// The entry's name, by which variants address it: `kubelet/NAME#/configuration/…`.
    #[schemars(length(min = 1), example = &"epyc")]
    pub name: String,
    /// Labels that a node must have. Default: every node. The first entry that fits a node is taken.
    #[serde(default)]
    pub node_selector: BTreeMap<String, String>,
    /// The machine: a name or formula that `kubecast topology` knows, or a file that it reads (hwloc XML,
    /// MachineInfo, lscpu), relative to this document's folder, beginning with ./ or ending in .xml, .json
    /// or .txt.
    #[schemars(example = &"2s4n16c2t")]
    pub machine: String,
    /// Devices of extended resources: for each resource, how many sit on each NUMA node (by its number, in
    /// quotes), or a number of devices of which nobody knows where they sit.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"nvidia.com/gpu": {"0": 2, "1": 2}}))]
    pub devices: BTreeMap<String, Devices>,
    /// A KubeletConfiguration, or a file that holds one. Default: the kubelet's defaults, under which every
    /// container runs in the shared pool.
    pub configuration: Option<Manifest>,
}

/// Where the devices of a resource sit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Devices {
    /// So many, without a NUMA node.
    Anywhere(u32),
    /// So many on each NUMA node.
    OnNumaNodes(BTreeMap<String, u32>),
}
